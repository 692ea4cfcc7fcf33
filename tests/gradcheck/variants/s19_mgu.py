import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class MinimalGatedUnit:
    """MGU (Zhou et al. 2016), a GRU with one gate. X: (batch, time, features)."""

    def __init__(self, n_features, n_units):
        g = np.random.default_rng(21)
        self.n_units = n_units
        self.p = {
            "Wf": g.normal(0, .5, (n_features, n_units)), "Uf": g.normal(0, .5, (n_units, n_units)),
            "bf": np.ones(n_units),
            "Wh": g.normal(0, .5, (n_features, n_units)), "Uh": g.normal(0, .5, (n_units, n_units)),
            "bh": np.zeros(n_units),
        }

    def forward(self, X):
        p = self.p
        h = np.zeros((X.shape[0], self.n_units))
        self.tape = []
        for t in range(X.shape[1]):
            x = X[:, t]
            f = sigmoid(x @ p["Wf"] + h @ p["Uf"] + p["bf"])
            c = np.tanh(x @ p["Wh"] + (f * h) @ p["Uh"] + p["bh"])
            self.tape.append((x, h, f, c))
            h = (1 - f) * h + f * c
        return h

    def backward(self, dh):
        """dh: gradient of the last state. Returns dX and a dict of gradients."""
        p = self.p
        grads = {k: np.zeros_like(v) for k, v in p.items()}
        dX = []
        for x, h, f, c in reversed(self.tape):
            dc = dh * f * (1 - c ** 2)
            dfh = dc @ p["Uh"].T
            df = (dh * (c - h) + dfh * h) * f * (1 - f)
            grads["Wh"] += x.T @ dc
            grads["Uh"] += (f * h).T @ dc
            grads["bh"] += dc.sum(0)
            grads["Wf"] += x.T @ df
            grads["Uf"] += h.T @ df
            grads["bf"] += df.sum(0)
            dX.append(dc @ p["Wh"].T + df @ p["Wf"].T)
            dh = dh * (1 - f) + dfh * f + df @ p["Uf"].T
        return np.stack(dX[::-1], axis=1), grads


if __name__ == "__main__":
    X = np.random.default_rng(0).normal(size=(32, 6, 2))
    y = np.sign(X[:, :, 0]).prod(1, keepdims=True) * 0.5
    mgu = MinimalGatedUnit(2, 1)
    for e in range(100):
        out = mgu.forward(X)
        _, grads = mgu.backward(2 * (out - y) / len(y))
        for k in grads:
            mgu.p[k] -= 0.2 * grads[k]
    print("mse", np.mean((out - y) ** 2))
