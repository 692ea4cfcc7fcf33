import numpy as np


class CausalConv1d:
    """Dilated causal convolution (WaveNet style), x is (batch, time, channels)."""

    def __init__(self, c_in, c_out, kernel=3, dilation=2, seed=0):
        rng = np.random.default_rng(seed)
        self.kernel = kernel
        self.dilation = dilation
        self.W = rng.normal(0, 0.3, size=(kernel, c_in, c_out))
        self.b = np.zeros(c_out)

    def forward(self, x):
        B, T, C = x.shape
        left = (self.kernel - 1) * self.dilation
        xp = np.concatenate([np.zeros((B, left, C)), x], axis=1)
        y = np.zeros((B, T, self.W.shape[2])) + self.b
        for i in range(self.kernel):
            off = i * self.dilation
            y += xp[:, off:off + T] @ self.W[i]
        self.xp = xp
        self.left = left
        return y

    def backward(self, dy):
        T = dy.shape[1]
        self.dW = np.zeros_like(self.W)
        dxp = np.zeros_like(self.xp)
        for i in range(self.kernel):
            off = i * self.dilation
            self.dW[i] = np.einsum('btc,bto->co', self.xp[:, off:off + T], dy)
            dxp[:, i:i + T] += dy @ self.W[i].T
        self.db = dy.sum(axis=(0, 1))
        return dxp[:, self.left:]
