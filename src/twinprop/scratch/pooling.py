"""Pooling: the largest pixel of each window of an image."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import inf, prod
from typing import Any

import numpy as np

from twinprop.arrays.namespace import Array, arange, full, like, namespace
from twinprop.scratch.images import batch_first, pixels_first
from twinprop.scratch.layer import Layer

Index = tuple[Any, ...]


class MaxPool2d(Layer):
    """The largest pixel of each window; windows may overlap, and what is padded is never the largest.

    A window's places have numbers: 0 is the middle, then come those before it in reverse, and those after it.

    Args:
        kernel_size: of the square window.
        stride: pixels from one window to the next; None is kernel_size.
        padding: on each side, at most half of kernel_size.

    Attributes:
        which: after `forward`, the number of the place of each window's largest pixel, the first of equal ones.
    """

    def __init__(self, kernel_size: int, stride: int | None = None, padding: int = 0) -> None:
        self.kernel_size, self.stride, self.padding = kernel_size, stride or kernel_size, padding
        self.middle = kernel_size // 2 * (kernel_size + 1)

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Output shape for one sample, (channels, height, width)."""
        channels, *size = shape
        return (channels, *((n + 2 * self.padding - self.kernel_size) // self.stride + 1 for n in size))

    def places(self, size: int, windows: int) -> Iterator[tuple[slice, slice]]:
        """For each place in a window, along one side of an image: the windows where it is a pixel, and these pixels."""
        for place in range(-self.padding, self.kernel_size - self.padding):
            first = max(0, -(place // self.stride))
            stop = max(first, min(windows, (size - 1 - place) // self.stride + 1))
            start = place + first * self.stride
            end = max(0, start + (stop - first - 1) * self.stride + 1)
            yield slice(first, stop), slice(start, end, self.stride)

    def by_place(self) -> Iterator[tuple[int, Index, Index]]:
        """For each place in a window, its number, the windows where it is a pixel, and these pixels."""
        sides = zip(self.shape[-4:-2], self.windows, strict=True)
        places = list(product(*(self.places(*side) for side in sides)))
        for number in range(len(places)):
            place = places[number if number > self.middle else self.middle - number]
            windows, pixels = ((..., *each, slice(None), slice(None)) for each in zip(*place, strict=True))
            yield number, windows, pixels

    def forward(self, x: Array, training: bool = False) -> Array:
        if x.ndim < 4:
            self.refuse("(batch, channels, height, width)", x)
        xp, x = namespace(x), pixels_first(x)
        *rest, height, width, channels, batch = self.shape = x.shape
        _, *self.windows = self.output_shape((channels, height, width))
        y = full((*rest, *self.windows, channels, batch), -inf, x)
        self.which = xp.zeros_like(y, dtype=xp.uint8 if self.kernel_size < 16 else xp.int32)
        numbers = like(arange(self.kernel_size**2, x), self.which)
        for number, windows, pixels in self.by_place():
            which, largest = self.which[windows], y[windows]
            if number:
                # of equal ones the first: of those before the middle, which come in reverse, each takes it over
                larger = (xp.greater_equal if number <= self.middle else xp.greater)(x[pixels], largest)
                # as bytes, for NumPy multiplies no truths without a copy
                xp.maximum(which, larger.view(xp.uint8) * numbers[number : number + 1], out=which)
            xp.maximum(largest, x[pixels], out=largest)
        return batch_first(y)

    def backward(self, dy: Array, need_dx: bool = True) -> Array:
        dy = pixels_first(dy)
        dx = full(self.shape, 0, dy)
        if self.stride < self.kernel_size:
            self.add_back(dy, dx)
            return batch_first(dx)
        # windows that do not overlap: a pixel is in one of them at most
        for number, windows, pixels in self.by_place():
            namespace(dy).multiply(self.which[windows] == number, dy[windows], out=dx[pixels])
        return batch_first(dx)

    def add_back(self, dy: Array, dx: Array) -> None:
        """Add ∂L/∂y to ∂L/∂x in place, both with the pixels first; ∂L/∂x lies in memory in that order."""
        # y is one of the pixels of its window  ⇒  that pixel, and no other, gets ∂L/∂y
        at, flat = self.positions(dy), dx.reshape(-1)
        if isinstance(dx, np.ndarray):
            np.add.at(flat, at.reshape(-1), dy.reshape(-1))
            return
        # on a device nothing says in which order one place is added to: windows that do not overlap, at a time
        apart = -(-self.kernel_size // self.stride)
        for top in range(apart):
            for left in range(apart):
                some = (..., slice(top, None, apart), slice(left, None, apart), slice(None), slice(None))
                flat[at[some]] += dy[some]

    def positions(self, dy: Array) -> Array:
        """Where in memory the pixel lies that each number of y is."""
        *networks, height, width, channels, batch = self.shape
        *_, down, across, _, _ = dy.shape
        k, pixel = self.kernel_size, channels * batch
        # from the first pixel of a window to its largest one
        number = arange(k * k, dy)
        place = namespace(dy).where(number > self.middle, number, self.middle - number)
        inside = (place // k * width + place % k) * pixel
        rows = arange(down, dy) * self.stride - self.padding + height * arange(prod(networks), dy)[:, None]
        columns = arange(across, dy) * self.stride - self.padding
        first = ((rows[..., None] * width + columns) * pixel)[..., None] + arange(pixel, dy)
        at = inside.take(self.which if isinstance(dy, np.ndarray) else self.which.long())
        at += first.reshape(at.shape)
        # padded by half a window, an image ends before the middle of its last windows, which NaN would choose
        return at if k > 2 * self.padding else namespace(dy).clip(at, 0, prod(self.shape) - 1)
