import numpy as np


class Logit:
    """All of it is in fit, where the weights are made, as 0."""

    def __init__(self, lr=0.01, n_iters=500):
        self.lr = lr
        self.n_iters = n_iters
        self.coef = None
        self.intercept = None

    def probability(self, X):
        return 1 / (1 + np.exp(-(np.dot(X, self.coef) + self.intercept)))

    def fit(self, X, y):
        rows, columns = X.shape
        self.coef = np.zeros(columns)
        self.intercept = 0
        for _ in range(self.n_iters):
            guess = self.probability(X)
            slope = np.dot(X.T, guess - y) / rows
            shift = np.sum(guess - y) / rows
            self.coef = self.coef - self.lr * slope
            self.intercept = self.intercept - self.lr * shift

    def predict(self, X):
        return [1 if one > 0.5 else 0 for one in self.probability(X)]
