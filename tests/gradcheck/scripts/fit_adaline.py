import numpy as np


class Adaline:
    """Sample by sample, in an order that is drawn; its bias is a number."""

    def __init__(self, eta=0.01, n_iter=10, random_state=1):
        self.eta, self.n_iter, self.random_state = eta, n_iter, random_state

    def start(self, features):
        self.rng = np.random.RandomState(self.random_state)
        self.w = self.rng.normal(0.0, 0.01, features)
        self.b = np.float64(0.0)

    def one(self, xi, target):
        error = target - (np.dot(xi, self.w) + self.b)
        self.w += self.eta * 2.0 * xi * error
        self.b += self.eta * 2.0 * error
        return error**2

    def fit(self, X, y):
        self.start(X.shape[1])
        self.errors = []
        for _ in range(self.n_iter):
            order = self.rng.permutation(len(y))
            X, y = X[order], y[order]
            self.errors.append(np.mean([self.one(xi, target) for xi, target in zip(X, y)]))
        return self
