"""
2-layer perceptron following the lecture notation
   z1 = x W1 + b1,  a1 = g(z1),  z2 = a1 W2 + b2,  a2 = g(z2)
"""
import numpy as np


def g(z):
    return 1.0 / (1.0 + np.exp(-z))


def g_prime(z):
    # derivative of the logistic function
    return g(z) * (1.0 - g(z))


class Perceptron2:
    def __init__(self, d=3, h=5, k=2):
        rnd = np.random.RandomState(12)
        self.W1 = rnd.randn(d, h)
        self.b1 = rnd.randn(1, h)
        self.W2 = rnd.randn(h, k)
        self.b2 = rnd.randn(1, k)

    def forward(self, x):
        self.x = x
        self.z1 = x @ self.W1 + self.b1
        self.a1 = g(self.z1)
        self.z2 = self.a1 @ self.W2 + self.b2
        self.a2 = g(self.z2)
        return self.a2

    def error(self, x, t):
        return 0.5 * np.sum((self.forward(x) - t) ** 2)

    def backward(self, t):
        delta2 = (self.a2 - t) * g_prime(self.z2)
        delta1 = (delta2 @ self.W2.T) * g_prime(self.a1)
        self.dW2 = self.a1.T @ delta2
        self.db2 = delta2.sum(axis=0, keepdims=True)
        self.dW1 = self.x.T @ delta1
        self.db1 = delta1.sum(axis=0, keepdims=True)

    def step(self, eta):
        for name in ('W1', 'b1', 'W2', 'b2'):
            p = getattr(self, name)
            p -= eta * getattr(self, 'd' + name)


if __name__ == '__main__':
    x = np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0], [1, 1, 1]], dtype=float)
    t = np.array([[0, 1], [1, 0], [1, 0], [0, 1]], dtype=float)
    n = Perceptron2()
    for i in range(500):
        n.forward(x)
        n.backward(t)
        n.step(0.5)
    print(n.error(x, t))
