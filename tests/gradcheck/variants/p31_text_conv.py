"""Convolution over words (N, T, D) by unfolding windows into rows."""
import numpy as np


def unfold(x, k):
    return np.stack([x[:, t:t + k].reshape(len(x), -1) for t in range(x.shape[1] - k + 1)], axis=1)


class TextConv:
    def __init__(self, dim=3, filters=2, k=2):
        self.k = k
        self.W = np.random.randn(k * dim, filters) * 0.5
        self.b = np.zeros(filters)
        self.cols = None

    def forward(self, x):
        self.shape = x.shape
        cols = unfold(x, self.k)
        if self.cols is None or self.cols.shape != cols.shape:
            self.cols = cols
        return cols @ self.W + self.b

    def backward(self, dout):
        n, t, d = self.shape
        f = self.W.shape[1]
        self.dW = self.cols.reshape(-1, self.k * d).T @ dout.reshape(-1, f)
        self.db = dout.sum(axis=(0, 1))
        dcols = (dout @ self.W.T).reshape(n, -1, self.k, d)
        dx = np.zeros(self.shape)
        for i in range(dcols.shape[1]):
            dx[:, i:i + self.k] += dcols[:, i]
        return dx
