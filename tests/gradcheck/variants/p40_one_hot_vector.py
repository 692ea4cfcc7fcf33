"""Classifier for a single flower: x is a vector with 4 numbers, t a one-hot vector with 3."""
import numpy as np


class TinyClassifier:
    def __init__(self, n_in=4, n_hidden=5, n_out=3):
        self.W1 = np.random.randn(n_in, n_hidden)
        self.b1 = np.random.randn(n_hidden)
        self.W2 = np.random.randn(n_hidden, n_out)
        self.b2 = np.zeros(n_out)

    def forward(self, x, t):
        self.x, self.t = x, t
        self.u = x @ self.W1 + self.b1
        self.h = np.log1p(np.exp(self.u))  # softplus
        s = self.h @ self.W2 + self.b2
        e = np.exp(s - s.max())
        self.p = e / e.sum()
        return -np.log(self.p @ t)

    def backward(self):
        ds = self.p - self.t
        dh = self.W2 @ ds
        du = dh / (1 + np.exp(-self.u))
        return dict(
            W2=np.outer(self.h, ds), b2=ds,
            W1=np.outer(self.x, du), b1=du,
            x=self.W1 @ du,
        )
