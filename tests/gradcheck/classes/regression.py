"""Regression with one number for each sample."""

import numpy as np


class Regression:
    """One number for each sample, as a vector; with a target (n, 1) NumPy would make a matrix of the error."""

    def __init__(self, inputs):
        self.w, self.b = np.random.randn(inputs), np.zeros(1)

    def forward(self, x, y):
        self.x, self.error = x, x @ self.w + self.b - y
        return (self.error**2).mean()

    def backward(self):
        d = 2 * self.error / len(self.error)
        self.dw, self.db = self.x.T @ d, d.sum(keepdims=True)


class Logistic(Regression):
    def forward(self, x, y):
        z = x @ self.w + self.b
        self.x, self.error = x, 1 / (1 + np.exp(-z)) - y
        return (np.logaddexp(0, z) - y * z).mean()

    def backward(self):
        d = self.error / len(self.error)
        self.dw, self.db = self.x.T @ d, d.sum(keepdims=True)


# A mistake each


class RegressionHalf(Regression):
    def backward(self):
        super().backward()
        self.dw, self.db = self.dw / 2, self.db / 2


class RegressionWithoutMean(Regression):
    def backward(self):
        super().backward()
        self.dw, self.db = self.dw * len(self.x), self.db * len(self.x)


class LogisticOfSigmoid(Logistic):
    """Its logarithm meets 0."""

    def forward(self, x, y):
        p = 1 / (1 + np.exp(-(x @ self.w + self.b)))
        self.x, self.error = x, p - y
        return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
