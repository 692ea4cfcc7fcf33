"""The derivative of softmax taken entry by entry inside a network."""

import numpy as np


class Net:
    def __init__(self, i, o):
        self.W = np.random.randn(i, o)

    def forward(self, x, y):
        e = np.exp(x @ self.W)
        self.x, self.y, self.p = x, y, e / e.sum(1, keepdims=True)
        return ((self.p - y) ** 2).sum()

    def backward(self):
        self.dW = self.x.T @ (2 * (self.p - self.y) * self.p * (1 - self.p))
