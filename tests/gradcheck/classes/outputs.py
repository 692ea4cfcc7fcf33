import numpy as np


class ListOfActivations:
    """forward returns the activations of all layers."""

    def __init__(self, sizes):
        self.W = [np.random.randn(sizes[at] + 1, sizes[at + 1]) for at in range(len(sizes) - 1)]

    def forward(self, X):
        through = [np.hstack([X, np.ones((len(X), 1))])]
        for at, W in enumerate(self.W):
            z = through[-1] @ W
            last = at == len(self.W) - 1
            through.append(z if last else np.hstack([np.tanh(z), np.ones((len(z), 1))]))
        return through

    def backward(self, X, Y):
        through = self.forward(X)
        d = through[-1] - Y
        slopes = []
        for at in reversed(range(len(self.W))):
            slopes.insert(0, through[at].T @ d / len(X))
            d = (d @ self.W[at].T)[:, :-1] * (1 - through[at][:, :-1] ** 2)
        return slopes


class TwoLists:
    """forward returns what goes into the activations, and what comes out; backward is given both."""

    def __init__(self, sizes):
        self.W = [np.random.randn(sizes[at], sizes[at + 1]) for at in range(len(sizes) - 1)]
        self.b = [np.zeros(n) for n in sizes[1:]]

    def forward(self, X):
        zs, outs = [], [X]
        for at in range(len(self.W)):
            zs.append(outs[-1] @ self.W[at] + self.b[at])
            outs.append(1 / (1 + np.exp(-zs[-1])))
        return zs, outs

    def backward(self, zs, outs, y, rate=0.1):
        d = (outs[-1] - y) * outs[-1] * (1 - outs[-1])
        for at in range(len(self.W))[::-1]:
            dW, db = outs[at].T @ d, d.sum(axis=0)
            d = d @ self.W[at].T * outs[at] * (1 - outs[at])
            self.W[at] -= rate * dW
            self.b[at] -= rate * db


class DictOfAll:
    """forward returns a dict of all that it computes; the probabilities come last."""

    def __init__(self, inputs, hidden, outputs):
        self.W1 = np.random.randn(inputs, hidden)
        self.W2 = np.random.randn(hidden, outputs)

    def forward(self, X):
        Z1 = X @ self.W1
        A1 = np.maximum(0, Z1)
        Z2 = A1 @ self.W2
        e = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
        return {"Z1": Z1, "A1": A1, "Z2": Z2, "probs": e / e.sum(axis=1, keepdims=True)}

    def backward(self, X, y, cache):
        d = cache["probs"].copy()
        d[np.arange(len(y)), y] -= 1
        d /= len(y)
        back = d @ self.W2.T * (cache["Z1"] > 0)
        return {"W1": X.T @ back, "W2": cache["A1"].T @ d}
