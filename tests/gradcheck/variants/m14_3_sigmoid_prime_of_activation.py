import numpy as np


def sigmoid(z):
    return 1.0/(1.0+np.exp(-z))

def sigmoid_prime(z):
    s = sigmoid(z)
    return s*(1-s)


class Net():
    def __init__(self, inputs=3, hidden=4, outputs=2):
        self.w = [np.random.randn(hidden, inputs), np.random.randn(outputs, hidden)]
        self.b = [np.random.randn(hidden, 1), np.random.randn(outputs, 1)]

    def forward(self, x):
        self.a = [x]
        self.z = []
        for w, b in zip(self.w, self.b):
            self.z.append(np.dot(w, self.a[-1]) + b)
            self.a.append(sigmoid(self.z[-1]))
        return self.a[-1]

    def cost(self, a, y):
        return np.sum(-y*np.log(a) - (1-y)*np.log(1-a))

    def backward(self, x, y):
        delta = self.a[-1] - y
        nabla_b1, nabla_w1 = delta, np.dot(delta, self.a[1].T)
        delta = np.dot(self.w[1].T, delta) * sigmoid_prime(self.a[1])
        nabla_b0, nabla_w0 = delta, np.dot(delta, x.T)
        return [nabla_w0, nabla_w1], [nabla_b0, nabla_b1]

    def update_mini_batch(self, batch, eta):
        for x, y in batch:
            self.forward(x)
            nw, nb = self.backward(x, y)
            self.w = [w - eta/len(batch)*g for w, g in zip(self.w, nw)]
            self.b = [b - eta/len(batch)*g for b, g in zip(self.b, nb)]
