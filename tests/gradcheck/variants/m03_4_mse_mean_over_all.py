import numpy as np
from numpy import dot, maximum


class Regressor:
    def __init__(self, p=4, h=6, q=3):
        self.u = np.random.randn(p, h)
        self.a = 0.1 * np.ones(h)
        self.v = np.random.randn(h, q)
        self.c = np.zeros(q)

    def forward(self, X):
        self.s = dot(X, self.u) + self.a
        self.r = maximum(0, self.s)
        self.yhat = dot(self.r, self.v) + self.c
        return self.yhat

    def mse(self, y):
        return np.mean((self.yhat - y) ** 2)

    def backward(self, X, y):
        n = X.shape[0]
        e = 2 * (self.yhat - y) / n
        dv, dc = dot(self.r.T, e), e.sum(axis=0)
        ds = dot(e, self.v.T) * (self.s > 0)
        du, da = dot(X.T, ds), ds.sum(axis=0)
        self.grads = {'u': du, 'a': da, 'v': dv, 'c': dc}
        return self.grads

    def update(self, lr):
        for name, g in self.grads.items():
            setattr(self, name, getattr(self, name) - lr * g)
