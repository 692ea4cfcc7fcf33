"""A network that is filled by `add` and made ready by `compile`, with its only kind of layer."""

import numpy as np


class Steps:
    """An optimizer that is given the layer."""

    def change(self, layer, grads, lr):
        for name in layer.params:
            layer.params[name] -= lr * grads["d" + name]


class DenseByUnits:
    def __init__(self, units):
        self.units, self.params = units, {"W": None, "b": None}

    def build(self, n_in):
        self.params = {"W": np.random.randn(n_in, self.units), "b": np.zeros((1, self.units))}

    def forward(self, x):
        self.x = x
        return x @ self.params["W"] + self.params["b"]

    def backward(self, dy, lr):
        dx = dy @ self.params["W"].T
        self.optimizer.change(self, {"dW": self.x.T @ dy, "db": dy.sum(0, keepdims=True)}, lr)
        return dx


class RowToCompile:
    """Is filled, and then compiled."""

    def __init__(self):
        self.rows = []

    def add(self, layer):
        self.rows.append(layer)

    def compile(self, n_in, optimizer):
        for row in self.rows:
            row.build(n_in)
            row.optimizer, n_in = optimizer, row.units

    def forward(self, x):
        for row in self.rows:
            x = row.forward(x)
        return x

    def backward(self, dy, lr):
        for row in reversed(self.rows):
            dy = row.backward(dy, lr)
        return dy


class NothingToAdd:
    """Wants layers of a kind that no file at hand has."""

    def __init__(self):
        self.layers = []

    def add(self, block):
        self.layers.append(block.unfolded())

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dy):
        return dy
