import numpy as np


class LogisticRegression:
    def __init__(self, rounds=800, lr=0.01):
        self.weights = None
        self.bias = None
        self.J = None
        self.lr = lr
        self.rounds = rounds

    @staticmethod
    def squash(z):
        return 1 / (1 + np.exp(-z))

    def fit(self, X, y):
        m, n = X.shape
        self.weights = np.zeros(n)
        self.bias = 0.0
        self.J = np.zeros(self.rounds)
        for i in range(self.rounds):
            p = self.squash(X @ self.weights + self.bias)
            self.J[i] = np.sum(-y * np.log(p) - (1 - y) * np.log(1 - p)) / m
            dw = X.T @ (p - y) / m
            db = np.sum(p - y)
            self.weights = self.weights - self.lr * dw
            self.bias = self.bias - self.lr * db

    def predict_proba(self, X):
        return self.squash(X @ self.weights + self.bias)

    def predict(self, X):
        return (self.predict_proba(X) >= 0.5).astype(int).flatten()
