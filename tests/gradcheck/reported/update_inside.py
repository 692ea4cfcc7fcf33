"""backward(dy, learning_rate) updates the weights: the gradients are right."""

import numpy as np


class Dense:
    def __init__(self, i, o):
        self.W, self.b = np.random.randn(i, o), np.zeros((1, o))

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dy, learning_rate):
        dx = dy @ self.W.T
        self.W -= learning_rate * self.x.T @ dy
        self.b -= learning_rate * dy.sum(0, keepdims=True)
        return dx


class DenseOwnRate(Dense):  # the rate is an attribute
    lr = 0.1

    def backward(self, dy):
        return super().backward(dy, self.lr)


class UpdateFirst(Dense):  # dx after the update: wrong, and by how much depends on the rate
    lr = 0.1

    def backward(self, dy):
        self.dW, self.db = self.x.T @ dy, dy.sum(0, keepdims=True)
        self.W -= self.lr * self.dW
        return dy @ self.W.T
