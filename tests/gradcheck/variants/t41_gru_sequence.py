import numpy as np


class GRU:
    """Gated recurrent unit, batch first. forward(x) -> all hidden states (N, T, H)."""

    GATES = ("z", "r", "c")

    def __init__(self, D, H):
        self.H = H
        self.Wx = {g: np.random.randn(D, H) / np.sqrt(D) for g in self.GATES}
        self.Wh = {g: np.random.randn(H, H) / np.sqrt(H) for g in self.GATES}
        self.b = {g: np.zeros(H) for g in self.GATES}

    @staticmethod
    def _sig(a):
        return 0.5 * (np.tanh(0.5 * a) + 1)

    def forward(self, x):
        N, T, _ = x.shape
        h = np.zeros((N, self.H))
        self.steps, hs = [], []
        for t in range(T):
            xt = x[:, t]
            z = self._sig(xt @ self.Wx["z"] + h @ self.Wh["z"] + self.b["z"])
            r = self._sig(xt @ self.Wx["r"] + h @ self.Wh["r"] + self.b["r"])
            c = np.tanh(xt @ self.Wx["c"] + (r * h) @ self.Wh["c"] + self.b["c"])
            self.steps.append((xt, h, z, r, c))
            h = (1 - z) * h + z * c
            hs.append(h)
        return np.stack(hs, axis=1)

    def backward(self, dhs):
        self.dWx = {g: np.zeros_like(w) for g, w in self.Wx.items()}
        self.dWh = {g: np.zeros_like(w) for g, w in self.Wh.items()}
        self.db = {g: np.zeros_like(w) for g, w in self.b.items()}
        dx = np.zeros((dhs.shape[0], dhs.shape[1], self.Wx["z"].shape[0]))
        dh = np.zeros((dhs.shape[0], self.H))
        for t in reversed(range(len(self.steps))):
            xt, h, z, r, c = self.steps[t]
            dh = dh + dhs[:, t]
            da = {"c": dh * z * (1 - c ** 2), "z": dh * (c - h) * z * (1 - z)}
            drh = da["c"] @ self.Wh["c"].T
            da["r"] = drh * h * r * (1 - r)
            dh = dh * (1 - z) + drh * r + da["z"] @ self.Wh["z"].T + da["r"] @ self.Wh["r"].T
            for g in self.GATES:
                self.dWx[g] += xt.T @ da[g]
                self.dWh[g] += h.T @ da[g]
                self.db[g] += da[g].sum(axis=0)
                dx[:, t] += da[g] @ self.Wx[g].T
        return dx


if __name__ == "__main__":
    gru = GRU(3, 4)
    out = gru.forward(np.random.randn(2, 5, 3))
    print(gru.backward(np.ones_like(out)).shape)
