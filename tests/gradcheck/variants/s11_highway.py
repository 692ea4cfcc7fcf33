import numpy as np


def _sigm(v):
    return 1. / (1. + np.exp(-v))


class HighwayLayer:
    """Srivastava et al. 2015: y = H(x) T(x) + x (1 - T(x)), input and output have the same width"""

    def __init__(self, width):
        self.WH = np.random.normal(0, 1 / np.sqrt(width), (width, width))
        self.bH = np.zeros(width)
        self.WT = np.random.normal(0, 1 / np.sqrt(width), (width, width))
        self.bT = np.full(width, -1.0)

    def forward(self, x):
        self.x = x
        self.H = np.maximum(0, x.dot(self.WH) + self.bH)
        self.T = _sigm(x.dot(self.WT) + self.bT)
        return self.H * self.T + x * (1 - self.T)

    def backward(self, dy):
        """gradient for everything, by name"""
        dH = dy * self.T
        dT = dy * self.H
        dzH = dH * (self.H > 0)
        dzT = dT * self.T * (1 - self.T)
        return {
            'WH': self.x.T.dot(dzH), 'bH': dzH.sum(0),
            'WT': self.x.T.dot(dzT), 'bT': dzT.sum(0),
            'x': dzH.dot(self.WH.T) + dzT.dot(self.WT.T) + dy * (1 - self.T),
        }


class HighwayStack:
    def __init__(self, width, depth):
        self.layers = [HighwayLayer(width) for _ in range(depth)]

    def forward(self, x):
        for l in self.layers:
            x = l.forward(x)
        return x

    def train(self, x, target, lr=0.05):
        d = 2 * (self.forward(x) - target) / len(x)
        for l in self.layers[::-1]:
            g = l.backward(d)
            for k in ('WH', 'bH', 'WT', 'bT'):
                setattr(l, k, getattr(l, k) - lr * g[k])
            d = g['x']
        return np.mean((self.forward(x) - target) ** 2)


if __name__ == '__main__':
    np.random.seed(4)
    x = np.random.randn(40, 5)
    stack = HighwayStack(5, 4)
    for i in range(100):
        e = stack.train(x, np.abs(x))
    print('mse', e)
