"""Gradients for each sample, which a method of a name of its own takes the mean of."""

import numpy as np


class Part:
    def __init__(self, inputs, outputs, rng):
        self.weight = rng.normal(size=(outputs, inputs))
        self.bias = rng.normal(size=(outputs, 1))

    def forward(self, x):
        self.x = x
        self.out = np.tanh(self.weight @ x + self.bias)
        return self.out

    def backward(self, d):
        self.delta = d * (1 - self.out**2)
        self.w_grad = np.einsum("ik,jk->ijk", self.delta, self.x)
        self.b_grad = self.delta
        return self.weight.T @ self.delta


class VectorOfMeans:
    def __init__(self, inputs, hidden, outputs):
        rng = np.random.default_rng(0)
        self.parts = [Part(inputs, hidden, rng), Part(hidden, outputs, rng)]

    def forward(self, x):
        for part in self.parts:
            x = part.forward(x)
        return x

    def loss(self, out, y):
        return np.sum((out - y) ** 2) / out.shape[1]

    def backward(self, x, y):
        d = 2 * (self.parts[-1].out - y)
        for part in reversed(self.parts):
            d = part.backward(d)

    def as_vector(self):
        return np.concatenate([np.append(part.w_grad.mean(axis=-1), part.b_grad.mean(axis=-1)) for part in self.parts])


class VectorOfMeansWithoutDerivative(VectorOfMeans):
    def backward(self, x, y):
        last = self.parts[-1]
        d = last.backward(2 * (last.out - y))
        first = self.parts[0]
        first.backward(d / (1 - first.out**2))


class NeverSummed(VectorOfMeans):
    as_vector = None
