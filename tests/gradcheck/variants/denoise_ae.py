import numpy as np


class Denoiser:
    """denoising autoencoder: gets a noisy x, has to give back the clean one"""

    def __init__(self, n=6, code=3, weight_decay=0.01):
        r = np.random.RandomState(5)
        self._enc = r.randn(code, n) * .4
        self._dec = r.randn(n, code) * .4
        self._be = np.zeros(code)
        self._bd = np.zeros(n)
        self.weight_decay = weight_decay

    @property
    def enc(self):
        return self._enc

    @enc.setter
    def enc(self, value):
        self._enc = np.array(value)

    @property
    def dec(self):
        return self._dec

    @dec.setter
    def dec(self, value):
        self._dec = np.array(value)

    def reconstruct(self, noisy):
        self.code = np.maximum(0.01 * (pre := noisy @ self._enc.T + self._be), pre)
        self.slope = np.where(pre > 0, 1, 0.01)
        return self.code @ self._dec.T + self._bd

    def objective(self, noisy, clean):
        r = self.reconstruct(noisy) - clean
        reg = (self._enc ** 2).sum() + (self._dec ** 2).sum()
        return (r ** 2).sum() / len(clean) + self.weight_decay * reg

    def objective_grad(self, noisy, clean):
        """gradient in the order enc, be, dec, bd"""
        r = self.reconstruct(noisy) - clean
        dr = r * (2 / len(clean))
        ddec = dr.T @ self.code + 2 * self.weight_decay * self._dec
        dcode = dr @ self._dec
        dpre = dcode * self.slope
        denc = dpre.T @ noisy + 2 * self.weight_decay * self._enc
        return denc, dpre.sum(0), ddec, dr.sum(0)


if __name__ == '__main__':
    clean = np.random.rand(20, 6)
    model = Denoiser()
    for i in range(100):
        noisy = clean + 0.1 * np.random.randn(*clean.shape)
        ge, gbe, gd, gbd = model.objective_grad(noisy, clean)
        model.enc = model.enc - 0.05 * ge
        model.dec = model.dec - 0.05 * gd
        model._be = model._be - 0.05 * gbe
        model._bd = model._bd - 0.05 * gbd
    print(model.objective(clean, clean))
