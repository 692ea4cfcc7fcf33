from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np


@dataclass
class Params:
    W1: np.ndarray
    b1: np.ndarray
    W2: np.ndarray
    b2: np.ndarray

    @classmethod
    def random(cls, n_in: int, n_hidden: int, n_out: int, seed: int = 0) -> Params:
        rng = np.random.default_rng(seed)
        return cls(
            W1=rng.standard_normal((n_in, n_hidden)) * np.sqrt(2 / n_in),
            b1=np.zeros(n_hidden),
            W2=rng.standard_normal((n_hidden, n_out)) * np.sqrt(2 / n_hidden),
            b2=np.zeros(n_out),
        )

    def zeros_like(self) -> Params:
        return Params(*(np.zeros_like(getattr(self, f.name)) for f in fields(self)))


@dataclass
class Adam:
    lr: float = 1e-2
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    t: int = 0
    m: Params | None = None
    v: Params | None = None

    def step(self, params: Params, grads: Params) -> None:
        if self.m is None:
            self.m, self.v = params.zeros_like(), params.zeros_like()
        self.t += 1
        for f in fields(params):
            p, g = getattr(params, f.name), getattr(grads, f.name)
            m, v = getattr(self.m, f.name), getattr(self.v, f.name)
            m[...] = self.beta1 * m + (1 - self.beta1) * g
            v[...] = self.beta2 * v + (1 - self.beta2) * g * g
            m_hat = m / (1 - self.beta1 ** self.t)
            v_hat = v / (1 - self.beta2 ** self.t)
            p -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


@dataclass
class Network:
    params: Params
    optimizer: Adam = field(default_factory=Adam)

    def predict(self, X: np.ndarray) -> np.ndarray:
        hidden = self.gelu(X @ self.params.W1 + self.params.b1)
        return hidden @ self.params.W2 + self.params.b2

    @staticmethod
    def gelu(x: np.ndarray) -> np.ndarray:
        return x / (1 + np.exp(-1.702 * x))

    @staticmethod
    def gelu_prime(x: np.ndarray) -> np.ndarray:
        s = 1 / (1 + np.exp(-1.702 * x))
        return s + 1.702 * x * s * (1 - s)

    def loss_and_grads(self, X: np.ndarray, Y: np.ndarray) -> tuple[float, Params]:
        p = self.params
        pre = X @ p.W1 + p.b1
        hidden = self.gelu(pre)
        residual = hidden @ p.W2 + p.b2 - Y
        loss = float(np.mean(residual ** 2))

        d_out = 2 * residual / residual.size
        d_pre = (d_out @ p.W2.T) * self.gelu_prime(pre)
        grads = Params(W1=X.T @ d_pre, b1=d_pre.sum(0), W2=hidden.T @ d_out, b2=d_out.sum(0))
        return loss, grads

    def fit(self, X: np.ndarray, Y: np.ndarray, steps: int = 500) -> list[float]:
        history = []
        for _ in range(steps):
            loss, grads = self.loss_and_grads(X, Y)
            self.optimizer.step(self.params, grads)
            history.append(loss)
        return history


if __name__ == "__main__":
    x = np.linspace(-3, 3, 80)[:, None]
    y = np.hstack([np.sin(x), np.cos(x)])
    net = Network(Params.random(1, 24, 2))
    print("final mse", net.fit(x, y)[-1])
