"""Classes that are made, set up and called in ways of their own."""

from itertools import pairwise

import numpy as np


class ClearsCache:
    """Its zero_grad clears what forward keeps, so that it comes before."""

    def __init__(self, inputs, outputs):
        self.W = np.random.randn(inputs, outputs)
        self.kept, self.grads = {}, {}

    def zero_grad(self):
        self.kept, self.grads = {}, {}

    def forward(self, x):
        self.kept["x"] = x
        return x @ self.W

    def backward(self, dy):
        self.grads["W"] = self.kept["x"].T @ dy
        return dy @ self.W.T


class SizeInTuple:
    """The number of features is the last entry of what is called a size, and backward ignores an argument."""

    def prepare(self, input_size):
        self.scale = np.ones(input_size[-1])

    def forward(self, x):
        self.x = x
        return x * self.scale

    def backward(self, dy, _):
        self.dscale = (dy * self.x).sum(axis=tuple(range(dy.ndim - 1)))
        return dy * self.scale


class KeepsInCall:
    """What backward needs is kept by __call__, not by forward."""

    def __call__(self, x):
        self.x = x
        return self.forward(x)

    def forward(self, x):
        return x**2

    def backward(self, dy):
        return 2 * self.x * dy


class ListOfUnits:
    """Two lists of unequal shapes come back."""

    def __init__(self, n_in, hidden_units, n_out):
        assert len(hidden_units) > 0
        sizes = [n_in, *hidden_units, n_out]
        self.ws = [np.random.randn(a, b) for a, b in pairwise(sizes)]
        self.bs = [np.zeros(b) for b in sizes[1:]]

    def forward(self, x):
        self.hs = [x]
        for w, b in zip(self.ws, self.bs, strict=True):
            self.hs.append(np.tanh(self.hs[-1] @ w + b))
        return self.hs[-1]

    def loss(self, p, y):
        return 0.5 * ((p - y) ** 2).sum()

    def backward(self, p, y):
        d, dws, dbs = p - y, [], []
        for at in reversed(range(len(self.ws))):
            d = d * (1 - self.hs[at + 1] ** 2)
            dws, dbs = [self.hs[at].T @ d, *dws], [d.sum(0), *dbs]
            d = d @ self.ws[at].T
        return dws, dbs


class ShapeOfImage:
    """One image of a shape that the constructor is told, which it takes apart."""

    def __init__(self, input_shape, window):
        self.depth, self.height, self.width = input_shape
        self.input_shape = input_shape
        self.k = np.random.randn(self.depth, self.height, self.width)

    def forward(self, x):
        assert x.shape == self.input_shape
        self.x = x
        return x * self.k

    def backward(self, dy, learning_rate):
        dx = dy * self.k
        self.k -= learning_rate * dy * self.x
        return dx


class ColumnOnly:
    """A softmax of one column, whose backward gives something else for a vector."""

    def forward(self, x):
        e = np.exp(x - x.max())
        self.p = e / e.sum()
        return self.p

    def backward(self, dy, lr):
        return (np.identity(self.p.size) - self.p.T) * self.p @ dy


class NeedsFlag:
    def forward(self, x, y_true, predict):
        self.p = x
        if predict:
            return self.p
        return ((x - y_true) ** 2).mean()

    def backward(self, dvalues, y_true):
        return 2 * (dvalues - y_true) / y_true.size


class OfValue:
    """What it is given holds an array, and its class is elsewhere."""

    def forward(self, output, target):
        self.d = output.value - target.value
        return (self.d**2).sum()

    def backward(self):
        return 2 * self.d


# A mistake each


class ScaledSoftmaxDiagonal:
    """Of a row its softmax is 1 everywhere, so that a wrong gradient is 0 as the right one is."""

    def forward(self, x):
        e = np.exp(x / x.std())
        return e / e.sum(axis=0, keepdims=True)

    def gradient(self, x, previous):
        p = self.forward(x)
        return previous * p * (1 - p)


class PartOfSum:
    """The part that is taken of a sum is wrong."""

    def __init__(self, inputs, outputs):
        self.W, self.V = np.random.randn(inputs, outputs), np.random.randn(inputs, outputs)

    def forward(self, x):
        self.x = x
        return np.tanh(x @ self.W) + x @ self.V

    def backward(self, dy):
        n = self.x.shape[1]
        self.dW, self.dV = self.x.T @ (dy * (1 - np.tanh(self.x @ self.W) ** 2)), self.x.T @ dy
        return (np.dot(dy, self.W.T) + np.dot(dy, self.V.T))[:, :n]
