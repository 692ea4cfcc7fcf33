"""Right gradients under many names."""

import numpy as np


class Base:
    def __init__(self, i, o):
        self.W, self.b = np.random.randn(i, o), np.random.randn(o)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b


class DLdW(Base):  # CMU 11-785
    def backward(self, dLdZ):
        self.dLdW, self.dLdb = self.x.T @ dLdZ, dLdZ.sum(0)
        return dLdZ @ self.W.T


class Gradient(Base):  # weights_gradient, gradient_weights
    def backward(self, d):
        self.W_gradient, self.gradient_b = self.x.T @ d, d.sum(0)
        return d @ self.W.T


class Short:  # weight and bias, dw and db: Georgia Tech, course homework
    def __init__(self, i, o):
        self.weight, self.bias = np.random.randn(i, o), np.random.randn(o)

    def forward(self, x):
        self.x = x
        return x @ self.weight + self.bias

    def backward(self, d):
        self.dw, self.db = self.x.T @ d, d.sum(0)
        return d @ self.weight.T


class Private:  # _w and _dw
    def __init__(self, i, o):
        self._w, self._b = np.random.randn(i, o), np.random.randn(o)

    def forward(self, x):
        self.x = x
        return x @ self._w + self._b

    def backward(self, d):
        self._dw, self._db = self.x.T @ d, d.sum(0)
        return d @ self._w.T


class ParamsDict:  # params["W"], and its gradient as self.dW
    def __init__(self, i, o):
        self.params = {"W": np.random.randn(i, o), "b": np.random.randn(o)}

    def forward(self, x):
        self.x = x
        return x @ self.params["W"] + self.params["b"]

    def backward(self, d):
        self.dW, self.db = self.x.T @ d, d.sum(0)
        return d @ self.params["W"].T


class ValGrad:  # W = {"val": ..., "grad": ...}
    def __init__(self, i, o):
        w, b = np.random.randn(i, o), np.random.randn(o)
        self.W, self.b = {"val": w, "grad": np.zeros_like(w)}, {"val": b, "grad": np.zeros_like(b)}

    def forward(self, x):
        self.x = x
        return x @ self.W["val"] + self.b["val"]

    def backward(self, d):
        self.W["grad"], self.b["grad"] = self.x.T @ d, d.sum(0)
        return d @ self.W["val"].T
