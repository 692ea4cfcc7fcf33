import numpy as np


class Highway:
    """Residual layer for one vector:  y = x + tanh(x W + b)"""

    def __init__(self, n=4):
        self.n = n
        self.W = np.random.randn(n, n)
        self.b = np.zeros(n)

    @property
    def parameters(self):
        return {"W": self.W, "b": self.b}

    def forward(self, x):
        self.x = x
        self.t = np.tanh(x @ self.W + self.b)
        return x + self.t

    def backward(self, g):
        s = g * (1 - self.t ** 2)
        self.dW = np.outer(s, self.x)
        self.db = s.copy()
        return g + self.W @ s
