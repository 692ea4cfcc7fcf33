import numpy as np


def soft_max(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class SureNetwork:
    """wide first weights: some probabilities are small, and the loss adds 1e-7 to each"""

    def __init__(self, n_in=6, n_hidden=8, n_out=3):
        self.params = {
            "W1": 0.7 * np.random.randn(n_in, n_hidden),
            "b1": np.zeros(n_hidden),
            "W2": 0.7 * np.random.randn(n_hidden, n_out),
            "b2": np.zeros(n_out),
        }

    def predict(self, x):
        self.x = x
        self.z = x @ self.params["W1"] + self.params["b1"]
        self.h = np.maximum(self.z, 0)
        return soft_max(self.h @ self.params["W2"] + self.params["b2"])

    def loss(self, x, t):
        y = self.predict(x)
        return -np.sum(t * np.log(y + 1e-7)) / len(x)

    def gradient(self, x, t):
        d = (self.predict(x) - t) / len(x)
        grads = {"W2": self.h.T @ d, "b2": d.sum(axis=0)}
        d = (d @ self.params["W2"].T) * (self.z > 0)
        grads["W1"], grads["b1"] = self.x.T @ d, d.sum(axis=0)
        return grads
