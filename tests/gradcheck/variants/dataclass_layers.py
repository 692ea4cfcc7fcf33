from __future__ import annotations
from dataclasses import dataclass, field
import numpy as np


@dataclass
class Param:
    value: np.ndarray
    grad: np.ndarray = None

    def __post_init__(self):
        if self.grad is None:
            self.grad = np.zeros_like(self.value)


@dataclass
class Affine:
    w: Param
    b: Param
    x: np.ndarray | None = field(default=None, repr=False)

    @classmethod
    def create(cls, i, o, rng):
        return cls(Param(rng.standard_normal((i, o)) / i ** 0.5), Param(np.zeros(o)))

    def forward(self, x):
        self.x = x
        return x @ self.w.value + self.b.value

    def backward(self, g):
        self.w.grad += self.x.T @ g
        self.b.grad += g.sum(0)
        return g @ self.w.value.T


@dataclass
class Net:
    n_in: int = 4
    n_hidden: int = 5
    n_out: int = 3
    seed: int = 0

    def __post_init__(self):
        rng = np.random.default_rng(self.seed)
        self.l1 = Affine.create(self.n_in, self.n_hidden, rng)
        self.l2 = Affine.create(self.n_hidden, self.n_out, rng)

    def params(self):
        return [self.l1.w, self.l1.b, self.l2.w, self.l2.b]

    def zero_grad(self):
        for p in self.params():
            p.grad[...] = 0

    def forward(self, x):
        self.h = self.l1.forward(x)
        self.scores = self.l2.forward(np.where(self.h > 0, self.h, np.expm1(self.h)))  # ELU
        return self.scores

    def loss(self, y):
        s = self.scores - self.scores.max(1, keepdims=True)
        self.p = np.exp(s) / np.exp(s).sum(1, keepdims=True)
        self.y = y
        return -np.log(self.p[np.arange(len(y)), y]).mean()

    def backward(self):
        n = len(self.y)
        g = self.p.copy()
        g[np.arange(n), self.y] -= 1
        g = self.l2.backward(g / n)
        return self.l1.backward(g * np.where(self.h > 0, 1.0, np.exp(self.h)))

    def step(self, lr=0.1):
        for p in self.params():
            p.value -= lr * p.grad
