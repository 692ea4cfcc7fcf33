"""Net for the spiral data set: all the weights live in one dictionary, the layers only borrow them."""
from collections import OrderedDict

import numpy as np


def init_params(n_in=2, n_hidden=5, n_out=3, seed=7):
    rng = np.random.default_rng(seed)
    return {
        "W1": rng.normal(size=(n_in, n_hidden)), "b1": np.zeros(n_hidden),
        "W2": rng.normal(size=(n_hidden, n_out)), "b2": np.zeros(n_out),
    }


class Linear:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, dout):
        self.dW = np.dot(self.x.T, dout)
        self.db = dout.sum(axis=0)
        return np.dot(dout, self.W.T)


class Tanh:
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, dout):
        return dout * (1.0 - self.y ** 2)


class SpiralNet:
    def __init__(self, params=None):
        self.params = params if params is not None else init_params()
        self.layers = OrderedDict()
        self.layers["lin1"] = Linear(self.params["W1"], self.params["b1"])
        self.layers["tanh"] = Tanh()
        self.layers["lin2"] = Linear(self.params["W2"], self.params["b2"])

    def predict(self, x):
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def loss(self, x, t):
        s = self.predict(x)
        s = s - s.max(axis=1, keepdims=True)
        self.y = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
        return -np.log(self.y[np.arange(len(t)), t]).mean()

    def gradient(self, x, t):
        self.loss(x, t)
        dout = self.y.copy()
        dout[np.arange(len(t)), t] -= 1
        dout /= len(t)
        for layer in reversed(list(self.layers.values())):
            dout = layer.backward(dout)
        l1, l2 = self.layers["lin1"], self.layers["lin2"]
        return {"W1": l1.dW, "b1": l1.db, "W2": l2.dW, "b2": l2.db}
