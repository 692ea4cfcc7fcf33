import numpy as np


class TiedAutoencoder:
    # encoder: h = tanh(W x + b),  decoder: r = W' h + c  (same W!)
    # one column per example

    def __init__(self, visible=5, hidden=3, seed=42):
        rng = np.random.RandomState(seed)
        self.W = 0.4 * rng.randn(hidden, visible)
        self.b = 0.1 * rng.randn(hidden, 1)
        self.c = 0.1 * rng.randn(visible, 1)

    def encode(self, x):
        return np.tanh(np.dot(self.W, x) + self.b)

    def decode(self, h):
        return np.dot(self.W.T, h) + self.c

    def loss(self, x):
        m = x.shape[1]
        r = self.decode(self.encode(x))
        return np.sum((r - x) ** 2) / (2 * m)

    def compute_gradients(self, x):
        m = x.shape[1]
        h = self.encode(x)
        r = self.decode(h)
        dr = (r - x) / m
        dc = dr.sum(axis=1, keepdims=True)
        dh = np.dot(self.W, dr)
        da = dh * (1 - h * h)
        dW = np.dot(da, x.T)
        db = da.sum(axis=1, keepdims=True)
        return {'W': dW, 'b': db, 'c': dc}


def main():
    x = np.random.randn(5, 12)
    ae = TiedAutoencoder()
    for k in range(100):
        g = ae.compute_gradients(x)
        for name in g:
            setattr(ae, name, getattr(ae, name) - 0.1 * g[name])
    print('loss after 100 steps:', ae.loss(x))


if __name__ == '__main__':
    main()
