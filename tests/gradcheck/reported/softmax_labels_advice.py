"""Softmax and cross entropy with class numbers, as in CS231n."""

import numpy as np


class Loss:
    def forward(self, x, y):
        z = x - x.max(1, keepdims=True)
        p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
        n = len(x)
        self.dx = p.copy()
        self.dx[range(n), y] -= 1
        self.dx /= n
        return -np.log(p[range(n), y]).mean()

    def backward(self):
        return self.dx
