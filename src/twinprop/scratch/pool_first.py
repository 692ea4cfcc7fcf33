"""Pooling before what only rises: the largest of f is f of the largest, so f is needed at far fewer pixels.

A network asks `pool_first` for what it computes: batch norm and activation before a pool become one step, which gives
what the three layers give one by one, in 0.65 to 0.78 of their time (benchmarks/RESULTS.md).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from twinprop.arrays.namespace import Array, empty, namespace
from twinprop.scratch.activations import Activation
from twinprop.scratch.images import batch_first, pixels_first
from twinprop.scratch.layer import Layer
from twinprop.scratch.normalization import BatchNorm2d
from twinprop.scratch.pooling import MaxPool2d


class PoolFirst(Layer):
    """pool(f(norm(x))), or pool(f(x)), for an f that never falls.

    Args:
        norm: the batch norm, or None.
        activation: f.
        pool: what keeps the largest pixels.
    """

    def __init__(self, norm: BatchNorm2d | None, activation: Activation, pool: MaxPool2d) -> None:
        self.norm, self.activation, self.pool = norm, activation, pool
        self.shapes = {} if norm is None else norm.shapes

    def forward(self, x: Array, training: bool = False) -> Array:
        y = self.pool.forward(x, training) if self.norm is None else self.normalized(self.norm, x, training)
        return self.activation.forward(y, training)

    def normalized(self, norm: BatchNorm2d, x: Array, training: bool) -> Array:
        """pool(norm(x))."""
        # a x + b rises with x where a > 0, else −x is what it rises with; where a = 0 all pixels are the largest
        x, a, b = norm.line(x, training)
        xp = namespace(x)
        if isinstance(x, np.ndarray) and (a > 0).all():
            self.best = pixels_first(self.pool.forward(batch_first(x)))
        else:
            turned = x * norm.wide(xp.sign(a), x)
            y = pixels_first(self.pool.forward(batch_first(turned)))
            self.best = xp.broadcast_to(x, turned.shape).reshape(-1)[self.pool.positions(y)]
        y = self.best * norm.wide(a, self.best)
        y += norm.wide(b, y)
        return batch_first(y)

    def backward(self, dy: Array, need_dx: bool = True) -> Array | None:
        dy = self.activation.backward(dy)
        if self.norm is None:
            return self.pool.backward(dy) if need_dx else None
        norm, dy = self.norm, pixels_first(dy)
        # only pixels that were kept have a ∂L/∂y, so its sums are over them
        norm.own_gradients(dy, self.best)
        if not need_dx:
            return None
        # γ/σ (∂L/∂y − mean(∂L/∂y) − x̂ mean(∂L/∂y x̂)), of which ∂L/∂y is 0 at all other pixels
        a = norm.weight / norm.deviation
        dx = empty(norm.centred.shape, dy)
        scale = norm.wide(a * norm.weight_grad / norm.deviation / -norm.count, norm.centred)
        namespace(dx).multiply(norm.centred, scale, out=dx)
        dx -= norm.wide(a * norm.bias_grad / norm.count, dx)
        self.pool.add_back(dy * norm.wide(a, dy), dx)
        return batch_first(dx)


def pool_first(layers: Iterable[Layer]) -> list[Layer]:
    """The layers of a network, as they are best computed."""
    found: list[Layer] = []
    for layer in layers:
        if type(layer) is MaxPool2d and found and isinstance(f := found[-1], Activation) and f.rises:
            before = found[-2] if len(found) > 1 else None
            norm = before if type(before) is BatchNorm2d else None
            del found[-1 if norm is None else -2 :]
            layer = PoolFirst(norm, f, layer)
        found.append(layer)
    return found
