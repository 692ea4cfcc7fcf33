import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class LSTM:
    """
    LSTM over a whole sequence, batch first. Gates are stored in the order i, f, o, g.

    Wx: (D, 4H), Wh: (H, 4H), b: (4H,)
    """

    def __init__(self, D, H, seed=0):
        rng = np.random.RandomState(seed)
        self.H = H
        self.Wx = rng.randn(D, 4 * H) / np.sqrt(D)
        self.Wh = rng.randn(H, 4 * H) / np.sqrt(H)
        self.b = np.zeros(4 * H)
        self.b[H:2 * H] = 1.0       # forget gate bias

    def forward(self, x):
        N, T, D = x.shape
        H = self.H
        h, c = np.zeros((N, H)), np.zeros((N, H))
        self.cache = []
        hs = np.zeros((N, T, H))
        for t in range(T):
            a = x[:, t] @ self.Wx + h @ self.Wh + self.b
            i = sigmoid(a[:, :H])
            f = sigmoid(a[:, H:2 * H])
            o = sigmoid(a[:, 2 * H:3 * H])
            g = np.tanh(a[:, 3 * H:])
            c_new = f * c + i * g
            tc = np.tanh(c_new)
            self.cache.append((x[:, t], h, c, i, f, o, g, tc))
            h, c = o * tc, c_new
            hs[:, t] = h
        return hs

    def backward(self, dhs):
        N, T, H = dhs.shape
        self.dWx = np.zeros_like(self.Wx)
        self.dWh = np.zeros_like(self.Wh)
        self.db = np.zeros_like(self.b)
        dx = np.zeros((N, T, self.Wx.shape[0]))
        dh_next, dc_next = np.zeros((N, H)), np.zeros((N, H))
        for t in reversed(range(T)):
            xt, h_prev, c_prev, i, f, o, g, tc = self.cache[t]
            dh = dhs[:, t] + dh_next
            do = dh * tc
            dc = dh * o * (1 - tc ** 2) + dc_next
            df = dc * c_prev
            di = dc * g
            dg = dc * i
            dc_next = dc * i
            da = np.hstack([di * i * (1 - i),
                            df * f * (1 - f),
                            do * o * (1 - o),
                            dg * (1 - g ** 2)])
            self.dWx += xt.T @ da
            self.dWh += h_prev.T @ da
            self.db += da.sum(axis=0)
            dx[:, t] = da @ self.Wx.T
            dh_next = da @ self.Wh.T
        return dx


if __name__ == "__main__":
    lstm = LSTM(3, 8)
    x = np.random.randn(16, 6, 3)
    target = np.cumsum(x.sum(axis=2), axis=1)[:, :, None] * 0.1
    for it in range(50):
        hs = lstm.forward(x)
        diff = hs - target
        lstm.backward(diff / len(x))
        for name in ("Wx", "Wh", "b"):
            setattr(lstm, name, getattr(lstm, name) - 0.05 * getattr(lstm, "d" + name))
    print(0.5 * np.sum(diff ** 2) / len(x))
