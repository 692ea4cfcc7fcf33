"""1-D convolution over (batch, channels, time), valid padding; updates itself while going back."""
import numpy as np


class Conv1D:
    def __init__(self, in_channels: int = 2, out_channels: int = 3, width: int = 3):
        scale = 1.0 / np.sqrt(in_channels * width)
        self.kernel = np.random.uniform(-scale, scale, (out_channels, in_channels, width))
        self.bias = np.zeros(out_channels)

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.x = x
        n, _, t = x.shape
        width = self.kernel.shape[2]
        out = np.empty((n, self.kernel.shape[0], t - width + 1))
        for s in range(out.shape[2]):
            window = x[:, :, s:s + width]
            out[:, :, s] = np.einsum("nck,ock->no", window, self.kernel) + self.bias
        return out

    def backward(self, dout: np.ndarray, lr: float = 0.01) -> np.ndarray:
        width = self.kernel.shape[2]
        dx = np.zeros_like(self.x)
        dk = np.zeros_like(self.kernel)
        for s in range(dout.shape[2]):
            window = self.x[:, :, s:s + width]
            dk += np.einsum("no,nck->ock", dout[:, :, s], window)
            dx[:, :, s:s + width] += np.einsum("no,ock->nck", dout[:, :, s], self.kernel)
        self.kernel -= lr * dk
        self.bias -= lr * dout.sum(axis=(0, 2))
        return dx
