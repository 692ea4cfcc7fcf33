import numpy as np


class Affine:
    """y = xW + b"""

    def __init__(self, W=None, b=None, n_in=4, n_out=3):
        self.W = np.random.randn(n_in, n_out) if W is None else W
        self.b = np.zeros(n_out) if b is None else b
        self.x = None
        self.dW = None
        self.db = None

    def forward(self, x):
        if self.x is None:
            self.x = x
        out = np.dot(x, self.W) + self.b
        return out

    def backward(self, dout):
        dx = np.dot(dout, self.W.T)
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return dx


class SGD:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, layer):
        layer.W -= self.lr * layer.dW
        layer.b -= self.lr * layer.db


if __name__ == '__main__':
    layer, opt = Affine(), SGD()
    for it in range(10):
        xb = np.random.randn(5, 4)
        yb = xb[:, :3]
        out = layer.forward(xb)
        layer.backward((out - yb) / 5)
        opt.update(layer)
        print(it, ((out - yb) ** 2).mean())
