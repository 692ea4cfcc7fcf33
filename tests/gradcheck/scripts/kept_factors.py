import numpy as np


class Factors:
    """The whole matrix at once."""

    def __init__(self, M, rank=2, pace=0.01, turns=10):
        self.M, self.pace, self.turns = M, pace, turns
        self.left = np.random.randn(M.shape[0], rank)
        self.right = np.random.randn(M.shape[1], rank)

    def fit(self):
        for _ in range(self.turns):
            rest = self.M - self.left @ self.right.T
            d_left, d_right = -2 * rest @ self.right, -2 * rest.T @ self.left
            self.left -= self.pace * d_left
            self.right -= self.pace * d_right
