import numpy as np


def relu(z):
    return np.where(z > 0, z, 0.0)


def relu_derivative(z):
    return (z > 0).astype(float)


class Hidden:
    def __init__(self, n=4, m=8):
        self.w = np.random.randn(m, n)
        self.b = np.random.randn(m, 1) * 0.1

    def forward(self, a):
        # a is one column
        self.a = a.reshape(-1, 1)
        self.z = self.w @ self.a + self.b
        return relu(self.z)

    def backward(self, delta):
        delta = delta.reshape(-1, 1)
        self.db = delta
        self.dw = delta @ self.a.T
        return self.w.T @ delta
