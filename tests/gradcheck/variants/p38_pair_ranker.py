"""RankNet: the document a should get a higher score than b. Both go through the same little net."""
import numpy as np


class Ranker:
    def __init__(self, n_in=4, n_hidden=3):
        self.W = np.random.randn(n_in, n_hidden)
        self.b = np.zeros(n_hidden)
        self.v = np.random.randn(n_hidden)

    def _score(self, x):
        h = np.tanh(x @ self.W + self.b)
        return h @ self.v, h

    def loss(self, a, b):
        sa, ha = self._score(a)
        sb, hb = self._score(b)
        self.tape = [(a, ha, 1.0), (b, hb, -1.0)]
        self.p = 1 / (1 + np.exp(-(sa - sb)))
        return -np.log(self.p).mean()

    def zero_grad(self):
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)
        self.dv = np.zeros_like(self.v)

    def backward(self):
        self.zero_grad()
        d_diff = (self.p - 1) / len(self.p)
        for x, h, sign in self.tape:
            ds = sign * d_diff
            dz = np.outer(ds, self.v) * (1 - h ** 2)
            self.dv += h.T @ ds
            self.dW = x.T @ dz
            self.db += dz.sum(axis=0)
        return self.dW, self.db, self.dv
