import numpy as np


class Net:
    def __init__(self, d=4, h=5, k=3):
        self.V = np.random.randn(h, d) * .5
        self.U = np.random.randn(k, h) * .5
        self.bv, self.bu = np.zeros(h), np.zeros(k)

    def forward(self, x, y):
        """x: (d,), y: (k,) with a single 1"""
        assert y.ndim == 1 and y.sum() == 1
        self.x, self.y = x, y
        self.h = np.tanh(self.V.dot(x) + self.bv)
        o = self.U.dot(self.h) + self.bu
        o = o - o.max()
        self.p = np.exp(o) / np.exp(o).sum()
        return -np.log(self.p[y.argmax()])

    def backward(self):
        do = self.p - self.y
        self.dU, self.dbu = np.outer(do, self.h), do
        dh = self.U.T.dot(do) * (1 - self.h ** 2)
        self.dV, self.dbv = np.outer(dh, self.x), dh
        return self.V.T.dot(dh)
