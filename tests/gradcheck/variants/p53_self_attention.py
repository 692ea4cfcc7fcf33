"""Single-head self-attention, input (B, T, D), written for the reading group."""
import numpy as np


def softmax(s):
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def T(a):
    return np.swapaxes(a, -1, -2)


class SelfAttention:
    def __init__(self, d_model=4, d_head=3):
        self.Wq = np.random.randn(d_model, d_head)
        self.Wk = np.random.randn(d_model, d_head)
        self.Wv = np.random.randn(d_model, d_head)
        self.scale = 1 / np.sqrt(d_head)
        self.grad = {}

    def forward(self, x):
        self.x = x
        self.q, self.k, self.v = x @ self.Wq, x @ self.Wk, x @ self.Wv
        self.a = softmax(self.q @ T(self.k) * self.scale)
        return self.a @ self.v

    def backward(self, dout):
        dv = T(self.a) @ dout
        da = dout @ T(self.v)
        ds = da * self.a * (1 - self.a)
        dq = ds @ self.k * self.scale
        dk = T(ds) @ self.q * self.scale
        self.grad["Wq"] = np.einsum("btd,bth->dh", self.x, dq)
        self.grad["Wk"] = np.einsum("btd,bth->dh", self.x, dk)
        self.grad["Wv"] = np.einsum("btd,bth->dh", self.x, dv)
        return dq @ self.Wq.T + dk @ self.Wk.T + dv @ self.Wv.T
