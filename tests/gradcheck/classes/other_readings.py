"""Classes that look wrong at first sight and are right, and some that look right and are not."""

import numpy as np


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


class ReturnsMatrix:
    """Its derivative is that of each output by each input."""

    def function(self, x):
        return softmax(x)

    def derivative(self, x):
        p = softmax(x)
        return np.diag(p) - np.outer(p, p)


class SameEverywhere:
    def function(self, x):
        return 3 * x

    def derivative(self, x):
        return 3.0


class Penalty:
    """A number of one argument, which backward is given again."""

    def forward(self, w):
        return 0.3 * (w**2).sum()

    def backward(self, w):
        return 0.6 * w


class TargetsFirst:
    """Its names say which argument is which, not their order."""

    def __call__(self, true_labels, predictions):
        return ((predictions - true_labels) ** 2).sum()

    def derivative(self, true_labels, predictions):
        return 2 * (predictions - true_labels)


class OfOneSample:
    def forward(self, p, y):
        return -np.log(p[:, y.argmax()])

    def backward(self, p, y):
        return -y / p


class FusedDense:
    """Is given p - y; its bias starts as 0."""

    def __init__(self, n_in, n_out):
        self.W, self.b = np.random.randn(n_in, n_out), np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return softmax(x @ self.W + self.b)

    def backward(self, delta):
        self.dW, self.db = self.x.T @ delta, delta.sum(0)
        return delta @ self.W.T


class AsksForGradient:
    """Computes its gradient where it is asked for."""

    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dy):
        self.dy = dy
        return dy @ self.W.T

    @property
    def W_grad(self):
        return self.x.T @ self.dy


class Half:
    def __init__(self, W):
        self.W = W

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dy):
        self.dW = self.x.T @ dy
        return dy @ self.W.T


class SharesWeights:
    """Two layers with one matrix: its gradient is the sum of theirs."""

    def __init__(self, size):
        matrix = np.random.randn(size, size)
        self.first, self.second = Half(matrix), Half(matrix)

    def forward(self, x):
        return self.second.forward(np.tanh(self.first.forward(x)))

    def backward(self, dy):
        dz = self.second.backward(dy)
        return self.first.backward(dz * (1 - np.tanh(self.first.x @ self.first.W) ** 2))


class WrongWayRound:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dy):
        self.dW = self.x.T @ dy
        return dy @ self.W


class Coarse:
    """Computes in four bytes, and hands on eight."""

    def forward(self, x):
        self.x = x
        return (x.view().astype("fl" + "oat32") ** 2).astype(float)

    def backward(self, dy):
        return 2 * self.x * dy


class CellOfBook:
    """Weights of all gates in one, given to the constructor."""

    def __init__(self, Wx, Wh, b):
        self.params, self.grads = [Wx, Wh, b], [np.zeros_like(one) for one in (Wx, Wh, b)]

    def forward(self, x, h_prev):
        Wx, Wh, b = self.params
        self.cache = x, h_prev, np.tanh(x @ Wx + h_prev @ Wh + b)
        return self.cache[2]

    def backward(self, dh):
        Wx, Wh, _ = self.params
        x, h_prev, h = self.cache
        dz = dh * (1 - h**2)
        self.grads[0][...], self.grads[1][...], self.grads[2][...] = x.T @ dz, h_prev.T @ dz, dz.sum(0)
        return dz @ Wx.T, dz @ Wh.T
