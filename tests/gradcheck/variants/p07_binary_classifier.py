"""Three layers for yes/no questions (rain tomorrow?). y has the shape (N, 1)."""
import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


class BinaryClassifier:
    def __init__(self, n_features=4, h1=6, h2=5):
        self.W1 = np.random.randn(n_features, h1) * 0.4
        self.b1 = np.zeros((1, h1))
        self.W2 = np.random.randn(h1, h2) * 0.4
        self.b2 = np.zeros((1, h2))
        self.W3 = np.random.randn(h2, 1) * 0.4
        self.b3 = np.zeros((1, 1))

    def forward(self, X):
        self.A1 = np.tanh(X @ self.W1 + self.b1)
        self.A2 = sigmoid(self.A1 @ self.W2 + self.b2)
        self.A3 = sigmoid(self.A2 @ self.W3 + self.b3)
        return self.A3

    def loss(self, p, y):
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def backward(self, X, y):
        n = X.shape[0]
        d3 = (self.A3 - y) / n
        self.dW3 = self.A2.T @ d3
        self.db3 = d3.sum(axis=0, keepdims=True)
        d2 = (d3 @ self.W3.T) * self.A2 * (1 - self.A2)
        self.dW2 = self.A1.T @ d2
        self.db2 = d2.sum(axis=0, keepdims=True)
        d1 = (d2 @ self.W2.T) * (1 - self.A1 ** 2)
        self.dW1 = X.T @ d1
        self.db1 = d1.sum(axis=0, keepdims=True)

    def train_step(self, X, y, lr=0.5):
        p = self.forward(X)
        self.backward(X, y)
        for name in ("W1", "b1", "W2", "b2", "W3", "b3"):
            setattr(self, name, getattr(self, name) - lr * getattr(self, "d" + name))
        return self.loss(p, y)
