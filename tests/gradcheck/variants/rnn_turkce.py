import numpy as np


class BasitRNN:
    """Çoktan-bire RNN: dizi -> tek sayı. X: (zaman, yığın, özellik)"""

    def __init__(self, girdi_boyutu=2, gizli_boyut=4, tohum=0):
        r = np.random.RandomState(tohum)
        self.Wxh = r.randn(girdi_boyutu, gizli_boyut) * 0.4
        self.Whh = r.randn(gizli_boyut, gizli_boyut) * 0.4
        self.bh = np.zeros(gizli_boyut)
        self.Why = r.randn(gizli_boyut, 1) * 0.4
        self.by = np.zeros(1)

    def forward(self, X):
        T, N, _ = X.shape
        self.X = X
        self.h = {-1: np.zeros((N, self.bh.size))}
        for t in range(T):
            self.h[t] = np.tanh(X[t] @ self.Wxh + self.h[t - 1] @ self.Whh + self.bh)
        return self.h[T - 1] @ self.Why + self.by

    def kayip(self, tahmin, hedef):
        return np.mean((tahmin - hedef) ** 2)

    def backward(self, tahmin, hedef):
        T = self.X.shape[0]
        dy = 2 * (tahmin - hedef) / tahmin.size
        grad = {isim: np.zeros_like(getattr(self, isim)) for isim in ('Wxh', 'Whh', 'bh', 'Why', 'by')}
        grad['Why'] = self.h[T - 1].T @ dy
        grad['by'] = dy.sum(axis=0)
        dh = dy @ self.Why.T
        for t in range(T - 1, -1, -1):
            dz = dh * (1 - self.h[t] ** 2)
            grad['Wxh'] += self.X[t].T @ dz
            grad['Whh'] += self.h[t].T @ dz
            grad['bh'] += dz.sum(axis=0)
            dh = dz @ self.Whh.T
        return grad

    def guncelle(self, grad, ogrenme_orani=0.05):
        for isim, g in grad.items():
            setattr(self, isim, getattr(self, isim) - ogrenme_orani * g)
