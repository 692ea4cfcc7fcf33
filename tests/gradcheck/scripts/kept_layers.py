import numpy as np


class Layers:
    """Is given its data when it is made, and normalises them."""

    def __init__(self, x, y, hidden=4, rate=0.1):
        self.x = (x - x.mean(axis=0)) / x.std(axis=0)
        self.y = y
        self.rate = rate
        self.W1 = np.random.randn(x.shape[1], hidden)
        self.b1 = np.zeros(hidden)
        self.W2 = np.random.randn(hidden, y.shape[1])

    def run(self, epochs=20):
        for epoch in range(epochs):
            h = np.tanh(self.x @ self.W1 + self.b1)
            out = h @ self.W2
            error = (out - self.y) / len(self.x)
            back = error @ self.W2.T * (1 - h**2)
            self.W2 -= self.rate * h.T @ error
            self.W1 -= self.rate * self.x.T @ back
            self.b1 -= self.rate * back.sum(axis=0)
