"""Poisson regression for counts (bikes per hour). The link is exp, so scale your features first."""
import numpy as np


class PoissonRegression:
    def __init__(self, n_features: int = 3):
        self.w = np.zeros(n_features)
        self.b = np.zeros(1)

    def rate(self, X):
        return np.exp(X @ self.w + self.b)

    def nll(self, X, y):
        """mean negative log likelihood without the constant log(y!)"""
        lam = self.rate(X)
        return np.mean(lam - y * np.log(lam))

    def gradient(self, X, y):
        residual = (self.rate(X) - y) / len(y)
        return X.T @ residual, residual.sum(keepdims=True)

    def fit(self, X, y, lr=0.05, steps=200):
        for _ in range(steps):
            gw, gb = self.gradient(X, y)
            self.w -= lr * gw
            self.b -= lr * gb
        return self
