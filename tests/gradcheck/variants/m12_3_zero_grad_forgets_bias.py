import numpy as np


class Affine:
    def __init__(self, in_dim=3, out_dim=2):
        self.W = np.random.randn(in_dim, out_dim)
        self.b = np.random.randn(out_dim)
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)

    def zero_grad(self):
        self.dW = np.zeros_like(self.W)
        self.dW[:] = 0

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW += self.x.T @ dout
        self.db += dout.sum(axis=0)
        return dout @ self.W.T

    def step(self, lr=0.01):
        self.W -= lr * self.dW
        self.b -= lr * self.db
        self.zero_grad()
