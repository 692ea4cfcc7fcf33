import numpy as np


def softplus(z):
    return np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0)


class OnlineNet:
    """Sees one example at a time (x and t are vectors), like in the lecture on stochastic approximation."""

    def __init__(self, n_in, n_hidden, n_out):
        self.V = np.random.randn(n_in, n_hidden) * 0.6
        self.bv = np.random.randn(n_hidden) * 0.1
        self.W = np.random.randn(n_hidden, n_out) * 0.6
        self.bw = np.random.randn(n_out) * 0.1

    def forward(self, x, t):
        self.x, self.t = x, t
        self.z = x @ self.V + self.bv
        self.h = softplus(self.z)
        self.o = self.h @ self.W + self.bw
        return 0.5 * np.sum((self.o - t) ** 2)

    def backward(self):
        delta_o = self.o - self.t
        self.dW = np.outer(self.h, delta_o)
        self.dbw = delta_o
        delta_h = self.W @ delta_o
        self.dV = np.outer(self.x, delta_h)
        self.dbv = delta_h

    def update(self, eta):
        self.V = self.V - eta * self.dV
        self.bv = self.bv - eta * self.dbv
        self.W = self.W - eta * self.dW
        self.bw = self.bw - eta * self.dbw


def main():
    np.random.seed(0)
    net = OnlineNet(2, 8, 1)
    total = 0.0
    for n in range(1, 2001):
        x = np.random.uniform(-1, 1, 2)
        t = np.array([x[0] * x[1]])
        total += net.forward(x, t)
        net.backward()
        net.update(0.02)
        if n % 500 == 0:
            print(n, total / 500)
            total = 0.0


if __name__ == '__main__':
    main()
