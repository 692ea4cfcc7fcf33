import numpy as np


class MultiHeadAttention:
    def __init__(self, dim=6, heads=2, seed=3):
        assert dim % heads == 0
        rng = np.random.default_rng(seed)
        self.h, self.d = heads, dim // heads
        self.p = {k: rng.standard_normal((dim, dim)) * 0.4 for k in ("Wq", "Wk", "Wv", "Wo")}
        self.g = {}

    def _split(self, t):
        n, l, _ = t.shape
        return t.reshape(n, l, self.h, self.d).transpose(0, 2, 1, 3)

    def _merge(self, t):
        n, h, l, d = t.shape
        return t.transpose(0, 2, 1, 3).reshape(n, l, h * d)

    def forward(self, x):
        p = self.p
        q = self._split(x @ p["Wq"])
        k = self._split(x @ p["Wk"])
        v = self._split(x @ p["Wv"])
        s = q @ k.transpose(0, 1, 3, 2) / np.sqrt(self.d)
        s = s - s.max(-1, keepdims=True)
        a = np.exp(s)
        a = a / a.sum(-1, keepdims=True)
        ctx = self._merge(a @ v)
        self.cache = x, q, k, v, a, ctx
        return ctx @ p["Wo"]

    def backward(self, dout):
        x, q, k, v, a, ctx = self.cache
        p, g = self.p, self.g
        g["Wo"] = np.einsum("nli,nlj->ij", ctx, dout)
        dctx = self._split(dout @ p["Wo"].T)
        da = dctx @ v.transpose(0, 1, 3, 2)
        dv = a.transpose(0, 1, 3, 2) @ dctx
        ds = a * (da - np.sum(da * a, axis=-1, keepdims=True))
        dq = self._merge(ds @ k / np.sqrt(self.d))
        dk = self._merge(ds.transpose(0, 1, 3, 2) @ q)
        dv = self._merge(dv)
        g["Wq"] = np.einsum("nli,nlj->ij", x, dq)
        g["Wk"] = np.einsum("nli,nlj->ij", x, dk)
        g["Wv"] = np.einsum("nli,nlj->ij", x, dv)
        return dq @ p["Wq"].T + dk @ p["Wk"].T + dv @ p["Wv"].T
