"""Autoencoder with tied weights: the decoder uses the transpose of the encoder's matrix."""
import numpy as np


def sigmoid(a): return 1.0 / (1.0 + np.exp(-a))


class Encoder:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def run(self, x):
        return sigmoid(x @ self.W + self.b)


class Decoder:
    def __init__(self, W, c):
        self.W, self.c = W, c

    def run(self, h):
        return h @ self.W.T + self.c


class TiedAutoencoder:
    def __init__(self, n_visible=5, n_hidden=3):
        self.params = dict(W=np.random.randn(n_visible, n_hidden),
                           b=np.zeros(n_hidden), c=np.zeros(n_visible))
        self.enc = Encoder(self.params['W'], self.params['b'])
        self.dec = Decoder(self.params['W'], self.params['c'])

    def forward(self, x):
        self.x = x
        self.h = self.enc.run(x)
        self.r = self.dec.run(self.h)
        return np.mean(np.sum((self.r - x) ** 2, axis=1))

    def backward(self):
        N = self.x.shape[0]
        dr = 2 * (self.r - self.x) / N
        dh = dr @ self.params['W']
        da = dh * self.h * (1 - self.h)
        grads = {}
        grads['W'] = self.x.T @ da
        grads['b'] = da.sum(axis=0)
        grads['c'] = dr.sum(axis=0)
        return grads
