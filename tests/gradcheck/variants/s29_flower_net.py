import numpy as np


class FlowerNet:
    """Classifies one flower: x has 4 measurements, y is the one-hot vector of the kind."""

    def __init__(self, n_in=4, n_hidden=6, n_out=3):
        self.w1 = np.random.randn(n_hidden, n_in) * 0.5
        self.b1 = np.zeros(n_hidden)
        self.w2 = np.random.randn(n_out, n_hidden) * 0.5
        self.b2 = np.zeros(n_out)

    def forward(self, x, y):
        self.x = x
        self.y = y
        self.h = np.tanh(self.w1.dot(x) + self.b1)
        z = self.w2.dot(self.h) + self.b2
        z = np.exp(z - np.max(z))
        self.p = z / np.sum(z)
        return -np.sum(y * np.log(self.p))

    def backward(self):
        dz2 = self.p - self.y
        self.dw2 = np.outer(dz2, self.h)
        self.db2 = dz2
        dz1 = self.w2.T.dot(dz2) * (1 - self.h ** 2)
        self.dw1 = np.outer(dz1, self.x)
        self.db1 = np.sum(dz1)

    def update(self, lr):
        self.w1 -= lr * self.dw1
        self.b1 -= lr * self.db1
        self.w2 -= lr * self.dw2
        self.b2 -= lr * self.db2


if __name__ == '__main__':
    np.random.seed(7)
    kinds = np.random.randint(0, 3, 150)
    data = np.random.randn(150, 4) * 0.6 + np.array([[1, 0, 0, 2], [0, 2, 1, 0], [2, 1, 0, 0]])[kinds]
    net = FlowerNet()
    for epoch in range(5):
        err = 0
        for x, k in zip(data, kinds):
            err += net.forward(x, np.eye(3)[k])
            net.backward()
            net.update(0.05)
        print('epoch', epoch, 'loss', err / 150)
