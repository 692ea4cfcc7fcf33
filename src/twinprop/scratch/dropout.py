"""Dropout and noise: layers with random numbers, which are a function of (seed, step, layer) and not of a stream.

So both twins draw the same ones, a network in a stack draws those that it would draw alone, and nothing has to be
restored when training goes on. A network counts `step` for its layers; a layer used alone repeats its numbers until
`step` is set.
"""

from __future__ import annotations

from math import prod
from typing import Any, ClassVar

import numpy as np

from twinprop.arrays.counters import first_counters
from twinprop.arrays.namespace import Array, like, namespace
from twinprop.arrays.random import normal, uniform
from twinprop.scratch.layer import Layer


class Random(Layer):
    """A layer with random numbers.

    Attributes:
        rate: the name of its one argument that may differ between networks of a stack.
        seeds: one for each network.
        step: updates done so far.
        index: its number among the random layers of its network; None lets the network count.
    """

    rate: ClassVar[str]
    seeds: tuple[int, ...] = (0,)
    step = 0

    def __init__(self, index: int | None = None) -> None:
        self.index = index


class Noise(Random):
    """y = x + σ n, where each entry of n is normal; no change when evaluating.  (Sietsma & Dow 1991.)

    Args:
        std: σ; in a stack also (networks, 1, 1).
        index: see `Random`.
    """

    rate = "std"

    def __init__(self, std: Any, index: int | None = None) -> None:
        super().__init__(index)
        self.std = std

    def forward(self, x: Array, training: bool = False) -> Array:
        return x + noise(x, self.std, self.seeds, self.step, self.index or 0) if training else x

    def backward(self, dy: Array, need_dx: bool = True) -> Array:
        return dy


class Dropout(Random):
    """y = x ⊙ m / (1 − p), where each entry of m is 0 with probability p, else 1; no change when evaluating.

    (Srivastava et al. 2014.)

    Args:
        p: the probability; in a stack also (networks, 1, 1).
        index: see `Random`.
    """

    rate = "p"

    def __init__(self, p: Any = 0.5, index: int | None = None) -> None:
        super().__init__(index)
        self.p = p

    def forward(self, x: Array, training: bool = False) -> Array:
        self.scale: Array | None = None
        if training:
            self.scale = dropout_scale(x, self.p, self.seeds, self.step, self.index or 0)
        return x if self.scale is None else x * self.scale

    def backward(self, dy: Array, need_dx: bool = True) -> Array:
        # y = x ⊙ scale  ⇒  ∂L/∂x = ∂L/∂y ⊙ scale
        return dy if self.scale is None else dy * self.scale


def draw(numbers: Any, x: Array, seeds: tuple[int, ...], step: int, layer: int) -> Array:
    """Random numbers for x (batch, features), or for several networks (networks, batch, features): float32.

    Args:
        numbers: `uniform` or `normal` of `arrays.random`.
        x: of its features it may have any axes, which are one axis here. Where it is one batch (1, batch, features)
            for several networks, each has numbers of its own all the same.
        seeds: one for each network; a single one where x has no axis of networks.
        step: updates done so far.
        layer: number of the random layer in its network.
    """
    xp, networks = namespace(x), len(seeds) > 1
    batch, *features = x.shape[1:] if networks else x.shape
    first = first_counters(seeds, step, layer, x).reshape((-1, 1, 1) if networks else (1, 1))
    where = {} if xp is np else {"device": x.device}
    return numbers(xp, first, (batch, prod(features)), **where)


def shaped(values: Array, x: Array) -> Array:
    """Values of `draw` with the axes of x."""
    return values if values.ndim == x.ndim else values.reshape(*values.shape[:-1], *x.shape[values.ndim - 1 :])


def noise(x: Array, std: Any, seeds: tuple[int, ...], step: int, layer: int) -> Array:
    """σ n for an array like `x`; `std` is σ, or one for each network, (networks, 1, 1), and the rest as in `draw`."""
    return shaped(like(std, x) * like(draw(normal, x, seeds, step, layer), x), x)


def dropout_scale(x: Array, p: Any, seeds: tuple[int, ...], step: int, layer: int) -> Array:
    """m / (1 − p) for an array like `x`; `p` is the rate, or one for each network, (networks, 1, 1)."""
    u = draw(uniform, x, seeds, step, layer)
    # rates in u's own precision: a float64 rate would now and then decide unlike the same rate as a number
    kept = u >= like(p, u)
    return shaped(like(1 / (1 - p), x) * kept, x)
