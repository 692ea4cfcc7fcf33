"""Continuous bag of words with a full softmax, one window at a time."""
from typing import List

import numpy as np


class CBOW:
    def __init__(self, vocab_size: int = 6, dim: int = 3):
        rng = np.random.default_rng(17)
        self.W_in = rng.normal(size=(vocab_size, dim))
        self.W_out = rng.normal(size=(dim, vocab_size))

    def train_loss(self, context: List[int], target: int) -> float:
        self.context, self.target = context, target
        self.h = np.mean([self.W_in[c] for c in context], axis=0)
        u = self.h @ self.W_out
        self.y = np.exp(u) / np.exp(u).sum()
        return -np.log(self.y[target])

    def backward(self):
        e = self.y.copy()
        e[self.target] -= 1.0
        grad_out = self.h.reshape(-1, 1) * e.reshape(1, -1)
        grad_in = np.zeros_like(self.W_in)
        for c in self.context:
            grad_in[c] += self.W_out.dot(e) / len(self.context)
        return grad_in, grad_out
