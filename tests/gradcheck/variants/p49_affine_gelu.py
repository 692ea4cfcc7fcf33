"""Affine layer made from ready arrays: Affine(W, b). Takes images too, they are flattened."""
import numpy as np


class Affine:
    def __init__(self, W, b):
        self.W = W
        self.b = b
        self.x = None
        self.original_x_shape = None
        self.dW = None
        self.db = None

    def forward(self, x):
        self.original_x_shape = x.shape
        self.x = x.reshape(x.shape[0], -1)
        return np.dot(self.x, self.W) + self.b

    def backward(self, dout):
        dx = np.dot(dout, self.W.T)
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return dx.reshape(*self.original_x_shape)


class Gelu:
    """tanh form of the Gaussian error linear unit"""
    C = np.sqrt(2 / np.pi)

    def forward(self, x):
        self.x = x
        self.t = np.tanh(self.C * (x + 0.044715 * x ** 3))
        return 0.5 * x * (1 + self.t)

    def backward(self, dout):
        inner = self.C * (1 + 3 * 0.044715 * self.x ** 2)
        return dout * (0.5 * (1 + self.t) + 0.5 * self.x * (1 - self.t ** 2) * inner)


class Stack:
    def __init__(self, *parts):
        self.parts = parts

    def forward(self, x):
        for part in self.parts:
            x = part.forward(x)
        return x

    def backward(self, dout):
        for part in reversed(self.parts):
            dout = part.backward(dout)
        return dout
