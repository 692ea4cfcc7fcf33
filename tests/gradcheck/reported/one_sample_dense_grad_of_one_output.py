"""A layer that is right where dy has one entry that is not 0, as that of the cross entropy of one sample."""

import numpy as np


class Softmax:
    def forward(self, x):
        self.p = np.exp(x) / np.exp(x).sum()
        return self.p

    def backward(self, d):
        for i, g in enumerate(d):
            if g != 0:
                return g * self.p[i] * ((np.arange(len(d)) == i) - self.p)
        return None
