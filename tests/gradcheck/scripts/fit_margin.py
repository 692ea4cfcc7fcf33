import numpy as np


class Separator:
    """The same, one sample after the other, with labels 0 and 1."""

    def __init__(self, speed=0.01, lam=0.02, turns=30):
        self.learning_rate, self.lam, self.turns = speed, lam, turns

    def fit(self, X, labels):
        signs = np.where(labels <= 0, -1, 1)
        self.w, self.b = np.zeros(X.shape[1]), 0
        for _ in range(self.turns):
            for at, row in enumerate(X):
                self.w -= self.learning_rate * 2 * self.lam * self.w
                if signs[at] * (np.dot(row, self.w) - self.b) < 1:
                    self.w += self.learning_rate * signs[at] * row
                    self.b -= self.learning_rate * signs[at]
        return self
