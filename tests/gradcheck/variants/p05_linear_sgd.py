"""A chain of layers with plain SGD built in: each layer keeps its own learning rate."""
import numpy as np


class Linear:
    def __init__(self, n_in, n_out, lr=0.1, seed=None):
        rng = np.random.RandomState(seed)
        self.W = rng.randn(n_in, n_out) / np.sqrt(n_in)
        self.b = np.zeros(n_out)
        self.lr = lr

    def forward(self, x):
        self.x = x
        return x.dot(self.W) + self.b

    def backward(self, grad):
        # gradients of the parameters
        self.dW = self.x.T.dot(grad)
        self.db = grad.sum(axis=0)
        # gradient descent
        self.W -= self.lr * self.dW
        self.b -= self.lr * self.db
        # error for the layer below
        return grad.dot(self.W.T)


class LeakyReLU:
    def __init__(self, slope=0.2):
        self.slope = slope

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.slope * x)

    def backward(self, grad):
        return grad * np.where(self.x > 0, 1.0, self.slope)


class Chain:
    def __init__(self, *layers):
        self.layers = layers

    def forward(self, x):
        for l in self.layers:
            x = l.forward(x)
        return x

    def backward(self, grad):
        for l in self.layers[::-1]:
            grad = l.backward(grad)
        return grad
