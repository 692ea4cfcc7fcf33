import numpy as np


def sigm(x):
    return 1 / (1 + np.exp(-x))


class GRUCell:
    """h' = (1 - z) * n + z * h   (the pytorch convention, without b_hn)"""

    def __init__(self, nx, nh):
        s = 1.0 / np.sqrt(nh)
        init = lambda *shape: np.random.uniform(-s, s, shape)
        self.Wz, self.Uz, self.bz = init(nx, nh), init(nh, nh), init(nh)
        self.Wr, self.Ur, self.br = init(nx, nh), init(nh, nh), init(nh)
        self.Wn, self.Un, self.bn = init(nx, nh), init(nh, nh), init(nh)
        self.nh = nh

    def forward(self, x, h):
        z = sigm(x @ self.Wz + h @ self.Uz + self.bz)
        r = sigm(x @ self.Wr + h @ self.Ur + self.br)
        n = np.tanh(x @ self.Wn + (r * h) @ self.Un + self.bn)
        self.cache = (x, h, z, r, n)
        return (1 - z) * n + z * h

    def backward(self, dh_new):
        x, h, z, r, n = self.cache
        dn = dh_new * (1 - z)
        dz = dh_new * (n - h)
        dan = dn * (1 - n * n)
        drh = dan @ self.Un.T
        daz = dz * z * (1 - z)
        dar = drh * h * r * (1 - r)
        self.dWz, self.dUz, self.dbz = x.T @ daz, h.T @ daz, daz.sum(0)
        self.dWr, self.dUr, self.dbr = x.T @ dar, h.T @ dar, dar.sum(0)
        self.dWn, self.dUn, self.dbn = x.T @ dan, (r * h).T @ dan, dan.sum(0)
        dx = daz @ self.Wz.T + dar @ self.Wr.T + dan @ self.Wn.T
        dh = dh_new * z + drh * r + daz @ self.Uz.T + dar @ self.Ur.T
        return dx, dh


if __name__ == "__main__":
    cell = GRUCell(3, 4)
    h = np.zeros((2, 4))
    for t in range(5):
        h = cell.forward(np.random.randn(2, 3), h)
    print(h)
    print([g.shape for g in cell.backward(np.ones_like(h))])
