import numpy as np


def conv_transpose_forward(x, w, b, stride):
    """
    Transposed convolution, the generator of my GAN needs it.

    x: (N, C_in, L), w: (C_in, C_out, K), b: (C_out,)
    output: (N, C_out, (L - 1) * stride + K)
    """
    N, C_in, L = x.shape
    K = w.shape[2]
    out = np.zeros((N, w.shape[1], (L - 1) * stride + K))
    for i in range(L):
        out[:, :, i * stride:i * stride + K] += np.einsum('nc,cok->nok', x[:, :, i], w)
    out += b[None, :, None]
    return out, (x, w, stride)


def conv_transpose_backward(dout, cache):
    x, w, stride = cache
    K = w.shape[2]
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i in range(x.shape[2]):
        piece = dout[:, :, i * stride:i * stride + K]
        dx[:, :, i] = np.einsum('nok,cok->nc', piece, w)
        dw += np.einsum('nc,nok->cok', x[:, :, i], piece)
    db = dout.sum(axis=(0, 2))
    return dx, dw, db


class ConvTranspose1d:
    def __init__(self, in_channels=2, out_channels=3, kernel_size=4, stride=2):
        scale = 1 / np.sqrt(in_channels * kernel_size)
        self.w = np.random.randn(in_channels, out_channels, kernel_size) * scale
        self.b = np.zeros(out_channels)
        self.stride = stride

    def forward(self, x):
        out, self.cache = conv_transpose_forward(x, self.w, self.b, self.stride)
        return out

    def backward(self, dout):
        dx, self.dw, self.db = conv_transpose_backward(dout, self.cache)
        return dx


if __name__ == '__main__':
    np.random.seed(0)
    layer = ConvTranspose1d(1, 1)
    x = np.random.randn(10, 1, 6)
    target = np.repeat(x, 2, axis=2)
    for i in range(100):
        y = layer.forward(x)[:, :, 1:-1]
        diff = y - target
        layer.backward(np.pad(2 * diff / diff.size, ((0, 0), (0, 0), (1, 1))))
        layer.w -= 0.5 * layer.dw
        layer.b -= 0.5 * layer.db
    print('mse', np.mean(diff ** 2), 'filter', layer.w.ravel().round(2))
