import numpy as np


class OneSampleClassifier:
    def __init__(self, n_in=4, n_hidden=3, n_out=3, rng=np.random):
        self.p = {
            "W1": rng.randn(n_in, n_hidden), "b1": rng.randn(n_hidden),
            "W2": rng.randn(n_hidden, n_out), "b2": rng.randn(n_out),
        }

    def forward(self, x, y):
        P = self.p
        h = 1 / (1 + np.exp(-(x @ P["W1"] + P["b1"])))
        s = h @ P["W2"] + P["b2"]
        q = np.exp(s - s.max())
        q /= q.sum()
        self.mem = x, y, h, q
        return -np.dot(y, np.log(q)), q

    def backward(self):
        x, y, h, q = self.mem
        ds = q - y
        dh = self.p["W2"] @ ds
        da = dh
        return {"W2": np.outer(h, ds), "b2": ds, "W1": np.outer(x, da), "b1": da}
