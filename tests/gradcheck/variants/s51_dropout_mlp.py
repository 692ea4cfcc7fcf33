import numpy as np


class Dropout:
    """Inverted dropout, keep is the probability to keep a unit."""

    def __init__(self, keep=0.7, seed=None):
        self.keep = keep
        self.rng = np.random.default_rng(seed)

    def forward(self, x, train=True):
        self.train = train
        if not train:
            return x
        self.mask = self.rng.random(x.shape) < self.keep
        return x * self.mask / self.keep

    def backward(self, dout):
        return dout * self.mask if self.train else dout


class DropoutMLP:
    def __init__(self, sizes=(6, 12, 1), keep=0.7):
        rng = np.random.default_rng(0)
        self.W1 = rng.normal(size=sizes[:2]) / np.sqrt(sizes[0])
        self.W2 = rng.normal(size=sizes[1:]) / np.sqrt(sizes[1])
        self.drop = Dropout(keep, seed=1)

    def forward(self, x, train=True):
        self.x = x
        self.h = np.maximum(x @ self.W1, 0)
        self.hd = self.drop.forward(self.h, train)
        return self.hd @ self.W2

    def backward(self, dout):
        self.dW2 = self.hd.T @ dout
        dh = self.drop.backward(dout @ self.W2.T) * (self.h > 0)
        self.dW1 = self.x.T @ dh
        return dh @ self.W1.T


if __name__ == "__main__":
    rng = np.random.default_rng(5)
    x = rng.normal(size=(100, 6))
    y = x[:, :1] * 2 - np.abs(x[:, 1:2])
    net = DropoutMLP()
    for epoch in range(201):
        err = net.forward(x) - y
        net.backward(2 * err / len(x))
        net.W1 -= 0.03 * net.dW1
        net.W2 -= 0.03 * net.dW2
        if epoch % 50 == 0:
            test = np.mean((net.forward(x, train=False) - y) ** 2)
            print(f"{epoch:4d}  train {np.mean(err ** 2):.3f}  without dropout {test:.3f}")
