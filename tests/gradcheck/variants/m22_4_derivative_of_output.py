import numpy as np


class Sigmoid:
    def call(self, z):
        return 1 / (1 + np.exp(-z))

    def derivative(self, z):
        s = self.call(z)
        return s * (1 - s)


class Layer:
    def __init__(self):
        self.trainable = True

    def forward(self, x):
        raise NotImplementedError()

    def backward(self, d):
        raise NotImplementedError()


class Dense(Layer):
    def __init__(self, n_in=3, n_out=4, act=None):
        super(Dense, self).__init__()
        self.act = act if act is not None else Sigmoid()
        self.w = np.random.randn(n_in, n_out)
        self.b = np.random.randn(n_out)

    def forward(self, x):
        self.x = x
        self.z = x @ self.w + self.b
        self.a = self.act.call(self.z)
        return self.a

    def backward(self, d):
        d = d * self.act.derivative(self.a)
        self.dw = self.x.T @ d
        self.db = d.sum(axis=0)
        return d @ self.w.T
