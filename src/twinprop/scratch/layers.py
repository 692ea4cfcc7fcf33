"""The linear layer, and layers that only change how a sample is laid out."""

from __future__ import annotations

from math import prod

import numpy as np

from twinprop.arrays.blas import matmul, sum_rows
from twinprop.arrays.namespace import Array, namespace
from twinprop.scratch.layer import Layer


class Linear(Layer):
    """y = x Wᵀ + b, with x (..., batch, in), W (..., out, in), b (..., out), y (..., batch, out).

    Args:
        in_features: numbers of a sample that comes in.
        out_features: numbers of a sample that goes out.
    """

    def __init__(self, in_features: int, out_features: int) -> None:
        self.in_features = in_features
        self.shapes = {"weight": (out_features, in_features), "bias": (out_features,)}

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Output shape for one sample: its last axis becomes `out_features`."""
        return (*shape[:-1], self.shapes["bias"][0])

    def multiply_adds(self, shape: tuple[int, ...]) -> int:
        """Multiply-adds for one sample: W is used once for each vector in it."""
        return prod(shape[:-1]) * prod(self.shapes["weight"])

    def forward(self, x: Array, training: bool = False) -> Array:
        if x.ndim < 2 or x.shape[-1] != self.in_features:
            self.refuse(f"(batch, {self.in_features})", x)
        self.x = x
        # x Wᵀ = (W xᵀ)ᵀ, and the second form is up to twice as fast for small batches
        y = matmul(self.weight, x.mT).mT
        y += self.bias[..., None, :]
        return y

    def backward(self, dy: Array, need_dx: bool = True) -> Array | None:
        # y = x Wᵀ + b  ⇒  ∂L/∂W = (∂L/∂y)ᵀ x
        matmul(dy.mT, self.x, out=self.weight_grad)
        # b is added to each row  ⇒  ∂L/∂b = Σ over the batch of ∂L/∂y
        sum_rows(dy, out=self.bias_grad)
        # ∂L/∂x = ∂L/∂y W = (Wᵀ (∂L/∂y)ᵀ)ᵀ, which nobody needs below the first layer
        return (self.weight.mT @ dy.mT).mT if need_dx else None


class Flatten(Layer):
    """The axes of a sample as one axis of features.

    Args:
        start_dim: the first of these axes; 1 is the one after the batch, −2 are the last two.
    """

    def __init__(self, start_dim: int = 1) -> None:
        self.start_dim = start_dim

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Output shape for one sample: one axis."""
        return (prod(shape),)

    def forward(self, x: Array, training: bool = False) -> Array:
        self.shape = x.shape
        first = self.start_dim if self.start_dim > 0 else x.ndim + self.start_dim
        if isinstance(x, np.ndarray) and x.strides[first - 1] == x.itemsize:
            # where the batch is last in memory, it stays so: long runs are copied in a tenth of the time
            return np.moveaxis(x, first - 1, -1).reshape(*x.shape[: first - 1], -1, x.shape[first - 1]).mT
        return x.reshape(*x.shape[:first], -1)

    def backward(self, dy: Array, need_dx: bool = True) -> Array:
        return dy.reshape(self.shape)


class Unflatten(Layer):
    """One axis of a sample as several: a grey image gets its one channel, a plain sequence its one feature.

    Args:
        dim: the axis, counted from the end: −1 is the last.
        unflattened_size: what it becomes.
    """

    def __init__(self, dim: int, unflattened_size: tuple[int, ...]) -> None:
        self.dim, self.size = dim, unflattened_size

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Output shape for one sample: `unflattened_size` in the place of axis `dim`."""
        return (*shape[: self.dim], *self.size, *shape[len(shape) + self.dim + 1 :])

    def forward(self, x: Array, training: bool = False) -> Array:
        if x.ndim < -self.dim or x.shape[self.dim] != prod(self.size):
            self.refuse(f"{prod(self.size)} numbers along axis {self.dim}", x)
        self.shape = x.shape
        return x.reshape(self.output_shape(x.shape))

    def backward(self, dy: Array, need_dx: bool = True) -> Array:
        return dy.reshape(self.shape)


class LastStep(Layer):
    """The last element of a sequence (..., batch, time, features)."""

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Output shape for one sample: without its axis of time."""
        return shape[1:]

    def forward(self, x: Array, training: bool = False) -> Array:
        if x.ndim < 3:
            self.refuse("(batch, time, features)", x)
        self.x = x
        return x[..., -1, :]

    def backward(self, dy: Array, need_dx: bool = True) -> Array:
        # the other elements have no part in the loss
        dx = namespace(dy).zeros_like(self.x)  # in memory as x is
        dx[..., -1, :] = dy
        return dx
