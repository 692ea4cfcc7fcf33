"""Iris classifier: softmax at the end, trained with the squared error (Brier score)."""
import numpy as np


class IrisNet:
    def __init__(self, inputs=4, hidden=5, outputs=3):
        rng = np.random.default_rng(10)
        self.W1 = rng.standard_normal((inputs, hidden))
        self.b1 = rng.standard_normal((1, hidden)) * 0.1
        self.W2 = rng.standard_normal((hidden, outputs))
        self.b2 = rng.standard_normal((1, outputs)) * 0.1

    def softmax(self, z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def forward(self, X):
        self.z1 = np.dot(X, self.W1) + self.b1
        self.a1 = np.tanh(self.z1)
        self.z2 = np.dot(self.a1, self.W2) + self.b2
        self.a2 = self.softmax(self.z2)
        return self.a2

    def loss(self, Y):
        return 0.5 * np.sum((self.a2 - Y) ** 2) / Y.shape[0]

    def backward(self, X, Y):
        m = Y.shape[0]
        da2 = (self.a2 - Y) / m
        dz2 = da2 * self.a2 * (1 - self.a2)
        dz1 = np.dot(dz2, self.W2.T) * (1 - np.power(self.a1, 2))
        self.grads = {
            "W2": np.dot(self.a1.T, dz2),
            "b2": np.sum(dz2, axis=0, keepdims=True),
            "W1": np.dot(X.T, dz1),
            "b1": np.sum(dz1, axis=0, keepdims=True),
        }
        return self.grads
