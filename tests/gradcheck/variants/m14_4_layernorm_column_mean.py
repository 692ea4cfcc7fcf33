import numpy as np


class ColumnNorm:
    """LayerNorm of a single column (n, 1): out = g * (x - m) / sd + s"""

    def __init__(self, n: int = 5, eps: float = 1e-5):
        self.g: np.ndarray = np.ones((n, 1)) + 0.2 * np.random.randn(n, 1)
        self.s: np.ndarray = np.zeros((n, 1))
        self.eps = eps

    def forward(self, x: np.ndarray) -> np.ndarray:
        assert x.ndim == 2 and x.shape[1] == 1, x.shape
        m = np.mean(x)
        self.sd = np.sqrt(np.mean((x - m) ** 2) + self.eps)
        self.xhat = (x - m) / self.sd
        return self.g * self.xhat + self.s

    def backward(self, dout: np.ndarray) -> np.ndarray:
        self.dg = dout * self.xhat
        self.ds = dout
        dxhat = dout * self.g
        dx = dxhat - self.xhat * np.mean(dxhat * self.xhat)
        return dx / self.sd
