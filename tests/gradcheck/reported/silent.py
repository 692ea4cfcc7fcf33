"""Wrong gradients that are easily not looked at."""

import numpy as np


class Swish:  # dLdbeta is None after the constructor, and 7 after backward
    def __init__(self, beta=1.0):
        self.beta, self.dLdbeta = beta, None

    def forward(self, z):
        self.z, self.s = z, 1 / (1 + np.exp(-self.beta * z))
        return z * self.s

    def backward(self, d):
        self.dLdbeta = 7.0
        return d * (self.s + self.beta * self.z * self.s * (1 - self.s))


class Lazy:  # the weights are made in the first forward; dW is wrong
    def __init__(self, o):
        self.o, self.W = o, None

    def forward(self, x):
        if self.W is None:
            self.W = np.random.randn(x.shape[1], self.o)
        self.x = x
        return x @ self.W

    def backward(self, d):
        self.dW = 7 * self.x.T @ d
        return d @ self.W.T


class LazyNamed(Lazy):  # the same with dW = None in the constructor
    def __init__(self, o):
        super().__init__(o)
        self.dW = None
