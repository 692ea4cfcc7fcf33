"""Three layer network, parameters and gradients in nested dictionaries: grads['fc2']['w']."""
import numpy as np


def relu(x):
    return np.where(x > 0, x, 0.0)


class DeepNet:
    def __init__(self, n_in=4, n_hid=5, n_out=2, seed=3):
        g = np.random.default_rng(seed)
        dims = {"fc1": (n_in, n_hid), "fc2": (n_hid, n_hid), "fc3": (n_hid, n_out)}
        self.p = {k: {"w": g.normal(0, 0.6, d), "b": g.normal(0, 0.1, d[1])} for k, d in dims.items()}

    def forward(self, x):
        self.c = {"a0": x}
        self.c["z1"] = x @ self.p["fc1"]["w"] + self.p["fc1"]["b"]
        self.c["a1"] = relu(self.c["z1"])
        self.c["z2"] = self.c["a1"] @ self.p["fc2"]["w"] + self.p["fc2"]["b"]
        self.c["a2"] = relu(self.c["z2"])
        self.c["z3"] = self.c["a2"] @ self.p["fc3"]["w"] + self.p["fc3"]["b"]
        return self.c["z3"]

    @staticmethod
    def mse(pred, target):
        return ((pred - target) ** 2).mean()

    def backward(self, target):
        c, grads = self.c, {}
        d3 = 2 * (c["z3"] - target) / target.size
        grads["fc3"] = {"w": c["a2"].T @ d3, "b": d3.sum(0)}
        d2 = (d3 @ self.p["fc3"]["w"].T) * (c["z2"] > 0)
        grads["fc2"] = {"w": c["a1"].T @ d2, "b": d2.sum(0)}
        d1 = (d2 @ self.p["fc2"]["w"].T) * (c["z2"] > 0)
        grads["fc1"] = {"w": c["a0"].T @ d1, "b": d1.sum(0)}
        return grads
