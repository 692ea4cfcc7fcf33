import numpy as np


class Cell:
    """h' = tanh(x U + h V + b)"""
    def __init__(self, weights):
        self.U, self.V, self.b = weights["U"], weights["V"], weights["b"]

    def step(self, x, h):
        return np.tanh(x @ self.U + h @ self.V + self.b)


class SequenceModel:
    def __init__(self, n_in=3, n_hid=4):
        g = np.random.default_rng(1)
        self.weights = {
            "U": g.normal(size=(n_in, n_hid)),
            "V": g.normal(size=(n_hid, n_hid)) * 0.5,
            "b": g.normal(size=n_hid),
        }
        self.cell = Cell(self.weights)

    def forward(self, x):
        """x: (time, batch, features); gives the last state"""
        self.x = x
        self.h = [np.zeros((x.shape[1], self.weights["b"].size))]
        for xt in x:
            self.h.append(self.cell.step(xt, self.h[-1]))
        return self.h[-1]

    def backward(self, dh):
        self.grads = {k: np.zeros_like(v) for k, v in self.weights.items()}
        dx = np.zeros_like(self.x)
        for t in range(len(self.x) - 1, -1, -1):
            da = dh * (1.0 - self.h[t + 1] ** 2)
            self.grads["U"] += self.x[t].T @ da
            self.grads["V"] += self.h[t].T @ da
            self.grads["b"] += da.sum(axis=0)
            dx[t] = da @ self.weights["U"].T
            dh = da @ self.weights["V"].T
        return dx
