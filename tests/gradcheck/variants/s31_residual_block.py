import numpy as np


class ResidualBlock:
    """y = x + W2 tanh(W1 x + b1) + b2 for one column vector x"""

    def __init__(self, dim=4, hidden=6):
        self.W1 = np.random.randn(hidden, dim) * np.sqrt(1.0 / dim)
        self.b1 = np.random.randn(hidden, 1) * 0.1
        self.W2 = np.random.randn(dim, hidden) * np.sqrt(1.0 / hidden)
        self.b2 = np.random.randn(dim, 1) * 0.1

    def forward(self, x):
        self.x = x
        self.h = np.tanh(self.W1 @ x + self.b1)
        return x + self.W2 @ self.h + self.b2

    def backward(self, dy):
        self.dW2 = dy @ self.h.T
        self.db2 = dy
        dz = (self.W2.T @ dy) * (1 - self.h ** 2)
        self.dW1 = dz @ self.x.T
        self.db1 = dz
        dx = self.W1.T @ dz
        return dx

    def update(self, lr):
        for name in ("W1", "b1", "W2", "b2"):
            p = getattr(self, name)
            p -= lr * getattr(self, "d" + name)


class ResNet:
    def __init__(self, dim, n_blocks):
        self.blocks = [ResidualBlock(dim) for _ in range(n_blocks)]

    def train_one(self, x, target, lr=0.01):
        out = x
        for block in self.blocks:
            out = block.forward(out)
        dy = out - target
        for block in reversed(self.blocks):
            dy = block.backward(dy)
            block.update(lr)
        return 0.5 * float(((out - target) ** 2).sum())


if __name__ == "__main__":
    np.random.seed(2)
    net = ResNet(4, 3)
    rot = np.linalg.qr(np.random.randn(4, 4))[0]
    for k in range(5):
        losses = []
        for _ in range(200):
            x = np.random.randn(4, 1)
            losses.append(net.train_one(x, rot @ x))
        print(k, np.mean(losses))
