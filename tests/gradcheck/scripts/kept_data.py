import numpy as np


class Odds:
    """Is given its data when it is made; a column of ones stands for the bias."""

    def __init__(self, X, labels, pace=0.3, rounds=50):
        self.rows = len(X)
        self.X = np.hstack([np.ones((self.rows, 1)), X])
        self.labels = np.reshape(labels, (self.rows, 1))
        self.theta = np.zeros((self.X.shape[1], 1))
        self.pace, self.rounds = pace, rounds

    def train(self):
        for _ in range(self.rounds):
            guess = 1 / (1 + np.exp(-self.X @ self.theta))
            slope = self.X.T @ (guess - self.labels) / self.rows
            self.theta = self.theta - self.pace * slope
        return self.theta
