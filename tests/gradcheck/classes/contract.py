"""Classes that break the contract."""

import numpy as np
from activations import ReLU
from linear import Linear


class NoForward:
    def backward(self, dy):
        return dy


class NoBackward:
    def forward(self, x):
        return x


class Nothing(ReLU):
    def forward(self, x):
        super().forward(x)


class Raises(ReLU):
    def forward(self, x):
        return x * undefined  # noqa: F821


class RaisesInBackward(Linear):
    def backward(self, dy):
        return dy @ self.W.T @ self.x


class RaisesWhenMade:
    def __init__(self):
        raise RuntimeError("no room")

    forward = backward = lambda self, x: x


class LossOfPairs:
    def forward(self, z, w):
        return z[:, :2] ** 2

    def backward(self):
        return None


class Coarse(ReLU):
    def forward(self, x):
        return super().forward(x).astype("4f"[::-1])


class Random(ReLU):
    def __init__(self):
        self.draw = np.random.default_rng

    def forward(self, x):
        return super().forward(x) * self.draw().random()


class WrongDxShape(ReLU):
    def backward(self, dy):
        return dy.sum(axis=0)


class NoGradients:
    def forward(self, x, y):
        return float(((x - y) ** 2).mean())

    def backward(self):
        pass
