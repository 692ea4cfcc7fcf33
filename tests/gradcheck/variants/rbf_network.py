import numpy as np


class RBFNetz:
    """RBF-Netz mit Gauss-Funktionen, Regression; Breite als log(sigma)"""

    def __init__(self, zentren=4, eingaenge=2):
        np.random.seed(33)
        self.mu = np.random.randn(zentren, eingaenge)
        self.log_sigma = np.zeros(zentren)
        self.w = np.random.randn(zentren)
        self.w0 = 0.0

    def ausgabe(self, X):
        self.X = X
        self.D = X[:, np.newaxis] - self.mu
        self.q = (self.D ** 2).sum(-1)
        self.prec = np.exp(-2 * self.log_sigma)
        self.phi = np.exp(-0.5 * self.q * self.prec)
        return self.phi @ self.w + self.w0

    def verlust(self, X, y):
        self.r = self.ausgabe(X) - y
        return 0.5 * self.r @ self.r

    def gradient(self):
        """nach verlust() aufrufen; liefert alle Ableitungen"""
        g_w = self.phi.T @ self.r
        g_w0 = self.r.sum()
        g_phi = np.outer(self.r, self.w) * self.phi
        g_log_sigma = (g_phi * self.q * self.prec).sum(axis=0)
        g_mu = np.einsum('nk,nkd->kd', g_phi * self.prec, self.D)
        return {'mu': g_mu, 'log_sigma': g_log_sigma, 'w': g_w, 'w0': g_w0}


def peaks(X):
    return np.exp(-(X ** 2).sum(1)) - 0.5 * np.exp(-((X - 1) ** 2).sum(1))


if __name__ == '__main__':
    X = np.random.uniform(-2, 2, (50, 2))
    y = peaks(X)
    netz = RBFNetz()
    for i in range(200):
        v = netz.verlust(X, y)
        for name, g in netz.gradient().items():
            setattr(netz, name, getattr(netz, name) - 0.01 * g)
    print('Verlust', v)
