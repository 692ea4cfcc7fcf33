import numpy as np


class Conv:
    """A collection of functions, no state. x: (N, C, L), w: (F, C, K)"""

    @staticmethod
    def forward(x, w, b):
        N, C, L = x.shape
        F, _, K = w.shape
        out = np.zeros((N, F, L - K + 1))
        for i in range(L - K + 1):
            patch = x[:, :, i:i + K]
            out[:, :, i] = np.tensordot(patch, w, axes=([1, 2], [1, 2])) + b
        cache = (x, w, b)
        return out, cache

    @staticmethod
    def backward(dout, cache):
        x, w, b = cache
        K = w.shape[2]
        dx, dw = np.zeros_like(x), np.zeros_like(w)
        for i in range(dout.shape[2]):
            d = dout[:, :, i]                                   # (N, F)
            dw += np.tensordot(d, x[:, :, i:i + K], axes=(0, 0))
            dx[:, :, i:i + K] += np.tensordot(d, w, axes=(1, 0))
        db = dout.sum(axis=(0, 2))
        return dx, dw, db


if __name__ == "__main__":
    out, cache = Conv.forward(np.random.randn(2, 3, 8), np.random.randn(4, 3, 3), np.zeros(4))
    print(out.shape, [g.shape for g in Conv.backward(out, cache)])
