import numpy as np


class XorNet:
    """The exercise on paper: weights are given, compute all gradients by hand and compare."""

    def __init__(self):
        self.W1 = np.array([[1, -1], [-1, 1]])
        self.b1 = np.array([0, 1])
        self.W2 = np.array([[1], [2]])
        self.b2 = np.array([-1])

    def forward(self, X, y):
        self.X, self.y = X, y
        self.H = np.tanh(X @ self.W1 + self.b1)
        self.out = self.H @ self.W2 + self.b2
        return 0.5 * np.sum((self.out - y) ** 2)

    def backward(self):
        d = self.out - self.y
        self.dW2, self.db2 = self.H.T @ d, d.sum(axis=0)
        d = (d @ self.W2.T) * (1 - self.H ** 2)
        self.dW1, self.db1 = self.X.T @ d, d.sum(axis=0)


if __name__ == "__main__":
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    y = np.array([[0], [1], [1], [0]])
    net = XorNet()
    print(net.forward(X, y))
    net.backward()
    print(net.dW1, net.db1, net.dW2, net.db2, sep="\n")
