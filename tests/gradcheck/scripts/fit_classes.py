"""All of it in `fit`, which draws the weights; `predict` returns classes, which follow no small change."""
import numpy as np


class Clf:
    def __init__(self, units=9, step=0.1, epochs=200):
        self.units, self.step, self.epochs = units, step, epochs

    def squash(self, z):
        return 1 / (1 + np.exp(-z))

    def fit(self, X, y):
        m, d = X.shape
        self.A = np.random.randn(d, self.units) * 0.5
        self.a = np.zeros((1, self.units))
        self.B = np.random.randn(self.units, y.shape[1]) * 0.5
        self.b = np.zeros((1, y.shape[1]))
        history = []
        for epoch in range(self.epochs):
            h = self.squash(X @ self.A + self.a)
            s = h @ self.B + self.b
            e = np.exp(s - s.max(axis=1, keepdims=True))
            p = e / e.sum(axis=1, keepdims=True)
            history.append(-np.mean(np.sum(y * np.log(p + 1e-12), axis=1)))
            ds = (p - y) / m
            dB, db = h.T @ ds, ds.sum(axis=0, keepdims=True)
            dh = ds @ self.B.T * h * (1 - h)
            dA, da = X.T @ dh, dh.sum(axis=0, keepdims=True)
            self.A -= self.step * dA
            self.a -= self.step * da
            self.B -= self.step * dB
            self.b -= self.step * db
        return history

    def predict(self, X):
        return np.argmax(self.squash(X @ self.A + self.a) @ self.B + self.b, axis=1)
