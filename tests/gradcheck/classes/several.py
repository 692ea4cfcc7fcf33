"""Layers with several inputs or outputs."""

import numpy as np


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


class Product:
    """Its gradients come back in a tuple."""

    def forward(self, first, second):
        self.kept = first, second
        return first * second

    def backward(self, dout):
        first, second = self.kept
        return dout * second, dout * first


class ProductWrongSecond(Product):
    def backward(self, dout):
        second = self.kept[1]
        return dout * second, dout * second


class ProductWithoutSecond(Product):
    def backward(self, dout):
        return dout * self.kept[1]


class Attention:
    """Its gradients come back in a dict."""

    def forward(self, query, key, value):
        self.q, self.k, self.v = query, key, value
        self.p = softmax(query @ key.swapaxes(-1, -2) / np.sqrt(query.shape[-1]))
        return self.p @ value

    def backward(self, dy):
        dp = dy @ self.v.swapaxes(-1, -2)
        ds = self.p * (dp - (dp * self.p).sum(-1, keepdims=True)) / np.sqrt(self.q.shape[-1])
        return {"query": ds @ self.k, "key": ds.swapaxes(-1, -2) @ self.q, "value": self.p.swapaxes(-1, -2) @ dy}


class Cell:
    """A recurrent step, whose backward is given what forward was given, and leaves everything in attributes."""

    def __init__(self, inputs, units):
        rng = np.random.default_rng(0)
        self.W, self.U, self.b = rng.normal(size=(inputs, units)), rng.normal(size=(units, units)), np.zeros(units)

    def forward(self, x, h_prev):
        return np.tanh(x @ self.W + h_prev @ self.U + self.b)

    def backward(self, dh, x, h_prev):
        dz = dh * (1 - self.forward(x, h_prev) ** 2)
        self.dW, self.dU, self.db = x.T @ dz, h_prev.T @ dz, dz.sum(0)
        self.dx, self.dh_prev = dz @ self.W.T, dz @ self.U.T


class Sum:
    """It is given a list."""

    def forward(self, inputs):
        self.count = len(inputs)
        return sum(inputs)

    def backward(self, dy):
        return [dy] * self.count


class Difference(Sum):
    def forward(self, inputs):
        left, right = inputs
        return left - right

    def backward(self, dy):
        return [dy, dy]


class WeightedSquares:
    """A loss with a weight for each number."""

    def forward(self, predictions, targets, weights):
        self.d, self.w = predictions - targets, weights
        return (self.w * self.d**2).mean()

    def backward(self):
        return 2 * self.w * self.d / self.d.size


def gated_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    units = prev_h.shape[1]
    z = x @ Wx + prev_h @ Wh + b
    i, f, o = (1 / (1 + np.exp(-z[:, at * units : (at + 1) * units])) for at in range(3))
    g = np.tanh(z[:, 3 * units :])
    next_c = f * prev_c + i * g
    return o * np.tanh(next_c), next_c, (x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c)


def gated_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c = cache
    t = np.tanh(next_c)
    dc = dnext_c + dnext_h * o * (1 - t**2)
    dz = np.hstack([dc * g * i * (1 - i), dc * prev_c * f * (1 - f), dnext_h * t * o * (1 - o), dc * i * (1 - g**2)])
    return dz @ Wx.T, dz @ Wh.T, dc * f, x.T @ dz, prev_h.T @ dz, dz.sum(axis=0)


def norm_forward(x, gamma, beta, options):
    if options["mode"] == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
    xhat = (x - mean) / np.sqrt(var + options["eps"])
    return gamma * xhat + beta, (xhat, gamma, var + options["eps"])


def norm_backward(dout, cache):
    xhat, gamma, var = cache
    d = dout * gamma
    dx = (d - d.mean(axis=0) - xhat * (d * xhat).mean(axis=0)) / np.sqrt(var)
    return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)
