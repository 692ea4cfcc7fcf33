import numpy as np


class Conv2D:
    """Naive convolution with stride and padding. Shapes as in cs231n (N, C, H, W)."""

    def __init__(self, in_channels, num_filters, kernel_size=3, stride=2, padding=1):
        self.F, self.k = num_filters, kernel_size
        self.stride = stride
        self.padding = padding
        self.weights = np.random.randn(num_filters, in_channels, kernel_size, kernel_size) * 0.3
        self.biases = np.random.randn(num_filters) * 0.1

    def _out(self, n):
        return 1 + (n + 2 * self.padding - self.k) // self.stride

    def forward(self, x):
        N, C, H, W = x.shape
        p, s, k = self.padding, self.stride, self.k
        self.x = x
        self.xp = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), mode='constant')
        out = np.zeros((N, self.F, self._out(H), self._out(W)))
        for f in range(self.F):
            for i in range(out.shape[2]):
                for j in range(out.shape[3]):
                    patch = self.xp[:, :, i * s:i * s + k, j * s:j * s + k]
                    out[:, f, i, j] = np.sum(patch * self.weights[f], axis=(1, 2, 3)) + self.biases[f]
        return out

    def backward(self, dout):
        p, s, k = self.padding, self.stride, self.k
        dxp = np.zeros_like(self.xp)
        self.dweights = np.zeros_like(self.weights)
        self.dbiases = dout.sum(axis=(0, 2, 3))
        N, F, Ho, Wo = dout.shape
        for n in range(N):
            for f in range(F):
                for i in range(Ho):
                    for j in range(Wo):
                        g = dout[n, f, i, j]
                        self.dweights[f] += g * self.xp[n, :, i * s:i * s + k, j * s:j * s + k]
                        dxp[n, :, i * s:i * s + k, j * s:j * s + k] += g * self.weights[f]
        H, W = self.x.shape[2:]
        return dxp[:, :, p:p + H, p:p + W]


if __name__ == '__main__':
    c = Conv2D(2, 3)
    o = c.forward(np.random.rand(1, 2, 5, 7))
    print(o.shape, c.backward(o).shape)
