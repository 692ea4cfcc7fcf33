import numpy as np


class Autoencoder:
    """What comes in is to come out again; a step is a method without a loop."""

    def __init__(self, n_in, n_hid):
        self.W1 = np.random.randn(n_in, n_hid) * 0.1
        self.b1 = np.zeros((1, n_hid))
        self.W2 = np.random.randn(n_hid, n_in) * 0.1
        self.b2 = np.zeros((1, n_in))

    def encode(self, x):
        return np.tanh(x.dot(self.W1) + self.b1)

    def decode(self, h):
        return 1.0 / (1.0 + np.exp(-(h.dot(self.W2) + self.b2)))

    def train_step(self, x, lr=0.1):
        h = self.encode(x)
        out = self.decode(h)
        err = out - x
        d_out = err * out * (1 - out) / len(x)
        dh = d_out.dot(self.W2.T) * (1 - h**2)
        self.W2 -= lr * h.T.dot(d_out)
        self.b2 -= lr * d_out.sum(axis=0, keepdims=True)
        self.W1 -= lr * x.T.dot(dh)
        self.b1 -= lr * dh.sum(axis=0, keepdims=True)
        return 0.5 * np.sum(err**2) / len(x)
