"""Jordan network: the output of the last step is fed back into the hidden layer."""
import numpy as np


class JordanNetwork:

    def __init__(self, n_in=3, n_hidden=5, n_out=2, seed=6):
        rng = np.random.default_rng(seed)
        self.U = rng.normal(0, 0.5, (n_hidden, n_in))
        self.V = rng.normal(0, 0.5, (n_hidden, n_out))
        self.O = rng.normal(0, 0.5, (n_out, n_hidden))
        self.b = np.zeros(n_hidden)
        self.c = np.zeros(n_out)

    def forward(self, xs, targets):
        """xs: (T, n_in), targets: (T, n_out); returns the summed squared error"""
        self.xs, self.targets = xs, targets
        self.hs, self.ys = [], [np.zeros(len(self.c))]
        for x in xs:
            h = np.tanh(self.U @ x + self.V @ self.ys[-1] + self.b)
            self.hs.append(h)
            self.ys.append(self.O @ h + self.c)
        return 0.5 * sum(np.sum((y - t) ** 2) for y, t in zip(self.ys[1:], targets))

    def backward(self):
        grads = {k: np.zeros_like(getattr(self, k)) for k in "UVObc"}
        dy_next = np.zeros(len(self.c))
        for t in reversed(range(len(self.xs))):
            dy = self.ys[t + 1] - self.targets[t] + dy_next
            grads["O"] += np.outer(dy, self.hs[t])
            grads["c"] += dy
            da = (self.O.T @ dy) * (1 - self.hs[t] ** 2)
            grads["U"] += np.outer(da, self.xs[t])
            grads["V"] += np.outer(da, self.ys[t + 1])
            grads["b"] += da
            dy_next = self.V.T @ da
        return grads

    def sgd(self, xs, targets, lr=0.02):
        err = self.forward(xs, targets)
        for k, g in self.backward().items():
            setattr(self, k, getattr(self, k) - lr * g)
        return err


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    xs = rng.normal(size=(12, 3))
    targets = np.cumsum(xs[:, :2], axis=0) * 0.2
    net = JordanNetwork()
    for i in range(301):
        e = net.sgd(xs, targets)
        if i % 100 == 0:
            print(i, e)
