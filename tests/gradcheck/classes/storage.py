"""Layers that keep their parameters in unusual places."""

import numpy as np


class Slots:
    __slots__ = ("W", "dW", "x")

    def __init__(self):
        self.W = np.random.randn(4, 3)

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dy):
        self.dW = self.x.T @ dy
        return dy @ self.W.T


class Nested:
    """Dicts of parameters in a list, the gradients beside them or in a list of their own."""

    def __init__(self, beside=False):
        self.layers = [{"W": np.random.randn(4, 3), "b": np.zeros(3)}]
        self.grads, self.beside = [], beside

    def forward(self, x):
        self.x = x
        return x @ self.layers[0]["W"] + self.layers[0]["b"]

    def backward(self, dy):
        if self.beside:
            self.layers[0] |= {"dW": self.x.T @ dy, "db": dy.sum(0)}
        else:
            self.grads = [{"W": self.x.T @ dy, "b": dy.sum(0)}]
        return dy @ self.layers[0]["W"].T


class Numbers:
    """Plain numbers: two parameters, the second 0 as yet; a size; and a step of time."""

    def __init__(self, inputs=4):
        self.a, self.b, self.h, self.dt, self.t = 0.25, 0, inputs, 0.01, 1.0

    def forward(self, x):
        self.x = x.reshape(-1, self.h)
        return np.where(self.x > 0, self.x, self.a * self.x) + self.b * self.t

    def backward(self, dy):
        self.da, self.db, self.dh = float((dy * np.minimum(self.x, 0)).sum()), dy.sum(), dy * 2
        return dy * np.where(self.x > 0, 1, self.a)


class Tuples:
    """Its parameters cannot be replaced, only changed in place."""

    def __init__(self):
        self.layers = [(np.random.randn(4, 3), np.zeros(3))]

    def forward(self, x):
        self.x = x
        return x @ self.layers[0][0] + self.layers[0][1]

    def backward(self, dy):
        self.dlayers, self.grads = [(self.x.T @ dy, dy.sum(0))], {"b": dy.sum(0)}
        return dy @ self.layers[0][0].T


# A mistake each


class SlotsFactor(Slots):
    __slots__ = ()

    def backward(self, dy):
        dx = super().backward(dy)
        self.dW = 7 * self.dW
        return dx


class NestedFactor(Nested):
    def backward(self, dy):
        dx = super().backward(dy)
        (self.layers[0] if self.beside else self.grads[0])["dW" if self.beside else "W"] *= 7
        return dx


class NumbersFactor(Numbers):
    def backward(self, dy):
        dx = super().backward(dy)
        self.da *= 7
        self.db *= 7
        return dx
