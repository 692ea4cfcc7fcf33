import numpy as np


def clip_grads(grads, max_norm):
    total_norm = 0
    for grad in grads.values():
        total_norm += np.sum(grad ** 2)
    total_norm = np.sqrt(total_norm)

    rate = max_norm / (total_norm + 1e-6)
    if rate < 1:
        for grad in grads.values():
            grad *= rate


class LinearModel:
    max_norm = 1.0

    def __init__(self, n=3, k=2):
        self.params = {"A": np.random.randn(n, k), "c": np.random.randn(k)}
        self.grads = {}

    def forward(self, x, y):
        self.x = x
        self.diff = x @ self.params["A"] + self.params["c"] - y
        return 0.5 * np.mean(np.sum(self.diff ** 2, axis=1))

    def backward(self):
        g = self.diff / len(self.diff)
        self.grads["A"] = self.x.T @ g
        self.grads["c"] = g.sum(axis=0)
        clip_grads(self.grads, self.max_norm)
        return self.grads
