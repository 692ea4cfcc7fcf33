"""Mixture density network (Bishop 1994) for one-dimensional x and y."""
import numpy as np


class MDN:

    def __init__(self, hidden=8, components=3):
        self.K = components
        self.W1 = np.random.randn(1, hidden)
        self.b1 = np.random.randn(hidden)
        self.W2 = np.random.randn(hidden, 3 * components) * 0.3
        self.b2 = np.random.randn(3 * components) * 0.1

    def mixture(self, x):
        self.x = x
        self.h = np.tanh(x @ self.W1 + self.b1)
        out = self.h @ self.W2 + self.b2
        a, mu, log_sigma = np.split(out, 3, axis=1)
        a = a - a.max(axis=1, keepdims=True)
        pi = np.exp(a) / np.exp(a).sum(axis=1, keepdims=True)
        return pi, mu, np.exp(log_sigma)

    def forward(self, x, y):
        """negative log likelihood, mean; x and y are (n, 1)"""
        self.pi, self.mu, self.sigma = self.mixture(x)
        self.dist = (y - self.mu) / self.sigma
        density = np.exp(-0.5 * self.dist ** 2) / (self.sigma * np.sqrt(2 * np.pi))
        joint = self.pi * density
        total = joint.sum(axis=1, keepdims=True)
        self.resp = joint / total
        return -np.log(total).mean()

    def backward(self):
        n = len(self.x)
        d_a = self.pi - self.resp
        d_mu = -self.resp * self.dist / self.sigma
        d_log_sigma = self.resp * (self.dist ** 2 - 1)
        d_out = np.concatenate([d_a, d_mu, d_log_sigma], axis=1) / n
        d_h = d_out @ self.W2.T * (1 - self.h ** 2)
        return {
            "W1": self.x.T @ d_h, "b1": d_h.sum(axis=0),
            "W2": self.h.T @ d_out, "b2": d_out.sum(axis=0),
        }

    def train(self, x, y, lr=0.02, steps=150):
        for i in range(steps):
            nll = self.forward(x, y)
            for k, g in self.backward().items():
                setattr(self, k, getattr(self, k) - lr * g)
        return nll


if __name__ == "__main__":
    np.random.seed(1)
    y = np.random.uniform(-1, 1, (200, 1))
    x = y + 0.3 * np.sin(2 * np.pi * y) + 0.05 * np.random.randn(200, 1)
    net = MDN()
    print("nll before", net.forward(x, y))
    print("nll after ", net.train(x, y))
