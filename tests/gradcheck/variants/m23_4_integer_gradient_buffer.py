import numpy as np


class Linear:
    def __init__(self, W=None, b=None):
        self.W = np.array([[1, 2], [0, -1], [3, 1]]) if W is None else W
        self.b = np.array([1, -1]) if b is None else b
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW[...] = self.x.T @ dout
        self.db[...] = dout.sum(axis=0)
        return dout @ self.W.T


if __name__ == "__main__":
    layer = Linear()
    print(layer.forward(np.ones((1, 3))))
    layer.backward(np.array([[0.5, 0.25]]))
    print(layer.dW, layer.db)
