"""
A two layer regression network whose parameters live in one vector theta,
so that it can be handed to scipy.optimize.minimize.
"""
import numpy as np


class FlatMLP:

    def __init__(self, n_in=3, n_hid=5, n_out=2, seed=42):
        self.shapes = [(n_in, n_hid), (n_hid,), (n_hid, n_out), (n_out,)]
        size = sum(int(np.prod(s)) for s in self.shapes)
        self.theta = np.zeros(size)
        self.grad = np.zeros(size)
        self.W1, self.b1, self.W2, self.b2 = self._views(self.theta)
        self.gW1, self.gb1, self.gW2, self.gb2 = self._views(self.grad)
        rng = np.random.RandomState(seed)
        self.W1[:] = rng.randn(n_in, n_hid) / np.sqrt(n_in)
        self.W2[:] = rng.randn(n_hid, n_out) / np.sqrt(n_hid)

    def _views(self, vec):
        out, pos = [], 0
        for s in self.shapes:
            n = int(np.prod(s))
            out.append(vec[pos:pos + n].reshape(s))
            pos += n
        return out

    def forward(self, X):
        self.X = X
        self.H = np.tanh(X.dot(self.W1) + self.b1)
        self.out = self.H.dot(self.W2) + self.b2
        return self.out

    def loss(self, X, Y):
        """0.5 * squared error, averaged over the samples; returns (loss, gradient vector)"""
        n = X.shape[0]
        diff = self.forward(X) - Y
        value = 0.5 * np.sum(diff ** 2) / n

        d = diff / n
        self.gW2[:] = self.H.T.dot(d)
        self.gb2[:] = d.sum(axis=0)
        dh = d.dot(self.W2.T) * (1 - self.H ** 2)
        self.gW1[:] = X.T.dot(dh)
        self.gb1[:] = dh.mean(axis=0)
        return value, self.grad

    def fit(self, X, Y, lr=0.2, steps=200):
        history = []
        for _ in range(steps):
            value, g = self.loss(X, Y)
            self.theta -= lr * g
            history.append(value)
        return history


if __name__ == "__main__":
    X = np.random.RandomState(0).randn(50, 3)
    Y = np.c_[X[:, 0] ** 2, X[:, 1] - X[:, 2]]
    h = FlatMLP().fit(X, Y)
    print("first %.4f  last %.4f" % (h[0], h[-1]))
