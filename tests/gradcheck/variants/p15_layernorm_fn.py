"""Layer normalisation as a pair of functions; what backward needs travels in a dataclass."""
from dataclasses import dataclass
from typing import Tuple

import numpy as np


@dataclass
class Cache:
    xhat: np.ndarray
    inv_std: np.ndarray
    gamma: np.ndarray


def layernorm_forward(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray,
                      eps: float = 1e-5) -> Tuple[np.ndarray, Cache]:
    mu = x.mean(axis=1, keepdims=True)
    inv_std = 1.0 / np.sqrt(x.var(axis=1, keepdims=True) + eps)
    xhat = (x - mu) * inv_std
    return gamma * xhat + beta, Cache(xhat, inv_std, gamma)


def layernorm_backward(dout: np.ndarray, cache: Cache):
    dgamma = np.sum(dout * cache.xhat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dxhat = dout * cache.gamma
    dx = cache.inv_std * (
        dxhat
        - dxhat.mean(axis=1, keepdims=True)
        - cache.xhat * np.mean(dxhat * cache.xhat, axis=1, keepdims=True)
    )
    return dx, dgamma, dbeta
