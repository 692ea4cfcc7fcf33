import numpy as np


def sigm(v):
    return 1 / (1 + np.exp(-v))


class GRU:
    def __init__(self, D=3, H=4):
        self.H = H
        self.Wx = np.random.randn(D, 3 * H) / np.sqrt(D)
        self.Wh = np.random.randn(H, 3 * H) / np.sqrt(H)
        self.b = np.zeros(3 * H)

    def forward(self, xs):
        """xs (T, N, D) -> hs (T, N, H)"""
        H, hs = self.H, []
        h = np.zeros((xs.shape[1], H))
        self.xs, self.cache = xs, []
        for x in xs:
            A, B = x @ self.Wx + self.b, h @ self.Wh
            z = sigm(A[:, :H] + B[:, :H])
            r = sigm(A[:, H:2 * H] + B[:, H:2 * H])
            n = np.tanh(A[:, 2 * H:] + r * B[:, 2 * H:])
            self.cache.append((x, h, z, r, n, B[:, 2 * H:]))
            h = (1 - z) * h + z * n
            hs.append(h)
        return np.stack(hs)

    def backward(self, dhs):
        dWx, dWh, db = np.zeros_like(self.Wx), np.zeros_like(self.Wh), np.zeros_like(self.b)
        dxs = np.zeros_like(self.xs)
        dh_next = np.zeros_like(dhs[0])
        for t in range(len(dhs))[::-1]:
            x, h, z, r, n, q = self.cache[t]
            dh = dhs[t] + dh_next
            dz = dh * (n - h) * z * (1 - z)
            dn = dh * z * (1 - n ** 2)
            dr = dn * q * r * (1 - r)
            dA = np.hstack([dz, dr, dn])
            dB = np.hstack([dz, dr, dn * r])
            dWx += x.T @ dA
            dWh += h.T @ dB
            db += dA.sum(0)
            dxs[t] = dA @ self.Wx.T
            dh_next = dh * (1 - z) + dB @ self.Wh.T
        self.grads = {"Wx": dWx, "Wh": dWh, "b": db}
        return dxs
