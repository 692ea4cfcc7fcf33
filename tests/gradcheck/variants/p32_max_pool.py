"""Max pooling without loops over pixels; index grids are kept as long as the shape stays the same."""
import numpy as np


class MaxPool2D:
    def __init__(self, size=2):
        self.size = size
        self._shape = None

    def _prepare(self, shape):
        if shape == self._shape:
            return
        self._shape = shape
        n, c, h, w = shape
        self._grid = np.ogrid[:n, :c, :h // self.size, :w // self.size]

    def forward(self, x):
        """x is (N, C, H, W); H and W are multiples of size"""
        self._prepare(x.shape)
        n, c, h, w = x.shape
        s = self.size
        tiles = x.reshape(n, c, h // s, s, w // s, s).transpose(0, 1, 2, 4, 3, 5)
        flat = tiles.reshape(n, c, h // s, w // s, s * s)
        self.winner = flat.argmax(axis=-1)
        return flat.max(axis=-1)

    def backward(self, dout):
        n, c, h, w = self._shape
        s = self.size
        a, b, i, j = self._grid
        dflat = np.zeros((n, c, h // s, w // s, s * s))
        dflat[a, b, i, j, self.winner] = dout
        tiles = dflat.reshape(n, c, h // s, w // s, s, s).transpose(0, 1, 2, 4, 3, 5)
        return tiles.reshape(n, c, h, w)
