"""Layers with parameters, and dropout: what goes in, what comes out, and how the gradient flows back.

`forward` keeps what `backward` will need. `backward` takes ∂L/∂y, fills the gradients of the layer's
own parameters, and returns ∂L/∂x.
"""

from __future__ import annotations

from math import prod
from typing import Any, ClassVar

import numpy as np

from twinprop.arrays.blas import matmul, sum_rows
from twinprop.arrays.namespace import Array, full, like, namespace, send
from twinprop.arrays.random import normal, streams, uniform

LARGE_BATCH = 32
"""Samples from which one product for all networks is faster than one for each: measured, 1.6 times at 64, 0.8 at 16."""


class Flatten:
    """The axes of a sample, from `start_dim` (counted from the end) on, as one axis of features."""

    shapes: ClassVar[dict[str, tuple[int, ...]]] = {}

    def __init__(self, start_dim: int) -> None:
        self.start_dim = start_dim

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Of a sample, given the shape of one that comes in."""
        return (prod(shape),)

    def forward(self, x: Array, training: bool = False) -> Array:
        self.shape = x.shape
        return x.reshape(*x.shape[: self.start_dim], -1)

    def backward(self, dy: Array, need_dx: bool = True) -> Array:
        return dy.reshape(self.shape)


class Linear:
    """y = x Wᵀ + b, with x (..., batch, in), W (..., out, in), b (..., out), y (..., batch, out).

    `weight`, `bias` and their gradients are views that the network hands out.
    """

    weight: Array
    bias: Array
    weight_grad: Array
    bias_grad: Array

    def __init__(self, in_features: int, out_features: int) -> None:
        self.shapes = {"weight": (out_features, in_features), "bias": (out_features,)}

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Of a sample, given the shape of one that comes in."""
        return (*shape[:-1], self.shapes["bias"][0])

    def multiply_adds(self, shape: tuple[int, ...]) -> int:
        """Multiply-adds for a sample."""
        return prod(shape[:-1]) * prod(self.shapes["weight"])

    def forward(self, x: Array, training: bool = False) -> Array:
        self.x = x
        # x Wᵀ = (W xᵀ)ᵀ, and the second form is up to twice as fast for small batches
        if self.reads_one_batch(x):
            # the weights of all networks, one above the other, times the batch that all of them read
            y = matmul(self.weight.reshape(-1, x.shape[-1]), x[0].mT).reshape(*self.bias.shape, -1).mT
        else:
            y = matmul(self.weight, x.mT).mT
        y += self.bias[..., None, :]
        return y

    def backward(self, dy: Array, need_dx: bool = True) -> Array | None:
        # y = x Wᵀ + b  ⇒  ∂L/∂W = (∂L/∂y)ᵀ x
        if self.reads_one_batch(self.x):
            rows = dy.mT.reshape(-1, dy.shape[-2])
            matmul(rows, self.x[0], out=self.weight_grad.reshape(-1, self.x.shape[-1]))
        else:
            matmul(dy.mT, self.x, out=self.weight_grad)
        # b is added to each row  ⇒  ∂L/∂b = Σ over the batch of ∂L/∂y
        sum_rows(dy, out=self.bias_grad)
        # ∂L/∂x = ∂L/∂y W = (Wᵀ (∂L/∂y)ᵀ)ᵀ, which nobody needs below the first layer
        return (self.weight.mT @ dy.mT).mT if need_dx else None

    def reads_one_batch(self, x: Array) -> bool:
        """Whether x (1, batch, in) is one batch for several networks, and large enough to gain from one product."""
        return bool(x.ndim == 3 and x.shape[0] == 1 < self.weight.shape[0] and x.shape[-2] >= LARGE_BATCH)


