"""Layer that is given its activation and the derivative of it as functions."""
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def d_sigmoid(z):
    s = sigmoid(z)
    return s * (1 - s)


def arctan(z):
    return np.arctan(z)


def d_arctan(z):
    return 1 / (1 + z ** 2)


class Layer:
    def __init__(self, n_in=4, n_out=3, activation=sigmoid, derivative=d_sigmoid):
        self.weight = np.random.randn(n_in, n_out)
        self.bias = np.random.randn(n_out)
        self.activation, self.derivative = activation, derivative

    def forward(self, x):
        self.x = x
        self.z = x @ self.weight + self.bias
        self.a = self.activation(self.z)
        return self.a

    def backward(self, da):
        dz = da * self.derivative(self.a)
        self.d_weight = self.x.T @ dz
        self.d_bias = dz.sum(axis=0)
        return dz @ self.weight.T
