import numpy as np


def sigmoide(x):
    return 1.0 / (1.0 + np.exp(-x))


class CeldaGRU:
    """Una celda GRU (un solo paso de tiempo)."""

    def __init__(self, n_entrada, n_oculta):
        n = n_entrada + n_oculta
        self.Wz = np.random.randn(n, n_oculta) / np.sqrt(n)
        self.Wr = np.random.randn(n, n_oculta) / np.sqrt(n)
        self.Wh = np.random.randn(n, n_oculta) / np.sqrt(n)
        self.bz = np.zeros(n_oculta)
        self.br = np.zeros(n_oculta)
        self.bh = np.zeros(n_oculta)
        self.n_entrada = n_entrada

    def forward(self, x, h_prev):
        self.h_prev = h_prev
        self.xh = np.concatenate([x, h_prev], axis=1)
        self.z = sigmoide(self.xh @ self.Wz + self.bz)
        self.r = sigmoide(self.xh @ self.Wr + self.br)
        self.xrh = np.concatenate([x, self.r * h_prev], axis=1)
        self.cand = np.tanh(self.xrh @ self.Wh + self.bh)
        return (1 - self.z) * h_prev + self.z * self.cand

    def backward(self, dh):
        D = self.n_entrada
        # candidato
        dcand = dh * self.z * (1 - self.cand ** 2)
        self.dWh = self.xrh.T @ dcand
        self.dbh = dcand.sum(axis=0)
        dxrh = dcand @ self.Wh.T
        dx = dxrh[:, :D]
        # puertas
        dz = dh * (self.cand - self.h_prev) * self.z * (1 - self.z)
        dr = dxrh[:, D:] * self.h_prev * self.r * (1 - self.r)
        self.dWz, self.dbz = self.xh.T @ dz, dz.sum(axis=0)
        self.dWr, self.dbr = self.xh.T @ dr, dr.sum(axis=0)
        dxh = dz @ self.Wz.T + dr @ self.Wr.T
        dx = dx + dxh[:, :D]
        # estado anterior
        dh_prev = dxrh[:, D:] * self.r + dxh[:, D:]
        return dx, dh_prev
