"""Clips its gradients to [-1, 1] on purpose."""

import numpy as np


class Bias:
    def __init__(self, n):
        self.b = np.zeros(n)

    def forward(self, x):
        return x + self.b

    def backward(self, d):
        self.db = np.clip(d.sum(0), -1, 1)
        return d
