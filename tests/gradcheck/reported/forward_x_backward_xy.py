"""forward(X) returns probabilities, backward(X, y) leaves dW, db: the form most student networks have."""

import numpy as np


class Net:
    def __init__(self, i, o):
        self.W, self.b = np.random.randn(i, o), np.zeros(o)

    def forward(self, X):
        z = X @ self.W + self.b
        e = np.exp(z - z.max(1, keepdims=True))
        self.p = e / e.sum(1, keepdims=True)
        return self.p

    def loss(self, y):
        return -(y * np.log(self.p)).sum() / len(y)

    def backward(self, X, y):
        dz = (self.p - y) / len(X)
        self.dW, self.db = X.T @ dz, dz.sum(0)
