"""Poisson regression loss (counts of bicycles)."""
import numpy as np


class PoissonLoss:
    def __init__(self):
        self.rate = None
        self.counts = None

    def forward(self, rate, counts):
        """negative log-likelihood without the constant log(y!)"""
        assert (rate > 0).all(), 'rates must be > 0'
        self.rate, self.counts = rate, counts
        nll = rate - counts * np.log(rate)
        return nll.sum() / len(rate)

    def backward(self):
        n = len(self.rate)
        drate = -self.counts / self.rate
        return drate / n
