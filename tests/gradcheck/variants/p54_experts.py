"""Soft mixture of linear experts: a softmax gate weighs the outputs of k matrices."""
import numpy as np


class MixtureOfExperts:
    def __init__(self, n_in=3, n_out=2, k=4):
        self.E = np.random.randn(k, n_in, n_out)
        self.G = np.random.randn(n_in, k)
        self.bg = np.zeros(k)

    def forward(self, x):
        self.x = x
        logits = x @ self.G + self.bg
        ex = np.exp(logits - logits.max(1)[:, None])
        self.gate = ex / ex.sum(1)[:, None]
        self.each = np.einsum("ni,kio->nko", x, self.E)
        return np.einsum("nk,nko->no", self.gate, self.each)

    def backward(self, dout):
        d_each = self.gate[:, :, None] * dout[:, None, :]
        self.dE = np.einsum("ni,nko->kio", self.x, d_each)
        dx = np.einsum("nko,kio->ni", d_each, self.E)

        d_gate = np.einsum("no,nko->nk", dout, self.each)
        weighted = self.gate * d_gate
        d_logits = weighted - self.gate * weighted.sum(1)[:, None]
        self.dG = self.x.T @ d_logits
        self.dbg = d_logits.sum(0)
        return dx + d_logits @ self.G.T
