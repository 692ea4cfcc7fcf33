import numpy as np


class ReluResidual:
    """out = x + relu(x) @ W        (pre-activation residual)"""

    def __init__(self, dim):
        self.dim = dim
        self.W = np.random.randn(dim, dim) / dim

    def forward(self, x):
        self.x = x
        self.r = np.maximum(x, 0)
        return x + self.r @ self.W

    def backward(self, dout):
        self.dW = self.r.T @ dout
        skip = dout
        branch = dout
        branch[...] = branch @ self.W.T
        branch[self.x < 0] = 0
        return skip + branch


class Stack:
    def __init__(self, *blocks):
        self.blocks = blocks

    def forward(self, x):
        for b in self.blocks:
            x = b.forward(x)
        return x

    def backward(self, d):
        for b in self.blocks[::-1]:
            d = b.backward(d)
        return d


if __name__ == '__main__':
    net = Stack(ReluResidual(3), ReluResidual(3))
    x = np.random.randn(5, 3)
    y = net.forward(x)
    print(net.backward(y - 1).mean())
