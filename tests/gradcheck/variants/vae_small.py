import numpy as np


class VAE:
    def __init__(self, n_in=5, n_hid=4, n_z=2, seed=0):
        self.rng = np.random.RandomState(seed)
        r = self.rng.randn
        self.W_enc = r(n_in, n_hid) * 0.5
        self.W_mu = r(n_hid, n_z) * 0.5
        self.W_lv = r(n_hid, n_z) * 0.5
        self.W_dec = r(n_z, n_in) * 0.5

    def forward(self, x, eps=None):
        self.x = x
        self.h = np.tanh(x @ self.W_enc)
        self.mu = self.h @ self.W_mu
        self.logvar = self.h @ self.W_lv
        if eps is None:
            eps = self.rng.randn(*self.mu.shape)
        self.eps = eps
        self.std = np.exp(0.5 * self.logvar)
        self.z = self.mu + self.std * self.eps
        self.x_rec = self.z @ self.W_dec
        return self.x_rec

    def loss(self):
        n = len(self.x)
        rec = 0.5 * np.sum((self.x_rec - self.x) ** 2) / n
        kl = -0.5 * np.sum(1 + self.logvar - self.mu ** 2 - np.exp(self.logvar)) / n
        return rec + kl

    def backward(self):
        n = len(self.x)
        d_rec = (self.x_rec - self.x) / n
        g = {}
        g['W_dec'] = self.z.T @ d_rec
        dz = d_rec @ self.W_dec.T
        dmu = dz + self.mu / n
        dlv = dz * self.eps * self.std
        dlv += 0.5 * (np.exp(self.logvar) - 1) / n
        g['W_mu'] = self.h.T @ dmu
        g['W_lv'] = self.h.T @ dlv
        dh = dmu @ self.W_mu.T + dlv @ self.W_lv.T
        g['W_enc'] = self.x.T @ (dh * (1 - self.h ** 2))
        return g

    def train_step(self, x, lr=0.01):
        self.forward(x)
        l = self.loss()
        for name, grad in self.backward().items():
            setattr(self, name, getattr(self, name) - lr * grad)
        return l
