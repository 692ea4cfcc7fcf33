import numpy as np


class Dropout:
    def __init__(self, p=0.3, seed=42):
        """p: probability to DROP a unit"""
        self.p = p
        self.training = True
        self.rng = np.random.RandomState(seed)
        self.mask = None

    def train(self):
        self.training = True

    def eval(self):
        self.training = False

    def forward(self, x):
        if not self.training:
            return x
        keep = 1.0 - self.p
        self.mask = (self.rng.rand(*x.shape) < keep).astype(x.dtype)
        return x * self.mask / keep

    def backward(self, grad):
        if not self.training:
            return grad
        return grad * self.mask


if __name__ == "__main__":
    d = Dropout(0.5)
    a = np.ones((4, 5))
    print(d.forward(a))
    print(d.backward(np.ones((4, 5))))
