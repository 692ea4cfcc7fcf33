"""Batch normalization: each feature is brought to mean 0 and variance 1 over the batch, then scaled and shifted.

In evaluation the running averages of training take the place of the batch's own statistics, so that a
prediction does not depend on what else is in the batch.
"""

from __future__ import annotations

import numpy as np

from twinprop.arrays.namespace import Array, namespace
from twinprop.scratch.init import Float, Initializer
from twinprop.scratch.layer import Layer


class BatchNorm1d(Layer):
    """y = γ x̂ + β with x̂ = (x − μ) / √(σ² + ε)  (Ioffe & Szegedy 2015), for x (..., batch, features).

    PyTorch's nn.BatchNorm1d: σ² is the biased variance; its running average takes the unbiased one.
    """

    axes: tuple[int, ...] = (-2,)
    """What is averaged over."""
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

    def wide(self, values: Array) -> Array:
        """(..., features) with an axis of length 1 for each that is averaged over."""
        return values[..., None, :]

    def forward(self, x: Array, training: bool = False) -> Array:
        # the axis behind that of the batch
        if x.ndim < -self.axes[0] or x.shape[self.axes[0] + 1] != self.num_features:
            self.refuse(self.expected.format(self.num_features), x)
        if not training:
            scale = self.weight / namespace(x).sqrt(self.running_var + self.eps)
            return x * self.wide(scale) + self.wide(self.bias - self.running_mean * scale)
        self.count = self.samples(x)
        mean = x.mean(self.axes)
        self.normal = x - self.wide(mean)
        variance = (self.normal * self.normal).mean(self.axes)
        self.deviation = namespace(x).sqrt(variance + self.eps)
        self.normal *= self.wide(1 / self.deviation)
        # running ← (1 − momentum) running + momentum · the batch's own, in place, for the network owns them
        self.running_mean *= 1 - self.momentum
        self.running_mean += self.momentum * mean
        self.running_var *= 1 - self.momentum
        self.running_var += self.momentum * variance * (self.count / (self.count - 1))
        y = self.normal * self.wide(self.weight)
        y += self.wide(self.bias)
        return y

    def samples(self, x: Array) -> int:
        """How many numbers each statistic is over."""
        count = 1
        for axis in self.axes:
            count *= x.shape[axis]
        return count

    def backward(self, dy: Array, need_dx: bool = True) -> Array | None:
        # y = γ x̂ + β  ⇒  ∂L/∂γ = Σ ∂L/∂y x̂ and ∂L/∂β = Σ ∂L/∂y
        self.weight_grad[...] = (dy * self.normal).sum(self.axes)
        self.bias_grad[...] = dy.sum(self.axes)
        if not need_dx:
            return None
        # μ and σ depend on x too  ⇒  ∂L/∂x = γ/σ (∂L/∂y − mean(∂L/∂y) − x̂ mean(∂L/∂y x̂))
        dx = self.normal * self.wide(self.weight_grad / -self.count)
        dx += dy
        dx -= self.wide(self.bias_grad / self.count)
        dx *= self.wide(self.weight / self.deviation)
        return dx


class BatchNorm2d(BatchNorm1d):
    """The same for images, x (..., batch, channels, height, width): each channel is averaged over all of them."""

    axes = (-4, -2, -1)
    expected = "(batch, {}, height, width)"

    def wide(self, values: Array) -> Array:
        return values[..., None, :, None, None]
