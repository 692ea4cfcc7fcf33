import numpy as np


class GRUCell:
    """new h = z * h + (1 - z) * tanh(W x + U (r * h))"""

    def __init__(self, n_in=3, n=4):
        for gate in "zrc":
            setattr(self, "W" + gate, np.random.randn(n_in, n) * 0.6)
            setattr(self, "U" + gate, np.random.randn(n, n) * 0.6)

    def forward(self, x, h):
        sigma = lambda a: 1 / (1 + np.exp(-a))
        self.x, self.h = x, h
        self.z = sigma(x @ self.Wz + h @ self.Uz)
        self.r = sigma(x @ self.Wr + h @ self.Ur)
        self.c = np.tanh(x @ self.Wc + (self.r * h) @ self.Uc)
        return self.z * h + (1 - self.z) * self.c

    def backward(self, dh):
        dc = dh * (1 - self.z) * (1 - self.c ** 2)
        dz = dh * (self.h - self.c) * self.z * (1 - self.z)
        drh = dc @ self.Uc.T
        dr = drh * self.h * self.r * (1 - self.r)
        self.dWz, self.dUz = self.x.T @ dz, self.h.T @ dz
        self.dWr, self.dUr = self.x.T @ dr, self.h.T @ dr
        self.dWc, self.dUc = self.x.T @ dc, (self.r * self.h).T @ dc
        dx = dz @ self.Wz.T + dr @ self.Wr.T + dc @ self.Wc.T
        dh_prev = dz @ self.Uz.T + dr @ self.Ur.T + drh * self.r
        return dx, dh_prev
