import numpy as np


class SoftmaxTemperature:
    """softmax(x / tau) with a learned temperature"""

    def __init__(self, tau=1.7):
        self.tau = tau
        self.d_tau = None
        self.x = None
        self.p = None

    def forward(self, x):
        s = x / self.tau
        s = s - s.max(axis=1, keepdims=True)
        e = np.exp(s)
        self.x, self.p = x, e / e.sum(axis=1, keepdims=True)
        return self.p

    def backward(self, dp):
        inner = np.sum(dp * self.p, axis=1, keepdims=True)
        ds = self.p * (dp - inner)
        self.d_tau = -np.sum(ds * self.x) / self.tau
        return ds / self.tau
