"""GRU ueber eine ganze Folge, Spaltenvektoren, ohne Bias (Blatt 9)."""
import numpy as np


def sig(v):
    return 1.0 / (1.0 + np.exp(-v))


class GRUFolge:
    def __init__(self, n_ein=2, n_zustand=3):
        rng = np.random.default_rng(9)
        mach = lambda a, b: rng.normal(0, 0.6, (a, b))
        self.Wz, self.Uz = mach(n_zustand, n_ein), mach(n_zustand, n_zustand)
        self.Wr, self.Ur = mach(n_zustand, n_ein), mach(n_zustand, n_zustand)
        self.Wk, self.Uk = mach(n_zustand, n_ein), mach(n_zustand, n_zustand)
        self.n_zustand = n_zustand

    def forward(self, xs):
        """xs: (T, n_ein) -> Zustaende (T, n_zustand)"""
        h = np.zeros(self.n_zustand)
        self.band = []
        zustaende = []
        for x in xs:
            z = sig(self.Wz @ x + self.Uz @ h)
            r = sig(self.Wr @ x + self.Ur @ h)
            k = np.tanh(self.Wk @ x + self.Uk @ (r * h))
            neu = z * h + (1 - z) * k
            self.band.append((x, h, z, r, k))
            h = neu
            zustaende.append(h)
        return np.array(zustaende)

    def backward(self, dhs):
        namen = ['Wz', 'Uz', 'Wr', 'Ur', 'Wk', 'Uk']
        self.grad = {n: np.zeros_like(getattr(self, n)) for n in namen}
        T = len(self.band)
        dxs = np.zeros((T, self.Wz.shape[1]))
        dh = np.zeros(self.n_zustand)
        for t in range(T - 1, 0, -1):
            x, h, z, r, k = self.band[t]
            dh = dh + dhs[t]
            dak = dh * (1 - z) * (1 - k ** 2)
            daz = dh * (h - k) * z * (1 - z)
            drh = self.Uk.T @ dak
            dar = drh * h * r * (1 - r)
            for n, d in (('z', daz), ('r', dar), ('k', dak)):
                self.grad['W' + n] += np.outer(d, x)
            self.grad['Uz'] += np.outer(daz, h)
            self.grad['Ur'] += np.outer(dar, h)
            self.grad['Uk'] += np.outer(dak, r * h)
            dxs[t] = self.Wz.T @ daz + self.Wr.T @ dar + self.Wk.T @ dak
            dh = dh * z + drh * r + self.Uz.T @ daz + self.Ur.T @ dar
        return dxs


if __name__ == '__main__':
    netz = GRUFolge()
    xs = np.random.randn(6, 2)
    hs = netz.forward(xs)
    netz.backward(hs)
    for name, g in netz.grad.items():
        print(name, np.abs(g).sum())
