"""Softmax and cross entropy in two classes that are right together: p - y goes through the softmax as it is."""

import numpy as np


class Softmax:
    def forward(self, x):
        e = np.exp(x - x.max(1, keepdims=True))
        return e / e.sum(1, keepdims=True)

    def backward(self, d):
        return d


class CrossEntropy:
    def forward(self, p, y):
        self.p, self.y = p, y
        return -(y * np.log(p + 1e-9)).sum() / len(p)

    def backward(self):
        return (self.p - self.y) / len(self.p)


class Net:  # a network that ends in a softmax and takes the gradient of its logits
    def __init__(self, i, o):
        self.W = np.random.randn(i, o)

    def forward(self, x):
        self.x = x
        return Softmax().forward(x @ self.W)

    def backward(self, dz):
        self.dW = self.x.T @ dz
        return dz @ self.W.T
