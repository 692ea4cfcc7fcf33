"""
Autoencoder with tied weights (the decoder uses W^T).

    h = sigmoid(x W + b),   r = h W^T + c
    L = 1/(2N) * sum (r - x)^2
"""
import numpy as np


class TiedAutoencoder:
    def __init__(self, n_visible, n_hidden, lr=0.1, seed=123):
        rng = np.random.RandomState(seed)
        bound = 4 * np.sqrt(6.0 / (n_visible + n_hidden))
        self.W = rng.uniform(-bound, bound, (n_visible, n_hidden))
        self.b = np.zeros(n_hidden)
        self.c = np.zeros(n_visible)
        self.lr = lr

    @staticmethod
    def _sigmoid(a):
        return 1.0 / (1.0 + np.exp(-a))

    def encode(self, x):
        return self._sigmoid(x @ self.W + self.b)

    def decode(self, h):
        return h @ self.W.T + self.c

    def loss(self, x):
        r = self.decode(self.encode(x))
        return 0.5 * np.sum((r - x) ** 2) / x.shape[0]

    def grad(self, x):
        n = x.shape[0]
        h = self.encode(x)
        r = self.decode(h)
        dr = (r - x) / n
        dh = dr @ self.W
        da = dh * h * (1 - h)
        dW = x.T @ da
        db = da.sum(axis=0)
        dc = dr.sum(axis=0)
        return dW, db, dc

    def fit(self, data, epochs=20, batch_size=16):
        for epoch in range(epochs):
            np.random.shuffle(data)
            for start in range(0, len(data), batch_size):
                dW, db, dc = self.grad(data[start:start + batch_size])
                self.W -= self.lr * dW
                self.b -= self.lr * db
                self.c -= self.lr * dc
            print("epoch %d  loss %.5f" % (epoch, self.loss(data)))


if __name__ == "__main__":
    basis = np.random.rand(3, 10)
    data = np.random.rand(200, 3) @ basis
    TiedAutoencoder(10, 5).fit(data, epochs=5)
