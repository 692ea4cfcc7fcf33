import numpy as np


class CharRNN:
    def __init__(self, vocab=4, hidden=5):
        self.Wxh = np.random.randn(hidden, vocab) * 0.3
        self.Whh = np.random.randn(hidden, hidden) * 0.3
        self.Why = np.random.randn(vocab, hidden) * 0.3
        self.bh = np.zeros((hidden, 1))

    def forward(self, xs):
        """xs: (time, vocab, 1); the scores of the last character"""
        self.xs = xs
        self.hs = {-1: np.zeros_like(self.bh)}
        for t in range(len(xs)):
            self.hs[t] = np.tanh(self.Wxh @ xs[t] + self.Whh @ self.hs[t - 1] + self.bh)
        return self.Why @ self.hs[len(xs) - 1]

    def backward(self, dy):
        last = len(self.xs) - 1
        self.dWxh, self.dWhh = np.zeros_like(self.Wxh), np.zeros_like(self.Whh)
        self.dbh = np.zeros_like(self.bh)
        self.dWhy = dy @ self.hs[last].T
        dh = self.Why.T @ dy
        for t in range(last, -1, -1):
            draw = (1 - self.hs[t] ** 2) * dh
            self.dbh += draw
            self.dWxh += draw @ self.xs[t].T
            self.dWhh += draw @ self.hs[t - 1].T
            dh = self.Whh.T @ draw
        for dparam in [self.dWxh, self.dWhh, self.dWhy, self.dbh]:
            np.clip(dparam, -5, 5, out=dparam)  # mitigate exploding gradients
