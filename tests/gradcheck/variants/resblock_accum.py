import numpy as np


class Tensor:
    """value and gradient together"""

    def __init__(self, data):
        self.data = np.asarray(data, dtype=np.float64)
        self.grad = np.zeros_like(self.data)

    def zero_grad(self):
        self.grad[...] = 0


class ResidualBlock:
    # y = x + W2 tanh(W1 x + b1) + b2
    def __init__(self, dim=4, hidden=6):
        self.W1 = Tensor(np.random.randn(dim, hidden) * .5)
        self.b1 = Tensor(np.zeros(hidden))
        self.W2 = Tensor(np.random.randn(hidden, dim) * .5)
        self.b2 = Tensor(np.zeros(dim))

    @property
    def parameters(self):
        return [self.W1, self.b1, self.W2, self.b2]

    def forward(self, x):
        self.x = x
        self.h = np.tanh(x @ self.W1.data + self.b1.data)
        return x + self.h @ self.W2.data + self.b2.data

    def backward(self, dy):
        # gradients are ADDED, call zero_grad() before every step
        self.W2.grad += self.h.T @ dy
        self.b2.grad += dy.sum(0)
        dz = (dy @ self.W2.data.T) * (1 - self.h ** 2)
        self.W1.grad += self.x.T @ dz
        self.b1.grad += dz.sum(0)
        return dy + dz @ self.W1.data.T

    def zero_grad(self):
        for p in self.parameters:
            p.zero_grad()


if __name__ == '__main__':
    blk = ResidualBlock()
    x = np.random.randn(8, 4)
    for it in range(50):
        blk.zero_grad()
        y = blk.forward(x)
        blk.backward((y - np.sin(x)) / 8)
        for p in blk.parameters:
            p.data -= 0.1 * p.grad
    print(((y - np.sin(x)) ** 2).mean())
