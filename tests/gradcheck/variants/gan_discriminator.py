import numpy as np


class Discriminator:
    def __init__(self, n_in=2, n_h=5, seed=0):
        rng = np.random.default_rng(seed)
        self.W0 = rng.normal(0, 0.5, (n_in, n_h))
        self.b0 = np.zeros((1, n_h))
        self.W1 = rng.normal(0, 0.5, (n_h, 1))
        self.b1 = np.zeros((1, 1))

    def _lrelu(self, x):
        return np.maximum(x, 0.2 * x)

    def forward(self, x):
        h_pre = x @ self.W0 + self.b0
        h = self._lrelu(h_pre)
        logit = h @ self.W1 + self.b1
        out = 1 / (1 + np.exp(-logit))
        return out, (x, h_pre, h)

    def d_loss(self, real, fake):
        """-mean log D(real) - mean log(1 - D(fake))"""
        dr, _ = self.forward(real)
        df, _ = self.forward(fake)
        return -np.mean(np.log(dr)) - np.mean(np.log(1 - df))

    def _branch(self, dlogit, cache):
        x, h_pre, h = cache
        dW1 = h.T @ dlogit
        db1 = dlogit.sum(axis=0, keepdims=True)
        dh = dlogit @ self.W1.T
        dpre = dh * np.where(h_pre > 0, 1.0, 0.2)
        return x.T @ dpre, dpre.sum(axis=0, keepdims=True), dW1, db1

    def backward(self, real, fake):
        pr, cr = self.forward(real)
        pf, cf = self.forward(fake)
        g_real = self._branch((pr - 1) / len(real), cr)
        g_fake = self._branch(pf / len(fake), cf)
        return [a + b for a, b in zip(g_real, g_fake)]

    def step(self, real, fake, lr=0.05):
        grads = self.backward(real, fake)
        for p, g in zip((self.W0, self.b0, self.W1, self.b1), grads):
            p -= lr * g
