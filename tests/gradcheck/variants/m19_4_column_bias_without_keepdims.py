"""Fully connected layer in Andrew Ng's column notation."""
import numpy as np


class FC:
    def __init__(self, n_prev=4, n=3):
        self.W = np.random.randn(n, n_prev) * 0.1
        self.b = np.zeros((n, 1))

    def forward(self, A_prev):
        self.A_prev = A_prev
        Z = self.W @ A_prev + self.b
        assert Z.shape == (self.W.shape[0], A_prev.shape[1])
        return Z

    def backward(self, dZ):
        self.dW = dZ @ self.A_prev.T
        self.db = np.sum(dZ, axis=1)
        dA_prev = self.W.T @ dZ
        return dA_prev

    def update_parameters(self, learning_rate):
        self.W = self.W - learning_rate * self.dW
        self.b = self.b - learning_rate * self.db
