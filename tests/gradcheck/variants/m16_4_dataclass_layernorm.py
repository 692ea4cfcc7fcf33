from __future__ import annotations
from dataclasses import dataclass, field
import numpy as np


@dataclass
class LayerNorm:
    gamma: np.ndarray
    beta: np.ndarray
    eps: float = 1e-6
    grads: dict[str, np.ndarray] = field(default_factory=dict, repr=False)

    def forward(self, x: np.ndarray) -> np.ndarray:
        centred = x - x.mean(axis=1, keepdims=True)
        self.rstd = 1.0 / np.sqrt((centred ** 2).mean(axis=1, keepdims=True) + self.eps)
        self.xhat = centred * self.rstd
        return self.xhat * self.gamma + self.beta

    def backward(self, dout: np.ndarray) -> np.ndarray:
        self.grads["gamma"] = np.einsum("ij,ij->j", dout, self.xhat)
        self.grads["beta"] = np.einsum("ij->j", dout)
        dxhat = dout * self.gamma
        mean_dxhat = dxhat.mean(axis=1, keepdims=True)
        return self.rstd * (dxhat - mean_dxhat)
