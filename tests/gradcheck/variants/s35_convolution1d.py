import numpy as np


class Convolution1D:
    """
    W : (FN, C, FL)  filters
    b : (FN,)
    x : (N, C, L)
    """

    def __init__(self, W, b, stride=1, pad=0):
        self.W = W
        self.b = b
        self.stride = stride
        self.pad = pad

        self.x = None
        self.col = None
        self.col_W = None

        self.dW = None
        self.db = None

    def _windows(self, out_l):
        FL = self.W.shape[2]
        for i in range(out_l):
            yield i, slice(i * self.stride, i * self.stride + FL)

    def forward(self, x):
        FN, C, FL = self.W.shape
        N, C, L = x.shape
        out_l = 1 + (L + 2 * self.pad - FL) // self.stride

        padded = np.pad(x, ((0, 0), (0, 0), (self.pad, self.pad)))
        col = np.zeros((N, out_l, C * FL))
        for i, s in self._windows(out_l):
            col[:, i] = padded[:, :, s].reshape(N, -1)
        col_W = self.W.reshape(FN, -1).T

        self.x = x
        self.col = col.reshape(N * out_l, -1)
        self.col_W = col_W
        out = np.dot(self.col, col_W) + self.b
        return out.reshape(N, out_l, FN).transpose(0, 2, 1)

    def backward(self, dout):
        FN, C, FL = self.W.shape
        N, C, L = self.x.shape
        out_l = dout.shape[2]
        dout = dout.transpose(0, 2, 1).reshape(-1, FN)

        self.db = np.sum(dout, axis=0)
        self.dW = np.dot(self.col.T, dout).transpose(1, 0).reshape(FN, C, FL)

        dcol = np.dot(dout, self.col_W.T).reshape(N, out_l, C, FL)
        dpadded = np.zeros((N, C, L + 2 * self.pad))
        for i, s in self._windows(out_l):
            dpadded[:, :, s] += dcol[:, i]
        return dpadded[:, :, self.pad:self.pad + L]


if __name__ == '__main__':
    np.random.seed(0)
    layer = Convolution1D(0.1 * np.random.randn(4, 2, 3), np.zeros(4), stride=2, pad=1)
    x = np.random.randn(5, 2, 9)
    out = layer.forward(x)
    print(out.shape, layer.backward(out).shape, layer.dW.shape, layer.db.shape)
