"""Convolution(W, b, stride, pad) for images (N, C, H, W); W has the shape (F, C, kh, kw)."""
import numpy as np


class Convolution:
    def __init__(self, W, b, stride=1, pad=0):
        self.W, self.b = W, b
        self.stride, self.pad = stride, pad
        self.dW = self.db = None

    def _window(self, i, j):
        kh, kw = self.W.shape[2:]
        r, c = i * self.stride, j * self.stride
        return slice(r, r + kh), slice(c, c + kw)

    def forward(self, x):
        p = self.pad
        self.xp = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        kh, kw = self.W.shape[2:]
        oh = (self.xp.shape[2] - kh) // self.stride + 1
        ow = (self.xp.shape[3] - kw) // self.stride + 1
        out = np.zeros((len(x), len(self.W), oh, ow))
        for i in range(oh):
            for j in range(ow):
                r, c = self._window(i, j)
                out[:, :, i, j] = np.tensordot(self.xp[:, :, r, c], self.W, ([1, 2, 3], [1, 2, 3])) + self.b
        return out

    def backward(self, dout):
        dxp = np.zeros_like(self.xp)
        self.dW = np.zeros_like(self.W)
        self.db = dout[:, :, 0, 0].sum(axis=0)
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                r, c = self._window(i, j)
                d = dout[:, :, i, j]
                self.dW += np.tensordot(d, self.xp[:, :, r, c], ([0], [0]))
                dxp[:, :, r, c] += np.tensordot(d, self.W, ([1], [0]))
        if self.pad:
            dxp = dxp[:, :, self.pad:-self.pad, self.pad:-self.pad]
        return dxp
