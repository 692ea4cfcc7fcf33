"""Softmax regression written down straight from the formulas of the lecture."""
import numpy as np


class NaiveSoftmax:
    def __init__(self, n_in=4, n_classes=3):
        self.W = np.random.randn(n_in, n_classes)
        self.b = np.random.randn(n_classes)
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)

    def forward(self, X):
        numerator = np.exp(X @ self.W + self.b)
        self.P = numerator / numerator.sum(axis=1)[:, None]
        return self.P

    def loss(self, P, Y):
        total = 0.0
        for p, y in zip(P, Y):
            total -= sum(y_k * np.log(p_k) for p_k, y_k in zip(p, y))
        return total / len(Y)

    def backward(self, X, Y):
        N, C = Y.shape
        dP = -Y / self.P / N
        dZ = np.zeros((N, C))
        for n in range(N):
            for i in range(C):
                for j in range(C):
                    delta = 1.0 if i == j else 0.0
                    dZ[n, i] += dP[n, j] * self.P[n, j] * (delta - self.P[n, i])
        self.dW[:] = X.T @ dZ
        self.db[:] = dZ.sum(axis=0)
        return dZ @ self.W.T
