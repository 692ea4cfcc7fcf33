"""Linear layers: sound ones, and each known mistake in one of them."""

import numpy as np


class Linear:
    def __init__(self, inputs, outputs):
        self.W = np.random.randn(inputs, outputs) * 0.5
        self.b = np.zeros(outputs)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dy):
        self.dW = self.x.T @ dy
        self.db = dy.sum(axis=0)
        return dy @ self.W.T


class TorchLinear:
    """W (out, in), gradients named as in torch, kept from the start and cleared by zero_grad."""

    def __init__(self, inputs, outputs):
        self.weight = np.random.randn(outputs, inputs).astype(np.float32)
        self.bias = np.zeros(outputs, np.float32)
        self.weight_grad = np.zeros((outputs, inputs))
        self.bias_grad = np.zeros(outputs)

    def zero_grad(self):
        self.weight_grad = np.zeros_like(self.weight_grad)
        self.bias_grad = np.zeros_like(self.bias_grad)

    def forward(self, x, training=False):
        self.x = x
        return x @ self.weight.T + self.bias

    def backward(self, dy):
        self.weight_grad += dy.T @ self.x
        self.bias_grad += dy.sum(0)
        return dy @ self.weight


class Masked(Linear):
    """Holds a constant."""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.mask = np.random.rand(inputs, outputs)

    def forward(self, x):
        self.x = x
        return x @ (self.W * self.mask) + self.b

    def backward(self, dy):
        self.dW, self.db = (self.x.T @ dy) * self.mask, dy.sum(0)
        return dy @ (self.W * self.mask).T


class WorkArrays(Linear):
    """Keeps room for what backward computes on the way: arrays, a list that it empties, and a number."""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.delta, self.dx = np.zeros((1, outputs)), np.zeros((5, inputs))
        self.kept, self.norm = [np.zeros(3), np.zeros(3)], np.array(0.0)

    def forward(self, x):
        self.kept = [x]
        return super().forward(x)

    def backward(self, dy):
        self.delta = dy
        self.dx[...] = super().backward(dy)
        self.kept = []
        self.norm = np.sqrt((self.dW**2).sum())
        return self.dx


class ForgottenBias(Linear):
    """The mistake is in forward."""

    def forward(self, x):
        self.x = x
        return x @ self.W


class BiasFromNumber(Linear):
    """The first update would make a vector of b."""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.b = 0.0


# A mistake each


class DxFromGradient(Linear):
    def backward(self, dy):
        super().backward(dy)
        return dy @ self.dW.T


class DxTransposed(Linear):
    def backward(self, dy):
        super().backward(dy)
        return dy @ self.W


class DxWithoutWeight(Linear):
    def backward(self, dy):
        super().backward(dy)
        return dy @ np.ones_like(self.W.T)


class WeightTransposed(Linear):
    def backward(self, dy):
        dx = super().backward(dy)
        self.dW = dy.T @ self.x
        return dx


class BiasWrongAxis(Linear):
    def backward(self, dy):
        dx = super().backward(dy)
        self.db = dy.sum(axis=1)
        return dx


class BiasNotSummed(Linear):
    def backward(self, dy):
        dx = super().backward(dy)
        self.db = dy
        return dx


class BiasWithoutAxis(Linear):
    def backward(self, dy):
        dx = super().backward(dy)
        self.db = np.full_like(self.b, dy.sum())
        return dx


class BiasFromWeight(Linear):
    def backward(self, dy):
        dx = super().backward(dy)
        self.db = np.sum(self.dW, axis=0)
        return dx


class BiasMean(Linear):
    def backward(self, dy):
        dx = super().backward(dy)
        self.db = dy.mean(axis=0)
        return dx


class LinearKeepdims(Linear):
    def backward(self, dy):
        dx = super().backward(dy)
        self.db = dy.sum(axis=0, keepdims=True)
        return dx


class NoBiasGradient(Linear):
    def backward(self, dy):
        self.dW = self.x.T @ dy
        return dy @ self.W.T


class NeverFilled(Linear):
    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.dW, self.db = np.zeros_like(self.W), np.zeros_like(self.b)

    def backward(self, dy):
        dW = self.x.T @ dy  # noqa: F841
        self.db = dy.sum(0)
        return dy @ self.W.T


class Accumulates(NeverFilled):
    def backward(self, dy):
        self.dW += self.x.T @ dy
        self.db += dy.sum(0)
        return dy @ self.W.T


class Updates(Linear):
    def backward(self, dy):
        dx = super().backward(dy)
        self.W = self.W - 0.1 * self.dW
        return dx


class NoDx(Linear):
    def backward(self, dy):
        super().backward(dy)
