"""One hidden layer with inverted dropout; forward(x, train=False) leaves the dropout out."""
import numpy as np


class DropoutNet:
    def __init__(self, n_in=4, n_hidden=6, n_out=3, keep=0.8, seed=0):
        self.rng = np.random.default_rng(seed)
        self.W1 = self.rng.normal(size=(n_in, n_hidden))
        self.b1 = np.zeros(n_hidden)
        self.W2 = self.rng.normal(size=(n_hidden, n_out))
        self.b2 = np.zeros(n_out)
        self.keep = keep

    def forward(self, x, train=True):
        self.x, self.train = x, train
        self.z = x @ self.W1 + self.b1
        self.h = np.tanh(self.z)
        if train:
            self.mask = self.rng.random(self.h.shape) < self.keep
            self.dropped = self.h * self.mask / self.keep
        else:
            self.dropped = self.h
        return self.dropped @ self.W2 + self.b2

    def backward(self, dout):
        self.gW2 = self.dropped.T @ dout
        self.gb2 = dout.sum(axis=0)
        dh = dout @ self.W2.T
        if self.train:
            dh = dh * self.mask
        dz = dh * (1 - self.h ** 2)
        self.gW1 = self.x.T @ dz
        self.gb1 = dz.sum(axis=0)
        return dz @ self.W1.T
