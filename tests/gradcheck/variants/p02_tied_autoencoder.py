"""Autoencoder whose decoder is the transposed encoder (tied weights). forward returns the loss."""
import numpy as np


class Encoder:
    def __init__(self, params):
        self.params = params

    def __call__(self, x):
        self.x = x
        self.h = np.tanh(x @ self.params["W"] + self.params["b"])
        return self.h

    def grad(self, dh):
        dz = dh * (1 - self.h * self.h)
        return self.x.T @ dz, dz.sum(0)


class Decoder:
    def __init__(self, params):
        self.params = params

    def __call__(self, h):
        self.h = h
        return h @ self.params["W"].T + self.params["c"]

    def grad(self, dr):
        return dr.T @ self.h, dr.sum(0), dr @ self.params["W"]


class TiedAutoencoder:
    def __init__(self, n_visible=6, n_hidden=3):
        self.params = {
            "W": np.random.randn(n_visible, n_hidden) * 0.5,
            "b": np.zeros(n_hidden),
            "c": np.zeros(n_visible),
        }
        self.enc, self.dec = Encoder(self.params), Decoder(self.params)
        self.grads = {}

    def forward(self, x):
        self.x = x
        self.r = self.dec(self.enc(x))
        return 0.5 * np.sum((self.r - x) ** 2) / len(x)

    def backward(self):
        dr = (self.r - self.x) / len(self.x)
        dW_dec, dc, dh = self.dec.grad(dr)
        dW_enc, db = self.enc.grad(dh)
        self.grads["W"] = dW_enc
        self.grads["b"] = db
        self.grads["c"] = dc
        return self.grads
