"""A network by hand, 784-200-10 in the course: sigmoid hidden layer, softmax, negative log-likelihood.

Two lines of `backward` are wrong. docs/gradcheck.md shows how to find them.
"""

import numpy as np


class Network:
    def __init__(self, inputs, hidden, outputs):
        rng = np.random.default_rng(0)
        self.W = rng.normal(0, 1 / np.sqrt(inputs), (inputs, hidden))
        self.b = np.zeros(hidden)
        self.Wo = rng.normal(0, 1 / np.sqrt(hidden), (hidden, outputs))
        self.bo = np.zeros(outputs)

    def forward(self, x, y):
        """The mean loss of samples x (n, inputs) with one-hot targets y (n, outputs)."""
        self.x, self.y = x, y
        z = x @ self.W + self.b
        self.h = 1 / (1 + np.exp(-z))
        zo = self.h @ self.Wo + self.bo
        zo = zo - zo.max(axis=1, keepdims=True)
        log_p = zo - np.log(np.exp(zo).sum(axis=1, keepdims=True))
        self.p = np.exp(log_p)
        return -(y * log_p).sum(axis=1).mean()

    def backward(self):
        n = len(self.x)
        dZo = (self.p - self.y) / n
        self.dWo = self.h.T @ dZo
        self.dbo = dZo.sum(axis=0)
        dH = dZo @ self.dWo.T
        dZ = dH * self.h * (1 - self.h)
        self.dW = self.x.T @ dZ
        self.db = self.dW.sum(axis=0)
