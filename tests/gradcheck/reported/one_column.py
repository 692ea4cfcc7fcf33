"""A layer for one column, as of Nielsen's book."""

import numpy as np


class Dense:
    def __init__(self, i, o):
        self.W, self.b = np.random.randn(o, i), np.random.randn(o, 1)

    def forward(self, x):
        self.x = x
        return self.W @ x + self.b

    def backward(self, d):
        self.dW, self.db = d @ self.x.T, d
        return self.W.T @ d
