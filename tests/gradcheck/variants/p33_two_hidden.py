"""Two hidden layers, built from little modules."""
import numpy as np


class Linear:
    def __init__(self, i, o):
        self.W = np.random.randn(i, o)
        self.b = np.random.randn(o)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, d):
        self.dW = self.x.T @ d
        self.db = d.sum(0)
        return d @ self.W.T


class Sigmoid:
    def forward(self, x):
        self.y = 1 / (1 + np.exp(-x))
        return self.y

    def backward(self, d):
        return d * self.y * (1 - self.y)


class TwoHidden:
    def __init__(self, n_in=3, h1=4, h2=4, n_out=2):
        self.lin1 = Linear(n_in, h1)
        self.lin2 = Linear(h1, h2)
        self.lin3 = Linear(h2, n_out)
        self.act1 = Sigmoid()
        self.act2 = self.act1
        self.order = [self.lin1, self.act1, self.lin2, self.act2, self.lin3]

    def forward(self, x):
        for module in self.order:
            x = module.forward(x)
        return x

    def backward(self, d):
        for module in self.order[::-1]:
            d = module.backward(d)
        return d
