"""Logistic regression with the interface of scikit-learn, but samples in columns."""
import numpy as np


class LogReg:
    def __init__(self, lr=0.1, epochs=100, verbose=False):
        self.lr, self.epochs, self.verbose = lr, epochs, verbose
        self.costs_ = []

    def _sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def fit(self, X, y):
        """X: (n_features, m), y: (1, m) with 0 and 1"""
        n, m = X.shape
        self.w = np.random.RandomState(0).normal(0, 0.3, (n, 1))
        self.b = 0.0
        for epoch in range(self.epochs):
            a = self._sigmoid(self.w.T @ X + self.b)
            cost = -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))
            self.costs_.append(cost)

            dz = a - y
            dw = X @ dz.T / m
            db = np.mean(dz)

            self.w = self.w - self.lr * dw
            self.b = self.b - self.lr * db
            if self.verbose and epoch % 10 == 0:
                print(epoch, cost)
        return self

    def predict(self, X):
        return (self._sigmoid(self.w.T @ X + self.b) > 0.5).astype(int)
