"""fastText in small: average of the word vectors, then a linear layer."""
import numpy as np


class WordAverage:
    def __init__(self, vocab=6, dim=3, classes=2):
        self.E = np.random.randn(vocab, dim)
        self.W = np.random.randn(dim, classes)
        self.dE, self.dW = np.zeros_like(self.E), np.zeros_like(self.W)

    def forward(self, idx):
        """idx: (N, L) word numbers, a word may come more than once"""
        self.idx = idx
        self.mean = self.E[idx].mean(axis=1)
        return self.mean @ self.W

    def backward(self, dout):
        self.dE[...] = 0
        self.dW[...] = self.mean.T @ dout
        dmean = dout @ self.W.T
        n, length = self.idx.shape
        dwords = np.repeat(dmean[:, None, :] / length, length, axis=1)
        self.dE[self.idx] += dwords

    def step(self, lr):
        self.E -= lr * self.dE
        self.W -= lr * self.dW
