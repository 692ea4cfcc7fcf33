"""Linear -> Softmax -> cross entropy, every part a class with forward and backward."""
import numpy as np


class FC:
    def __init__(self, d_in, d_out):
        self.W = np.random.normal(0, 0.5, (d_in, d_out))
        self.b = np.zeros((1, d_out))

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, d):
        self.dW = self.x.T @ d
        self.db = np.sum(d, axis=0, keepdims=True)
        return d @ self.W.T


class Softmax:
    def forward(self, z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        self.s = e / e.sum(axis=1, keepdims=True)
        return self.s

    def backward(self, d):
        return self.s * (d - np.sum(d * self.s, axis=1, keepdims=True))


class CategoricalCrossEntropy:
    def forward(self, p, y):
        self.p, self.y = p, y
        return -np.mean(np.sum(y * np.log(p), axis=1))

    def backward(self):
        return (self.p - self.y) / len(self.y)


class Model:
    def __init__(self, d_in=4, d_out=3):
        self.fc = FC(d_in, d_out)
        self.softmax = Softmax()
        self.loss = CategoricalCrossEntropy()

    def forward(self, x):
        return self.softmax.forward(self.fc.forward(x))

    def backward(self):
        return self.fc.backward(self.softmax.backward(self.loss.backward()))
