from numpy import *
from numpy import random as rnd


class Coder:
    def __init__(self, M, bias, transposed=False):
        self.M, self.bias, self.transposed = M, bias, transposed

    def apply(self, u):
        self.u = u
        return (self.M.T if self.transposed else self.M) @ u + self.bias

    def pull(self, dv):
        """returns du, dM, dbias"""
        db = dv.sum(axis=1, keepdims=True)
        if self.transposed:
            return self.M @ dv, self.u @ dv.T, db
        return self.M.T @ dv, dv @ self.u.T, db


class Autoencoder:
    def __init__(self, n=4, k=2):
        self.params = [rnd.randn(k, n), rnd.randn(k, 1), rnd.randn(n, 1)]
        self.enc = Coder(self.params[0], self.params[1])
        self.dec = Coder(self.params[0], self.params[2], transposed=True)

    def forward(self, X):
        assert X.ndim == 2
        self.X = X
        self.H = tanh(self.enc.apply(X))
        self.R = self.dec.apply(self.H)
        return sum((self.R - X) ** 2) / X.shape[1]

    def backward(self):
        dR = 2 * (self.R - self.X) / self.X.shape[1]
        dH, dM2, dc = self.dec.pull(dR)
        _, dM1, db = self.enc.pull(dH * (1 - self.H ** 2))
        self.grads = [dM1 + dM2, db, dc]
        return self.grads
