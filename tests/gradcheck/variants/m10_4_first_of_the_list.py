import numpy as np


class BatchNorm:
    """Batch normalisation over columns: x is (features, batch)."""

    def __init__(self, features=3):
        self.gamma = np.random.rand(features, 1) + 0.5
        self.beta = np.zeros((features, 1))
        self.cache = []

    def forward(self, x):
        mu = x.mean(axis=1, keepdims=True)
        sd = np.sqrt(x.var(axis=1, keepdims=True) + 1e-8)
        norm = (x - mu) / sd
        self.cache.append((norm, sd))
        return self.gamma * norm + self.beta

    def backward(self, dout):
        norm, sd = self.cache[0]
        self.dgamma = np.sum(dout * norm, axis=1, keepdims=True)
        self.dbeta = np.sum(dout, axis=1, keepdims=True)
        dn = dout * self.gamma
        dn_mean = dn.mean(axis=1, keepdims=True)
        return (dn - dn_mean - norm * np.mean(dn * norm, axis=1, keepdims=True)) / sd
