import numpy as np


class OneHidden:
    """The weights get their sizes from X and y."""

    def __init__(self, n_hidden, n_iterations=3000, learning_rate=0.01):
        self.n_hidden, self.n_iterations, self.learning_rate = n_hidden, n_iterations, learning_rate

    def begin(self, X, y):
        self.W = np.random.uniform(-0.5, 0.5, (X.shape[1], self.n_hidden))
        self.w0 = np.zeros((1, self.n_hidden))
        self.V = np.random.uniform(-0.5, 0.5, (self.n_hidden, y.shape[1]))
        self.v0 = np.zeros((1, y.shape[1]))

    def fit(self, X, y):
        self.begin(X, y)
        for _ in range(self.n_iterations):
            h = 1 / (1 + np.exp(-(X.dot(self.W) + self.w0)))
            e = np.exp(h.dot(self.V) + self.v0)
            g = e / np.sum(e, axis=1, keepdims=True) - y
            gh = g.dot(self.V.T) * h * (1 - h)
            self.V -= self.learning_rate * h.T.dot(g)
            self.v0 -= self.learning_rate * np.sum(g, axis=0, keepdims=True)
            self.W -= self.learning_rate * X.T.dot(gh)
            self.w0 -= self.learning_rate * np.sum(gh, axis=0, keepdims=True)
