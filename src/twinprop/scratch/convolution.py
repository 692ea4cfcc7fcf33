"""Convolution and pooling: every window of an image as a column, so that matrix products do the work.

Images are (..., batch, channels, height, width). In memory the batch comes last: so the same pixel of all images
lies side by side, and shifted images are copied and compared in long runs. Columns are made for some pixels at a
time, which the processor's cache holds, and made again for the way back.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, prod

import numpy as np

from twinprop.arrays.namespace import Array, empty, full, namespace
from twinprop.scratch.layer import Layer

CACHED, ON_DEVICE = 2**20, 2**26
"""Numbers in the columns that are made at a time: in NumPy what a cache holds, else few and large products."""


def batch_last(x: Array) -> Array:
    """Images as (..., channels, height, width, batch), without a copy."""
    return namespace(x).moveaxis(x, -4, -1)


def batch_first(x: Array) -> Array:
    """The way back."""
    return namespace(x).moveaxis(x, -1, -4)


def padded(x: Array, padding: int, value: float) -> Array:
    """Images (..., height, width, batch) with `padding` pixels of `value` on each side."""
    if not padding:
        return x
    *rest, height, width, batch = x.shape
    wide = full((*rest, height + 2 * padding, width + 2 * padding, batch), value, x)
    wide[..., padding:-padding, padding:-padding, :] = x
    return wide


def columns(wide: Array, k: int) -> Iterator[tuple[slice, Array]]:
    """The k × k windows of images (..., channels, height, width, batch), some at a time.

    Yields:
        Which of the windows · batch, and these as (..., channels · k · k, some).
    """
    *rest, height, width, batch = wide.shape
    height, width = height - k + 1, width - k + 1
    pixels = max(1, (CACHED if namespace(wide) is np else ON_DEVICE) // (rest[-1] * k * k * batch))
    down, across = max(1, pixels // width), min(pixels, width)
    for top in range(0, height, down):
        for left in range(0, width, across):
            size = min(down, height - top), min(across, width - left)
            # found[c, i, j] = wide[c] from row i and column j on: what weight[:, c, i, j] meets
            found = empty((*rest, k, k, *size, batch), wide)
            for i in range(k):
                for j in range(k):
                    rows, own = slice(top + i, top + i + size[0]), slice(left + j, left + j + size[1])
                    found[..., i, j, :, :, :] = wide[..., rows, own, :]
            start = (top * width + left) * batch
            part = slice(start, start + size[0] * size[1] * batch)
            yield part, found.reshape(*rest[:-1], rest[-1] * k * k, -1)


def matrix(weight: Array) -> Array:
    """A weight as (..., out, channels · k · k)."""
    return weight.reshape(*weight.shape[:-3], -1)


def correlate(wide: Array, weight: Array) -> Array:
    """y[o, r, s] = Σ_c,i,j weight[o, c, i, j] wide[c, r + i, s + j], with the batch as last axis."""
    k, batch = weight.shape[-1], wide.shape[-1]
    size = wide.shape[-3] - k + 1, wide.shape[-2] - k + 1
    y = empty((*weight.shape[:-3], prod(size) * batch), wide)
    for part, windows in columns(wide, k):
        y[..., part] = matrix(weight) @ windows
    return y.reshape(*y.shape[:-1], *size, batch)


class Conv2d(Layer):
    """y[o] = Σ_c w[o, c] ⋆ x[c] + b[o], the cross-correlation that PyTorch calls convolution; stride 1.

    Args:
        in_channels: of the images that come in.
        out_channels: of the images that go out.
        kernel_size: of the square window.
        padding: zeros on each side, fewer than kernel_size.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, padding: int = 0) -> None:
        self.kernel_size, self.padding = kernel_size, padding
        self.shapes = {"weight": (out_channels, in_channels, kernel_size, kernel_size), "bias": (out_channels,)}

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Output shape for one sample, (out_channels, height, width)."""
        _, height, width = shape
        smaller = self.kernel_size - 1 - 2 * self.padding
        return (self.shapes["bias"][0], height - smaller, width - smaller)

    def multiply_adds(self, shape: tuple[int, ...]) -> int:
        """Multiply-adds for one sample: the weight is used once for each pixel that goes out."""
        return prod(self.shapes["weight"]) * prod(self.output_shape(shape)[1:])

    def forward(self, x: Array, training: bool = False) -> Array:
        channels = self.shapes["weight"][1]
        if x.ndim < 4 or x.shape[-3] != channels:
            self.refuse(f"(batch, {channels}, height, width)", x)
        smallest = max(1, self.kernel_size - 2 * self.padding)
        if min(x.shape[-2:]) < smallest:
            self.refuse(f"(batch, {channels}, height, width) with at least {smallest} pixels each way", x)
        self.wide = padded(batch_last(x), self.padding, 0)
        y = correlate(self.wide, self.weight)
        y += self.bias[..., None, None, None]
        return batch_first(y)

    def backward(self, dy: Array, need_dx: bool = True) -> Array | None:
        xp, dy = namespace(dy), batch_last(dy)
        rows = dy.reshape(*dy.shape[:-3], -1)
        # y = W columns + b  ⇒  ∂L/∂W = ∂L/∂y columnsᵀ and ∂L/∂b = Σ ∂L/∂y
        self.weight_grad[...] = 0
        gradient = matrix(self.weight_grad)
        for part, windows in columns(self.wide, self.kernel_size):
            gradient += rows[..., part] @ windows.mT
        xp.sum(rows, -1, out=self.bias_grad)
        if not need_dx:
            return None
        # a pixel is in the windows around it, opposite to where they are
        # ⇒  ∂L/∂x[c] = Σ_o w[o, c] turned by 180° ⋆ ∂L/∂y[o]
        turned = xp.flip(self.weight, (-2, -1)).swapaxes(-4, -3)
        return batch_first(correlate(padded(dy, self.kernel_size - 1 - self.padding, 0), turned))


class MaxPool2d(Layer):
    """The largest pixel of each window; windows may overlap, and what is padded is never the largest.

    Args:
        kernel_size: of the square window.
        stride: pixels from one window to the next; None is kernel_size.
        padding: on each side, at most half of kernel_size.
    """

    def __init__(self, kernel_size: int, stride: int | None = None, padding: int = 0) -> None:
        self.kernel_size, self.stride, self.padding = kernel_size, stride or kernel_size, padding

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Output shape for one sample, (channels, height, width)."""
        channels, *size = shape
        return (channels, *((n + 2 * self.padding - self.kernel_size) // self.stride + 1 for n in size))

    def windows(self, wide: Array) -> list[Array]:
        """For each place in a window, the pixels that stand there in all windows: views of padded images."""
        k, step = self.kernel_size, self.stride
        height, width = ((n - k) // step * step + 1 for n in wide.shape[-3:-1])
        return [wide[..., i : i + height : step, j : j + width : step, :] for i in range(k) for j in range(k)]

    def forward(self, x: Array, training: bool = False) -> Array:
        if x.ndim < 4:
            self.refuse("(batch, channels, height, width)", x)
        self.wide = padded(batch_last(x), self.padding, -inf)
        self.y, *others = self.windows(self.wide)
        for pixels in others:
            self.y = namespace(x).maximum(self.y, pixels)
        return batch_first(self.y)

    def backward(self, dy: Array, need_dx: bool = True) -> Array:
        # y is one of the pixels of its window  ⇒  that pixel, and no other, gets ∂L/∂y
        dy = batch_last(dy)
        wide = full((*dy.shape[:-3], *self.wide.shape[-3:]), 0, dy)
        open_ = full(self.y.shape, 1, dy) > 0
        for pixels, gradient in zip(self.windows(self.wide), self.windows(wide), strict=True):
            # of equal pixels the first one gets it, as in PyTorch
            largest = (pixels == self.y) & open_
            open_ ^= largest
            gradient += dy * largest
        inner = slice(self.padding, -self.padding or None)
        return batch_first(wide[..., inner, inner, :])
