import numpy as np
from numpy.random import rand


class Dropout:
    """Inverted dropout. test=True switches it off."""

    def __init__(self, p=0.3):
        self.p = p

    def __call__(self, x, test=False):
        return self.forward(x, test)

    def forward(self, x, test=False):
        self.test = test
        if test:
            return x
        self.kept = rand(*x.shape) >= self.p
        return x * self.kept / (1 - self.p)

    def backward(self, grad):
        if self.test:
            return grad
        return grad * self.kept
