import numpy as np
from typing import Tuple


class LayerNorm:
    def __init__(self, dim: int, eps: float = 1e-5):
        self.g = np.ones(dim)
        self.b = np.zeros(dim)
        self.eps = eps
        self.dg = None
        self.db = None

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return self.forward(x)

    def forward(self, x: np.ndarray) -> np.ndarray:
        m = x.mean(-1, keepdims=True)
        v = x.var(-1, keepdims=True)
        self.rstd = 1.0 / np.sqrt(v + self.eps)
        self.norm = (x - m) * self.rstd
        return self.norm * self.g + self.b

    def backward(self, dout: np.ndarray) -> np.ndarray:
        axes: Tuple[int, ...] = tuple(range(dout.ndim - 1))
        self.db = dout.sum(axis=axes)
        self.dg = (dout * self.norm).sum(axis=axes)
        # two reduce operations (same as in llm.c)
        dnorm = dout * self.g
        dnorm_mean = dnorm.mean(-1, keepdims=True)
        dnorm_norm_mean = (dnorm * self.norm).mean(-1, keepdims=True)
        return (dnorm - dnorm_mean - self.norm * dnorm_norm_mean) * self.rstd

    def step(self, lr=1e-3):
        self.g -= lr * self.dg
        self.b -= lr * self.db
