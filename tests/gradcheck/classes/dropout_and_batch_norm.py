"""Dropout and batch normalization."""

import numpy as np


class Dropout:
    def __init__(self, p=0.5):
        self.p = p

    def forward(self, x):
        self.mask = (np.random.rand(*x.shape) > self.p) / (1 - self.p)
        return x * self.mask

    def backward(self, dy):
        return dy * self.mask


class BatchNorm:
    def __init__(self, features):
        self.gamma, self.beta = np.ones(features), np.zeros(features)
        self.running_mean = np.zeros(features)

    def forward(self, x):
        self.running_mean = 0.9 * self.running_mean + 0.1 * x.mean(0)
        self.std = np.sqrt(x.var(0) + 1e-5)
        self.hat = (x - x.mean(0)) / self.std
        return self.gamma * self.hat + self.beta

    def backward(self, dy):
        self.dgamma, self.dbeta = (dy * self.hat).sum(0), dy.sum(0)
        d = dy * self.gamma
        return (d - d.mean(0) - self.hat * (d * self.hat).mean(0)) / self.std


# A mistake each


class DropoutWithoutScale(Dropout):
    def backward(self, dy):
        return dy * (self.mask > 0)
