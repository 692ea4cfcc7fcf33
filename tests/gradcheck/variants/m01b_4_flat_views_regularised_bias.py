"""Logistic regression; w and b are views of the flat vector theta (for scipy's fmin)."""
import numpy as np


class LogReg:
    def __init__(self, n_features=4, C=0.3):
        self.theta = np.random.randn(n_features + 1)
        self.w = self.theta[:-1]
        self.b = self.theta[-1:]
        self.b[:] = 1.5             # most of them are positive
        self.C = C

    def proba(self, X):
        return 1 / (1 + np.exp(-(X @ self.w + self.b)))

    def loss(self, X, y):
        p = self.proba(X)
        data = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
        return data + 0.5 * self.C * self.w @ self.w

    def grad(self, X, y):
        r = (self.proba(X) - y) / len(y)
        g = np.empty_like(self.theta)
        g[:-1] = X.T @ r
        g[-1] = r.sum()
        return g + self.C * self.theta


if __name__ == "__main__":
    X = np.random.randn(50, 4)
    y = (X[:, 0] > 0).astype(float)
    m = LogReg()
    for it in range(100):
        m.theta -= 0.5 * m.grad(X, y)
    print("loss", m.loss(X, y))
