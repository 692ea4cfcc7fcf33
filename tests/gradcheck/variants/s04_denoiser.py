#!/usr/bin/env python3
# denoising autoencoder, decoder = encoder transposed
import numpy as np


class HalfNet(object):
    """one half of the autoencoder: sigmoid(W x + b), columns are samples"""

    def __init__(self, W, b):
        self.W = W
        self.b = b

    def __call__(self, x):
        self.x = x
        self.a = 1.0 / (1.0 + np.exp(-(self.W @ x + self.b)))
        return self.a

    def grads(self, d_a):
        d_z = d_a * self.a * (1.0 - self.a)
        return d_z @ self.x.T, d_z.sum(axis=1, keepdims=True), self.W.T @ d_z


class Denoiser(object):

    def __init__(self, n_visible=6, n_hidden=4):
        r = np.random.RandomState(11)
        lim = 4 * np.sqrt(6.0 / (n_visible + n_hidden))
        self.W = r.uniform(-lim, lim, (n_hidden, n_visible))
        self.b_hid = r.uniform(-0.1, 0.1, (n_hidden, 1))
        self.b_vis = r.uniform(-0.1, 0.1, (n_visible, 1))
        self.enc = HalfNet(self.W, self.b_hid)
        self.dec = HalfNet(self.W.T, self.b_vis)

    def forward(self, noisy, clean):
        self.clean = clean
        self.rec = self.dec(self.enc(noisy))
        return 0.5 * np.sum((self.rec - clean) ** 2) / clean.shape[1]

    def backward(self):
        n = self.clean.shape[1]
        gW_dec, g_vis, d_hid = self.dec.grads((self.rec - self.clean) / n)
        gW_enc, g_hid, _ = self.enc.grads(d_hid)
        return {'W': gW_enc + gW_dec.T, 'b_hid': g_hid, 'b_vis': g_vis}

    def train(self, clean, noise=0.2, lr=0.5, epochs=100):
        r = np.random.RandomState(5)
        for _ in range(epochs):
            cost = self.forward(clean * (r.rand(*clean.shape) > noise), clean)
            for name, g in self.backward().items():
                p = getattr(self, name)
                p -= lr * g
        return cost


if __name__ == '__main__':
    data = (np.random.RandomState(0).rand(6, 30) > 0.5).astype(float)
    print('reconstruction cost', Denoiser().train(data))
