"""Layers in the manner of a library: parameters made at their first use, shapes refused in words, a training flag."""

import numpy as np


class Lazy:
    """Its parameters are there when they are asked for, and `shapes` says which they are."""

    shapes = {}  # noqa: RUF012

    def __getattr__(self, name):
        if name.removesuffix("_grad") not in self.shapes:
            raise AttributeError(name)
        rng = np.random.default_rng(0)
        for own, shape in self.shapes.items():
            self.__dict__.setdefault(own, rng.standard_normal(shape))
            self.__dict__.setdefault(f"{own}_grad", np.zeros(shape))
        return self.__dict__[name]

    def refuse(self, expected, x):
        raise ValueError(f"{type(self).__name__}: expected {expected}, got {x.shape}")


class LazyLinear(Lazy):
    def __init__(self, in_features, out_features):
        self.shapes = {"weight": (out_features, in_features), "bias": (out_features,)}

    def forward(self, x, training=False):
        if x.ndim != 2 or x.shape[1] != self.weight.shape[1]:
            self.refuse(f"(batch, {self.weight.shape[1]})", x)
        self.x = x
        return x @ self.weight.T + self.bias

    def backward(self, dy, need_dx=True):
        self.weight_grad[...] = dy.T @ self.x
        self.bias_grad[...] = dy.sum(0)
        return dy @ self.weight if need_dx else None


class LazyWeightTwice(LazyLinear):
    def backward(self, dy, need_dx=True):
        dx = super().backward(dy)
        self.weight_grad *= 2
        return dx


class LazyNetwork:
    """Holds such layers."""

    def __init__(self, inputs, hidden, outputs):
        self.layers = [LazyLinear(inputs, hidden), LazyWeightTwice(hidden, outputs)]

    def forward(self, x, y):
        for layer in self.layers:
            x = layer.forward(x)
        self.difference = x - y
        return (self.difference**2).sum() / len(y)

    def backward(self):
        d = 2 * self.difference / len(self.difference)
        for layer in reversed(self.layers):
            d = layer.backward(d)
        return d


class MeanOverTime(Lazy):
    def forward(self, x):
        if x.ndim != 3:
            self.refuse("(..., batch, time, features)", x)
        self.shape = x.shape
        return x.mean(1)

    def backward(self, dy):
        return np.broadcast_to(dy[:, None] / self.shape[1], self.shape).copy()


class Crop(Lazy):
    """Its output is empty where the image is smaller than what is cut off."""

    def __init__(self, border):
        self.border = border

    def forward(self, x):
        if x.ndim != 4:
            self.refuse("(batch, channels, height, width)", x)
        self.shape, b = x.shape, self.border
        return x[:, :, b:-b, b:-b]

    def backward(self, dy):
        dx, b = np.zeros(self.shape), self.border
        dx[:, :, b:-b, b:-b] = dy
        return dx


class MeanOfImage:
    """Says nothing of shapes, but its argument is named as torch names it."""

    def __init__(self, in_channels):
        self.scale = np.random.randn(in_channels)

    def forward(self, x):
        _, _, height, width = x.shape
        self.x, self.pixels = x, height * width
        return (x * self.scale[:, None, None]).sum((2, 3)) / self.pixels

    def backward(self, dy):
        self.dscale = (self.x.sum((2, 3)) * dy).sum(0) / self.pixels
        return np.ones_like(self.x) * (dy * self.scale)[:, :, None, None] / self.pixels


class TrainingDropout:
    """Drops nothing unless it trains."""

    def __init__(self, p=0.5):
        self.p = p

    def forward(self, x, training=False):
        self.mask = (np.random.rand(*x.shape) > self.p) / (1 - self.p) if training else 1.0
        return x * self.mask

    def backward(self, dy):
        return dy * self.mask


class TrainingDropoutWithoutMask(TrainingDropout):
    """Right when evaluating."""

    def backward(self, dy):
        return dy


class TrainingNeeded(TrainingDropout):
    """The flag must be given."""

    def forward(self, x, training):
        return super().forward(x, training)


class TrainingByKeyword(TrainingDropout):
    def forward(self, x, *, training=False):
        return super().forward(x, training)
