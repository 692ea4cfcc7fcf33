"""Multiclass support vector machine (Weston-Watkins hinge loss), vectorised."""
import numpy as np


class LinearSVM:
    def __init__(self, dim=5, classes=4, delta=1.0, lam=1e-2):
        self.W = 0.3 * np.random.randn(dim, classes)
        self.b = np.zeros(classes)
        self.delta, self.lam = delta, lam

    def scores(self, X):
        return X @ self.W + self.b

    def loss(self, X, y):
        n = X.shape[0]
        rows = np.arange(n)
        s = self.scores(X)
        correct = s[rows, y][:, np.newaxis]
        margins = np.maximum(0, s - correct + self.delta)
        margins[rows, y] = 0
        loss = margins.sum() / n + self.lam * np.sum(self.W ** 2)

        mask = (margins > 0).astype(float)
        mask[rows, y] = -1.0
        mask /= n
        grads = {
            "W": X.T @ mask + 2 * self.lam * self.W,
            "b": mask.sum(axis=0),
        }
        return loss, grads

    def fit(self, X, y, lr=0.1, epochs=50):
        for _ in range(epochs):
            _, g = self.loss(X, y)
            self.W -= lr * g["W"]
            self.b -= lr * g["b"]
        return self
