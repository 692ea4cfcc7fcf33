"""Dense layer with a choice of activations; derivatives are functions of the output."""
from dataclasses import dataclass, field
from typing import Callable, Dict, Tuple

import numpy as np

ACTIVATIONS: Dict[str, Tuple[Callable, Callable]] = {
    "linear": (lambda z: z, lambda a: np.ones_like(a)),
    "relu": (lambda z: z * (z > 0), lambda a: (a > 0).astype(float)),
    "tanh": (np.tanh, lambda a: 1 - a * a),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda a: a - a * a),
}


@dataclass
class Gradients:
    W: np.ndarray
    b: np.ndarray


@dataclass
class Dense:
    n_in: int
    n_out: int
    activation: str = "tanh"
    grads: Gradients = None
    W: np.ndarray = field(init=False)
    b: np.ndarray = field(init=False)

    def __post_init__(self):
        self.W = np.random.randn(self.n_in, self.n_out) / np.sqrt(self.n_in)
        self.b = np.zeros(self.n_out)
        self.f, self.df = ACTIVATIONS[self.activation]

    def forward(self, x):
        self.x = x
        self.a = self.f(x @ self.W + self.b)
        return self.a

    def backward(self, da):
        dz = da * self.df(self.a)
        self.grads = Gradients(W=self.x.T @ dz, b=dz.sum(axis=0))
        return dz @ self.W.T
