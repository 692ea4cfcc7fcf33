# 1-D convolution for audio (batch, length, channels), via an index matrix
import numpy as np


class Conv1dLayer:
    def __init__(self, ch_in=2, ch_out=3, width=3, hop=2, pad=1):
        self.K = np.random.default_rng(0).normal(0, 0.4, (width * ch_in, ch_out))
        self.bias = np.zeros(ch_out)
        self.width, self.hop, self.pad = width, hop, pad

    def unfold(self, x):
        B, L, C = x.shape
        n_out = (L - self.width) // self.hop + 1
        self.idx = np.arange(self.width)[None, :] + self.hop * np.arange(n_out)[:, None]
        return x[:, self.idx, :].reshape(B, n_out, self.width * C)

    def forward(self, x):
        xp = np.pad(x, [(0, 0), (self.pad, self.pad), (0, 0)])
        self.padded_shape = xp.shape
        self.cols = self.unfold(xp)
        return self.cols @ self.K + self.bias

    def backward(self, delta):
        B, n_out, ch_out = delta.shape
        self.grad_K = np.tensordot(self.cols, delta, axes=([0, 1], [0, 1]))
        self.grad_bias = delta.sum(axis=0).sum(axis=0)
        dcols = (delta @ self.K.T).reshape(B, n_out, self.width, -1)
        dxp = np.zeros(self.padded_shape)
        for j in range(n_out):
            dxp[:, self.idx[j], :] += dcols[:, j]
        L = self.padded_shape[1] - 2 * self.pad
        return dxp[:, self.pad:self.pad + L, :]


def main():
    conv = Conv1dLayer()
    audio = np.random.randn(2, 9, 2)
    y = conv.forward(audio)
    print('out', y.shape)
    dx = conv.backward(y)
    print('dx', dx.shape, 'dK', conv.grad_K.shape)


if __name__ == '__main__':
    main()
