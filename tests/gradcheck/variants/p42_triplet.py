"""FaceNet style triplet loss on a linear embedding, squared distances."""
import numpy as np


class TripletEmbedding:
    def __init__(self, n_in: int = 4, n_out: int = 3, margin: float = 1.0):
        self.W = np.random.randn(n_in, n_out) * 0.5
        self.margin = margin

    def forward(self, anchor, positive, negative):
        self.dp = anchor - positive
        self.dn = anchor - negative
        self.ep = self.dp @ self.W
        self.en = self.dn @ self.W
        gap = np.sum(self.ep ** 2, axis=1) - np.sum(self.en ** 2, axis=1) + self.margin
        self.active = (gap > 0)[:, None]
        return np.maximum(gap, 0).mean()

    def backward(self):
        """gradient of the mean loss with respect to W"""
        n = len(self.dp)
        g = self.dp.T @ (self.ep * self.active) - self.dn.T @ (self.en * self.active)
        self.dW = 2 * g / n
        return self.dW
