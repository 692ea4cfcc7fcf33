"""Normalisation over the features of each token, for the transformer exercise."""
import numpy as np


class FeatureNorm:

    def __init__(self, width, eps=1e-5):
        self.eps = eps
        self.scale = np.random.uniform(0.5, 1.5, width)
        self.shift = np.random.uniform(-0.5, 0.5, width)
        self.nabla_scale = np.zeros(width)
        self.nabla_shift = np.zeros(width)

    def forward(self, tokens):
        mu = tokens.mean(axis=-1, keepdims=True)
        centred = tokens - mu
        var = (centred ** 2).mean(axis=-1, keepdims=True)
        self.inv_std = 1.0 / np.sqrt(var + self.eps)
        self.normed = centred * self.inv_std
        return self.normed * self.scale + self.shift

    def backward(self, nabla_out):
        axes = tuple(range(nabla_out.ndim - 1))
        self.nabla_scale = (nabla_out * self.normed).sum(axis=axes)
        self.nabla_shift = nabla_out.sum(axis=axes)
        nabla_normed = nabla_out * self.scale
        proj = (nabla_normed * self.normed).mean(axis=-1, keepdims=True)
        return self.inv_std * (nabla_normed - self.normed * proj)

    def parameters(self):
        return [(self.scale, self.nabla_scale), (self.shift, self.nabla_shift)]


if __name__ == "__main__":
    np.random.seed(0)
    norm = FeatureNorm(8)
    x = np.random.randn(2, 5, 8) * 3 + 1
    y = norm.forward(x)
    print("out mean/std before scale:", norm.normed.mean(), norm.normed.std())
    print("grad shape:", norm.backward(np.ones_like(y)).shape)
