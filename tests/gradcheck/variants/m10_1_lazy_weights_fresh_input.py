import numpy as np


class LazyLinear:
    def __init__(self, out_features=3):
        self.out_features = out_features
        self.W = None
        self.b = None
        self.x = None

    def forward(self, x):
        if self.W is None:
            print("building weights for", x.shape[1], "features")
            self.W = np.random.randn(x.shape[1], self.out_features) / np.sqrt(x.shape[1])
            self.b = np.random.randn(self.out_features)
        if self.x is not None:
            del self.x          # free the old batch first
        self.x = x
        return self.x @ self.W + self.b

    def backward(self, dout):
        if self.x is None:
            raise RuntimeError("call forward before backward")
        self.dW = self.x.T @ dout
        self.db = dout.sum(axis=0)
        return dout @ self.W.T
