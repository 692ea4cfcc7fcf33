import numpy as np


class ElmanNet:
    def __init__(self, n_input=2, n_context=4, n_output=2):
        self.w_in = np.random.normal(0, .5, (n_input, n_context))
        self.w_context = np.random.normal(0, .5, (n_context, n_context))
        self.w_out = np.random.normal(0, .5, (n_context, n_output))
        self.b_out = np.zeros((1, n_output))

    def forward(self, x, y):
        """x and y: (time, features), one sequence"""
        self.x, self.y = x, y
        self.context, self.out = [np.zeros((1, self.w_context.shape[0]))], []
        for t in range(x.shape[0]):
            s = np.tanh(x[t:t + 1] @ self.w_in + self.context[t] @ self.w_context)
            self.context.append(s)
            self.out.append(s @ self.w_out + self.b_out)
        return sum(float(((o - y[t]) ** 2).sum()) for t, o in enumerate(self.out)) / x.shape[0]

    def backward(self):
        T = self.x.shape[0]
        self.grad_w_in = np.zeros(self.w_in.shape)
        self.grad_w_context = np.zeros(self.w_context.shape)
        self.grad_w_out = np.zeros(self.w_out.shape)
        self.grad_b_out = np.zeros(self.b_out.shape)
        future = np.zeros_like(self.context[0])
        t = T - 1
        while t >= 0:
            e = 2 * (self.out[t] - self.y[t]) / T
            self.grad_w_out += self.context[t + 1].T @ e
            self.grad_b_out += e
            d = (e @ self.w_out.T + future) * (1 - self.context[t + 1] ** 2)
            self.grad_w_in += np.outer(self.x[t], d)
            self.grad_w_context += self.context[t].T @ d
            future = d @ self.w_context.T
            t -= 1
