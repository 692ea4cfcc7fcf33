"""Whole networks with their losses: layers in a list, parameters in dicts and in lists."""

from itertools import pairwise

import numpy as np
from activations import ReLU
from linear import Linear
from losses import CrossEntropy


class Stack:
    """A network of layers in a list, with its loss."""

    def __init__(self, sizes):
        self.layers = []
        for inputs, outputs in pairwise(sizes):
            self.layers += [Linear(inputs, outputs), ReLU()]
        self.layers.pop()
        self.loss = CrossEntropy()

    def forward(self, x, y):
        for layer in self.layers:
            x = layer.forward(x)
        return self.loss.forward(x, y)

    def backward(self):
        d = self.loss.backward()
        for layer in reversed(self.layers):
            d = layer.backward(d)
        return d


class Dicts:
    """Parameters and gradients in dicts; backward is given x and y."""

    def __init__(self, inputs, outputs):
        self.params = {"W": np.random.randn(inputs, outputs), "b": np.zeros(outputs)}
        self.grads = {}

    def forward(self, x, y):
        return ((x @ self.params["W"] + self.params["b"] - y) ** 2).mean()

    def backward(self, x, y):
        d = 2 * (x @ self.params["W"] + self.params["b"] - y) / y.size
        self.grads["W"], self.grads["b"] = x.T @ d, d.sum(0)


class Lists:
    """Weights in a list, gradients in another; backward is given y."""

    def __init__(self, sizes):
        self.weights = [np.random.randn(a, b) for a, b in pairwise(sizes)]

    def forward(self, x, y):
        self.kept = [x]
        for w in self.weights:
            x = np.tanh(x @ w)
            self.kept.append(x)
        return ((x - y) ** 2).mean()

    def backward(self, y):
        d = 2 * (self.kept[-1] - y) / y.size
        self.dweights = [None] * len(self.weights)
        for i in reversed(range(len(self.weights))):
            d = d * (1 - self.kept[i + 1] ** 2)
            self.dweights[i] = self.kept[i].T @ d
            d = d @ self.weights[i].T
        return d


class Momentum(Dicts):
    """Has a velocity for each parameter, under the same keys."""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.velocity = {key: np.zeros_like(value) for key, value in self.params.items()}
        self.averages = [np.zeros(3)]

    def backward(self, x, y):
        super().backward(x, y)
        self.delta = self.grads["b"] * 3
