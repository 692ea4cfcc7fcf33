"""MNIST from scratch (784 -> 10 -> 10 in the video), every column is an image."""
import numpy as np


class DigitNet:
    def __init__(self, pixels=5, hidden=4, digits=3):
        self.W1 = np.random.rand(hidden, pixels) - 0.5
        self.b1 = np.random.rand(hidden, 1) - 0.5
        self.W2 = np.random.rand(digits, hidden) - 0.5
        self.b2 = np.random.rand(digits, 1) - 0.5

    def forward(self, X):
        self.Z1 = self.W1.dot(X) + self.b1
        self.A1 = np.maximum(self.Z1, 0)
        self.Z2 = self.W2.dot(self.A1) + self.b2
        E = np.exp(self.Z2 - self.Z2.max(axis=0))
        self.A2 = E / E.sum(axis=0)
        return self.A2

    def cross_entropy(self, A2, Y):
        return -np.sum(Y * np.log(A2)) / Y.shape[1]

    def backward(self, X, Y):
        m = X.shape[1]
        dZ2 = self.A2 - Y
        dW2 = 1 / m * dZ2.dot(self.A1.T)
        db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
        dZ1 = self.W2.T.dot(dZ2) * (self.Z1 > 0)
        dW1 = 1 / m * dZ1.dot(X.T)
        db1 = 1 / m * np.sum(dZ1)
        return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}

    def update(self, g, alpha=0.1):
        self.W1 = self.W1 - alpha * g["dW1"]
        self.b1 = self.b1 - alpha * g["db1"]
        self.W2 = self.W2 - alpha * g["dW2"]
        self.b2 = self.b2 - alpha * g["db2"]
