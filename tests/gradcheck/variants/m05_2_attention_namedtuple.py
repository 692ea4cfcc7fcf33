from collections import namedtuple
import numpy as np

Grads = namedtuple("Grads", "x Wq Wk Wv")


def row_softmax(s):
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


class SelfAttention:
    def __init__(self, d_model=4, d_k=3):
        self.d_k = d_k
        self.Wq, self.Wk, self.Wv = (np.random.randn(d_model, d_k) for _ in range(3))

    def forward(self, x):
        self.x = x
        self.q, self.k, self.v = x @ self.Wq, x @ self.Wk, x @ self.Wv
        self.att = row_softmax(self.q @ self.k.T / np.sqrt(self.d_k))
        return self.att @ self.v, self.att

    def backward(self, dout):
        dv = self.att.T @ dout
        datt = dout @ self.v.T
        ds = self.att * (datt - np.sum(datt * self.att, axis=-1, keepdims=True))
        ds = ds / np.sqrt(self.d_k)
        dq, dk = ds @ self.k, ds.T @ self.q
        dx = dq @ self.Wq.T + dk @ self.Wk.T + dv @ self.Wv.T
        return Grads(dx, self.x.T @ dq, self.x.T @ dk, self.x.T @ dv)
