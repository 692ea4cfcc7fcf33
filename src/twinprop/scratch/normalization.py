"""Batch normalization: each feature is brought to mean 0 and variance 1 over the batch, then scaled and shifted.

In evaluation the running averages of training take the place of the batch's own statistics, so that a
prediction does not depend on what else is in the batch.
"""

from __future__ import annotations

from math import prod

import numpy as np

from twinprop.arrays.namespace import Array, namespace
from twinprop.scratch.images import batch_first, for_each, over_pixels, pixels_first, product_over_pixels
from twinprop.scratch.init import Float, Initializer
from twinprop.scratch.layer import Layer


class BatchNorm1d(Layer):
    """y = γ x̂ + β with x̂ = (x − μ) / √(σ² + ε)  (Ioffe & Szegedy 2015), for x (..., batch, features).

    PyTorch's nn.BatchNorm1d: σ² is the biased variance; its running average takes the unbiased one.
    """

    axis = -1
    """Of the features; the axis before it is that of the batch."""
    eps, momentum = 1e-5, 0.1

    expected = "(batch, {})"

    running_mean: Array
    running_var: Array

    def __init__(self, num_features: int) -> None:
        self.num_features = num_features
        self.shapes = {"weight": (num_features,), "bias": (num_features,)}
        self.buffers = {"running_mean": np.zeros(num_features), "running_var": np.ones(num_features)}

    def initial_parameters(self, rng: np.random.Generator, init: Initializer | None = None) -> dict[str, Float]:
        """γ = 1 and β = 0, whatever other layers start from."""
        return {name: np.full(shape, float(name == "weight")) for name, shape in self.shapes.items()}

    def inside(self, x: Array) -> Array:
        """x as it is worked on."""
        return x

    def outside(self, x: Array) -> Array:
        """The way back."""
        return x

    def total(self, x: Array) -> Array:
        """The sum over x for each feature, (..., features)."""
        return x.sum(-2)

    def total_product(self, x: Array, y: Array) -> Array:
        """The sum over x y for each feature, (..., features)."""
        return self.total(x * y)

    def wide(self, values: Array, x: Array) -> Array:
        """A number for each feature, (..., features), as it meets those in x."""
        return values[..., None, :]

    def forward(self, x: Array, training: bool = False) -> Array:
        x, scale, shift = self.line(x, training)
        y = x * self.wide(scale, x)
        y += self.wide(shift, x)
        return self.outside(y)

    def line(self, x: Array, training: bool) -> tuple[Array, Array, Array]:
        """x̃, a and b of y = a x̃ + b: in training x̃ is x − μ, else x; a and b are (..., features)."""
        if x.ndim < 1 - self.axis or x.shape[self.axis] != self.num_features:
            self.refuse(self.expected.format(self.num_features), x)
        sqrt, x = namespace(x).sqrt, self.inside(x)
        if not training:
            scale = self.weight / sqrt(self.running_var + self.eps)
            return x, scale, self.bias - self.running_mean * scale
        self.count = prod(x.shape[self.weight.ndim - 1 :]) // self.num_features
        mean = self.total(x) / self.count
        self.centred = x - self.wide(mean, x)
        variance = self.total_product(self.centred, self.centred) / self.count
        self.deviation = sqrt(variance + self.eps)
        # running ← (1 − momentum) running + momentum · the batch's own, in place, for the network owns them
        self.running_mean *= 1 - self.momentum
        self.running_mean += self.momentum * mean
        self.running_var *= 1 - self.momentum
        self.running_var += self.momentum * variance * (self.count / (self.count - 1))
        # γ x̂ + β, and x̂ = (x − μ) / σ
        return self.centred, self.weight / self.deviation, self.bias

    def backward(self, dy: Array, need_dx: bool = True) -> Array | None:
        dy = self.inside(dy)
        self.own_gradients(dy, self.centred)
        if not need_dx:
            return None
        # μ and σ depend on x too  ⇒  ∂L/∂x = γ/σ (∂L/∂y − mean(∂L/∂y) − x̂ mean(∂L/∂y x̂))
        dx = self.centred * self.wide(self.weight_grad / self.deviation / -self.count, dy)
        dx += dy
        dx -= self.wide(self.bias_grad / self.count, dy)
        dx *= self.wide(self.weight / self.deviation, dy)
        return self.outside(dx)

    def own_gradients(self, dy: Array, centred: Array) -> None:
        """Those of γ and β, from ∂L/∂y and x − μ."""
        # y = γ x̂ + β  ⇒  ∂L/∂γ = Σ ∂L/∂y x̂ and ∂L/∂β = Σ ∂L/∂y
        self.weight_grad[...] = self.total_product(dy, centred) / self.deviation
        self.bias_grad[...] = self.total(dy)


class BatchNorm2d(BatchNorm1d):
    """The same for images, x (..., batch, channels, height, width): each channel is averaged over all of them."""

    axis = -3
    expected = "(batch, {}, height, width)"

    def inside(self, x: Array) -> Array:
        return pixels_first(x)

    def outside(self, x: Array) -> Array:
        return batch_first(x)

    def total(self, x: Array) -> Array:
        return over_pixels(x)

    def total_product(self, x: Array, y: Array) -> Array:
        return product_over_pixels(x, y)

    def wide(self, values: Array, x: Array) -> Array:
        return for_each(values, x)
