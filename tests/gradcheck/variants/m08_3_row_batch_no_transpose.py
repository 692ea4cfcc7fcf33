import numpy as np


class RNN:
    def __init__(self, input_size=3, hidden_size=4, output_size=2):
        k = 1 / np.sqrt(hidden_size)
        self.hidden_size = hidden_size
        self.W_xh = np.random.uniform(-k, k, (input_size, hidden_size))
        self.W_hh = np.random.uniform(-k, k, (hidden_size, hidden_size))
        self.b_h = np.zeros(hidden_size)
        self.W_hy = np.random.uniform(-k, k, (hidden_size, output_size))

    def forward(self, x):
        self.x = x                       # (batch, time, features)
        h = np.zeros((x.shape[0], self.hidden_size))
        self.h = {-1: h}
        for t in range(x.shape[1]):
            h = np.tanh(x[:, t, :] @ self.W_xh + h @ self.W_hh + self.b_h)
            self.h[t] = h
        return h @ self.W_hy

    def _step_back(self, t, dh):
        dz = dh * (1 - self.h[t] ** 2)
        self.dW_xh += self.x[:, t, :].T @ dz
        self.dW_hh += self.h[t - 1].T @ dz
        self.db_h += dz.sum(axis=0)
        self.dx[:, t, :] = dz @ self.W_xh.T
        return dz @ self.W_hh

    def backward(self, dout):
        self.dx = np.zeros_like(self.x)
        self.dW_xh, self.dW_hh = np.zeros_like(self.W_xh), np.zeros_like(self.W_hh)
        self.db_h = np.zeros_like(self.b_h)
        T = self.x.shape[1]
        self.dW_hy = self.h[T - 1].T @ dout
        dh = dout @ self.W_hy.T
        for t in reversed(range(T)):
            dh = self._step_back(t, dh)
        return self.dx
