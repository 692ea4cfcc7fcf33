import numpy as np


class MaxPooling:
    """max pooling on grey images, x: (N, H, W), window = stride = size"""

    def __init__(self, size=2):
        self.size = size

    def _windows(self, x):
        s = self.size
        for i in range(x.shape[1] // s):
            for j in range(x.shape[2] // s):
                yield i, j, (slice(i * s, (i + 1) * s), slice(j * s, (j + 1) * s))

    def forward(self, x):
        self.last_x = x
        n, h, w = x.shape
        out = np.zeros((n, h // self.size, w // self.size))
        for i, j, (a, b) in self._windows(x):
            out[:, i, j] = x[:, a, b].max(axis=(1, 2))
        return out

    def backward(self, d_out):
        x = self.last_x
        dx = np.zeros(x.shape, dtype=int)
        for i, j, (a, b) in self._windows(x):
            for n in range(x.shape[0]):
                win = x[n, a, b]
                r, c = np.unravel_index(win.argmax(), win.shape)
                dx[n, a.start + r, b.start + c] = d_out[n, i, j]
        return dx


if __name__ == '__main__':
    pool = MaxPooling(2)
    x = np.random.randint(0, 256, (1, 4, 6)).astype(float)
    print(x)
    y = pool.forward(x)
    print(y)
    print(pool.backward(np.ones_like(y)))
