"""3x3 convolution (same size, zero padding) followed by a leaky ReLU, input (N, C, H, W)."""
import numpy as np


class Conv3x3:
    def __init__(self, c_in=2, c_out=3):
        self.K = np.random.randn(3, 3, c_in, c_out) * np.sqrt(2 / (9 * c_in))
        self.b = np.zeros((c_out, 1, 1))

    def forward(self, x):
        h, w = x.shape[2:]
        self.xp = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        z = np.zeros((x.shape[0], self.K.shape[3], h, w)) + self.b
        for u in range(3):
            for v in range(3):
                z += np.einsum("nchw,co->nohw", self.xp[:, :, u:u + h, v:v + w], self.K[u, v])
        self.z = z
        return np.maximum(z, 0.2 * z)

    def backward(self, dout):
        h, w = dout.shape[2:]
        dz = np.where(self.z > 0, dout, 0.02 * dout)
        self.db = dz.sum(axis=(0, 2, 3)).reshape(self.b.shape)
        self.dK = np.zeros_like(self.K)
        dxp = np.zeros_like(self.xp)
        for u in range(3):
            for v in range(3):
                patch = self.xp[:, :, u:u + h, v:v + w]
                self.dK[u, v] = np.einsum("nchw,nohw->co", patch, dz)
                dxp[:, :, u:u + h, v:v + w] += np.einsum("nohw,co->nchw", dz, self.K[u, v])
        return dxp[:, :, 1:-1, 1:-1]
