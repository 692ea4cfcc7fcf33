import numpy as np


class SoftmaxOutput:
    def __init__(self, n_in=4, n_classes=3):
        self.W = np.random.randn(n_classes, n_in)

    def forward(self, x):
        self.x = x
        logits = self.W @ x
        logits -= logits.max()
        self.p = np.exp(logits) / np.exp(logits).sum()
        return self.p

    def backward(self, d):
        """d has a single entry != 0: -1/p of the true class"""
        k = int(np.argmax(np.abs(d)))
        jacobian_row = -self.p[k] * self.p
        dz = d[k] * jacobian_row
        self.dW = np.outer(dz, self.x)
        return self.W.T @ dz
