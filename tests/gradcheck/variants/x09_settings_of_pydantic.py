import numpy as np
from pydantic_of_nobody import BaseModel, Field, field_validator


class NetConfig(BaseModel):
    layer_dims: list[int]
    seed: int = Field(42, ge=0)
    sizes_seen: list[int] = Field(default_factory=list)
    keep_all: bool = True

    @field_validator("layer_dims", mode="before")
    @classmethod
    def long_enough(cls, value):
        if len(value) < 2:
            raise ValueError("at least two")
        return value


class Net:
    def __init__(self, config: NetConfig):
        self.config = config
        self.L = len(config.layer_dims) - 1
        rng = np.random.default_rng(config.seed)
        self.params = {}
        for l in range(1, self.L + 1):
            rows, columns = config.layer_dims[l], config.layer_dims[l - 1]
            self.params[f"W{l}"] = rng.standard_normal((rows, columns)) * 0.5
            self.params[f"b{l}"] = np.zeros((rows, 1))

    def forward(self, X):
        A = X
        self.cache = [X]
        for l in range(1, self.L + 1):
            Z = self.params[f"W{l}"] @ A + self.params[f"b{l}"]
            A = np.tanh(Z) if l < self.L else Z
            self.cache.append(A)
        return A

    def loss(self, out, Y):
        return np.sum((out - Y) ** 2) / (2 * Y.shape[1])

    def backward(self, Y):
        m = Y.shape[1]
        grads = {}
        dZ = self.cache[-1] - Y
        for l in range(self.L, 0, -1):
            grads[f"dW{l}"] = dZ @ self.cache[l - 1].T / m
            grads[f"db{l}"] = dZ.sum(axis=1, keepdims=True) / m
            dZ = self.params[f"W{l}"].T @ dZ * (1 - self.cache[l - 1] ** 2)
        return grads
