import numpy as np


class ConvLayer:
    """Four loops, easy to read. NCHW."""

    def __init__(self, in_channels=2, out_channels=3, kernel=3, stride=2):
        self.k, self.s = kernel, stride
        limit = np.sqrt(1.0 / (in_channels * kernel * kernel))
        self.W = np.random.uniform(-limit, limit, (out_channels, in_channels, kernel, kernel))
        self.b = np.zeros(out_channels)
        self.dW, self.db = None, None

    def out_size(self, n):
        return (n - self.k) // self.s + 1

    def forward(self, X):
        N, C, H, Wd = X.shape
        self.X = X
        F = self.W.shape[0]
        out = np.zeros((N, F, self.out_size(H), self.out_size(Wd)))
        for n in range(N):
            for f in range(F):
                for i in range(out.shape[2]):
                    for j in range(out.shape[3]):
                        top, left = i * self.s, j * self.s
                        patch = X[n, :, top:top + self.k, left:left + self.k]
                        out[n, f, i, j] = np.sum(patch * self.W[f]) + self.b[f]
        return out

    def backward(self, dout):
        X = self.X
        self.dW = np.zeros_like(self.W)
        self.db = np.sum(dout, axis=(0, 2, 3))
        dX = np.zeros(X.shape)
        N, F, OH, OW = dout.shape
        for n in range(N):
            for f in range(F):
                for i in range(OH):
                    for j in range(OW):
                        top, left = i * self.s, j * self.s
                        patch = X[n, :, top:top + self.k, left:left + self.k]
                        self.dW[f] += dout[n, f, i, j] * patch
                        dX[n, :, i:i + self.k, j:j + self.k] += dout[n, f, i, j] * self.W[f]
        return dX


if __name__ == "__main__":
    layer = ConvLayer()
    y = layer.forward(np.random.randn(2, 2, 7, 7))
    print(y.shape, layer.backward(np.ones_like(y)).sum())