class Unflatten:
    """One axis of a sample as several: a grey image gets its one channel, a plain sequence its one feature."""

    shapes: ClassVar[dict[str, tuple[int, ...]]] = {}

    def __init__(self, dim: int, unflattened_size: tuple[int, ...]) -> None:
        self.dim, self.size = dim, unflattened_size

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Of a sample, given the shape of one that comes in."""
        return (*shape[: self.dim], *self.size, *shape[len(shape) + self.dim + 1 :])

    def forward(self, x: Array, training: bool = False) -> Array:
        self.shape = x.shape
        return x.reshape(self.output_shape(x.shape))

    def backward(self, dy: Array, need_dx: bool = True) -> Array:
        return dy.reshape(self.shape)


class LastStep:
    """The last element of a sequence (..., batch, time, features)."""

    shapes: ClassVar[dict[str, tuple[int, ...]]] = {}

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Of a sample, given the shape of one that comes in."""
        return shape[1:]

    def forward(self, x: Array, training: bool = False) -> Array:
        self.shape = x.shape
        return x[..., -1, :]

    def backward(self, dy: Array, need_dx: bool = True) -> Array:
        # the other elements have no part in the loss
        dx = full((*dy.shape[:-1], *self.shape[-2:]), 0, dy)
        dx[..., -1, :] = dy
        return dx


class Random:
    """A layer whose random numbers are a function of `seeds` and `step`, which the learner sets.

    Its `amount`, which the argument `key` gives, is a number, or an array (networks, 1, 1) with one for each network.
    """

    key: ClassVar[str]

    shapes: ClassVar[dict[str, tuple[int, ...]]] = {}
    seeds: tuple[int, ...] = (0,)
    step = 0

    def __init__(self, amount: Any, index: int) -> None:
        self.amount, self.index = amount, index


class Noise(Random):
    """y = x + σ n, where each entry of n is normal; no change when evaluating.  (Sietsma & Dow 1991.)"""

    key = "std"

    def __init__(self, std: Any, index: int) -> None:
        super().__init__(std, index)

    def forward(self, x: Array, training: bool = False) -> Array:
        return x + noise(x, self.amount, self.seeds, self.step, self.index) if training else x

    def backward(self, dy: Array, need_dx: bool = True) -> Array:
        return dy


class Dropout(Random):
    """y = x ⊙ m / (1 − p), where each entry of m is 0 with probability p, else 1; no change when evaluating.

    (Srivastava et al. 2014.)
    """

    key = "p"

    def __init__(self, p: Any, index: int) -> None:
        super().__init__(p, index)

    def forward(self, x: Array, training: bool = False) -> Array:
        self.scale: Array | None = None
        if training:
            self.scale = dropout_scale(x, self.amount, self.seeds, self.step, self.index)
        return x if self.scale is None else x * self.scale

    def backward(self, dy: Array, need_dx: bool = True) -> Array:
        # y = x ⊙ scale  ⇒  ∂L/∂x = ∂L/∂y ⊙ scale
        return dy if self.scale is None else dy * self.scale


def draw(numbers: Any, x: Array, seeds: tuple[int, ...], step: int, layer: int) -> Array:
    """Random numbers for an array like `x`, (..., batch, features): `uniform` or `normal` ones, float32.

    Args:
        numbers: the function in `arrays.random`.
        x: where it is one batch (1, batch, features) for several networks, each has numbers of its own all the same.
        seeds: one seed for each network; a single one where `x` has no axis of networks.
        step: updates done so far.
        layer: number of the random layer in its network.
    """
    xp = namespace(x)
    first = streams(seeds, step, layer).reshape(*(-1,) * (x.ndim - 2), 1, 1)
    if xp is np:
        return numbers(xp, first, tuple(x.shape[-2:]))
    return numbers(xp, send(xp.as_tensor(first), x.device), tuple(x.shape[-2:]), device=x.device)


def noise(x: Array, std: Any, seeds: tuple[int, ...], step: int, layer: int) -> Array:
    """σ n for an array like `x`; `std` is σ, or one for each network, (..., 1, 1), and the rest as in `draw`."""
    return like(std, x) * like(draw(normal, x, seeds, step, layer), x)


def dropout_scale(x: Array, p: Any, seeds: tuple[int, ...], step: int, layer: int) -> Array:
    """m / (1 − p) for an array like `x`; `p` is the rate, or one for each network, (..., 1, 1)."""
    u = draw(uniform, x, seeds, step, layer)
    # rates in u's own precision: a float64 rate would now and then decide unlike the same rate as a number
    kept = u >= like(p, u)
    return like(1 / (1 - p), x) * kept
