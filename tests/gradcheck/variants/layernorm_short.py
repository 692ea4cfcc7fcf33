import numpy as np


class LayerNorm:
    # normalises over the last axis; works for (N, D) and (N, T, D)

    def __init__(self, dim, eps=1e-6):
        self.g = np.ones(dim) + 0.1 * np.arange(dim)
        self.b = np.zeros(dim)
        self.eps = eps

    def __call__(self, x):
        mean = x.mean(axis=-1, keepdims=True)
        std = np.sqrt(x.var(axis=-1, keepdims=True) + self.eps)
        self.xn = (x - mean) / std
        self.std = std
        return self.g * self.xn + self.b

    def backward(self, dy):
        axes = tuple(range(dy.ndim - 1))
        self.dg = np.sum(dy * self.xn, axis=axes)
        self.db = np.sum(dy, axis=axes)
        d = dy * self.g
        dx = d - d.mean(axis=-1, keepdims=True)
        return dx / self.std


if __name__ == "__main__":
    ln = LayerNorm(4)
    x = np.random.randn(2, 3, 4)
    y = ln(x)
    dx = ln.backward(np.random.randn(2, 3, 4))
    print("sum over features should be ~0:", np.abs(dx.sum(-1)).max())
