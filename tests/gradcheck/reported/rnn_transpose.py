"""The way back through time takes Whh where Whh.T belongs."""

import numpy as np


class RNN:
    def __init__(self, i, o, h):
        self.Whh, self.Wxh = np.random.randn(h, h) / 2, np.random.randn(h, i)
        self.Why = np.random.randn(o, h)
        self.bh, self.by = np.zeros((h, 1)), np.zeros((o, 1))

    def forward(self, xs):
        self.xs, self.hs = xs, [np.zeros_like(self.bh)]
        for x in xs:
            self.hs.append(np.tanh(self.Wxh @ x + self.Whh @ self.hs[-1] + self.bh))
        return self.Why @ self.hs[-1] + self.by

    def backward(self, dy):
        self.dWhy, self.dby = dy @ self.hs[-1].T, dy
        self.dWhh, self.dWxh, self.dbh = 0 * self.Whh, 0 * self.Wxh, 0 * self.bh
        dh, dx = self.Why.T @ dy, 0 * self.xs
        for t in reversed(range(len(self.xs))):
            d = (1 - self.hs[t + 1] ** 2) * dh
            self.dbh += d
            self.dWhh += d @ self.hs[t].T
            self.dWxh += d @ self.xs[t].T
            dx[t] = self.Wxh.T @ d
            dh = self.Whh @ d  # Whh.T
        return dx
