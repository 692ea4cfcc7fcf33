"""Convolution: every window of an image as a column, so that matrix products do the work.

Images are (..., batch, channels, height, width), and lie in memory as images.py says. Once each row has the k rows
around it beside it, a window is one block, and shares memory with the next. So a pixel of the result is one small
product for the whole batch, which BLAS does without copying its factors first.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import numpy as np

from twinprop.arrays.blas import many_products, ones
from twinprop.arrays.namespace import Array, empty, full, namespace, overlapping
from twinprop.scratch.images import batch_first, for_each, over_pixels, pixels_first
from twinprop.scratch.layer import Layer

CACHED, ON_DEVICE = 2**18, 2**26
"""Numbers in the rows that are stacked at a time: in NumPy what a cache holds, else few and large products."""

MANY_ROWS = 40
"""Numbers in a window from which it pays to turn ∂L/∂y first: measured, 0.7 of the time at 144, the same at 9."""


def windows(x: Array, k: int, padding: int, more: int = 0) -> Iterator[tuple[slice, Array]]:
    """The k × k windows of images (..., height, width, channels, batch), some rows of them at a time.

    Args:
        x: the images.
        k: pixels of a window each way.
        padding: zeros on each side of an image.
        more: numbers that the caller makes of each window.

    Yields:
        Which rows, and their windows as (..., rows, columns, k · k · channels, batch), by column, row and channel, in
        memory that the next rows take.
    """
    *rest, height, width, channels, batch = x.shape
    most = CACHED if namespace(x) is np else ON_DEVICE
    down, wide = height + 2 * padding - k + 1, width + 2 * padding
    step = min(down, max(1, most // (wide * (k * channels * batch + more))))
    # of k rows, what stands in one column lies together; so do the k columns of a window, which share memory
    stacked = full((*rest, step, wide, k, channels, batch), 0, x)
    image = stacked[..., padding : padding + width, :, :, :]
    found = overlapping(stacked.reshape(*rest, step, wide, k * channels, batch), k)
    for top in range(0, down, step):
        rows = min(step, down - top)
        for i in range(k):
            above = top + i - padding
            first = min(rows, max(0, -above))
            end = max(first, min(rows, height - above))
            image[..., :first, :, i, :, :] = 0
            image[..., first:end, :, i, :, :] = x[..., above + first : above + end, :, :, :]
            image[..., end:rows, :, i, :, :] = 0
        yield slice(top, top + rows), found[..., :rows, :, :, :]


def matrix(weight: Array) -> Array:
    """A weight as (..., out, k · k · channels), in the order of `windows`."""
    turned = weight.swapaxes(-3, -1)
    return turned.reshape(*turned.shape[:-3], -1)


def correlate(x: Array, weight: Array, padding: int, bias: Array | None = None) -> Array:
    """y[r, s, o] = Σ_c,i,j weight[o, c, i, j] x[r + i − padding, s + j − padding, c] + bias[o], with the batch last."""
    (*_, out, _, _, k), (*_, height, width, _, batch) = weight.shape, x.shape
    smaller = k - 1 - 2 * padding
    y = empty((*weight.shape[:-4], height - smaller, width - smaller, out, batch), x)
    flat, added = matrix(weight), None if bias is None else for_each(bias, y)
    for rows, found in windows(x, k, padding):
        if isinstance(y, np.ndarray):
            many_products(flat[..., None, None, :, :], found, y[..., rows, :, :, :])
        else:
            y[..., rows, :, :, :] = namespace(y).einsum("...ok,...hwkb->...hwob", flat, found)
        if added is not None:
            y[..., rows, :, :, :] += added  # while it is in the cache
    return y


def windows_times(found: Array, dy: Array) -> Array:
    """Σ windows ∂L/∂yᵀ over pixels and batch, (..., k · k · channels, out)."""
    if not isinstance(dy, np.ndarray):
        return namespace(dy).einsum("...hwkb,...hwob->...ko", found, dy)
    # BLAS multiplies small matrices 1.5 times as fast where the second need not be turned, which pays for many rows
    products = many_products(found, np.ascontiguousarray(dy.mT) if found.shape[-2] >= MANY_ROWS else dy.mT)
    *networks, height, width, inner, out = products.shape
    total = ones(height * width, dy.dtype) @ products.reshape(*networks, height * width, inner * out)
    return total.reshape(*networks, inner, out)


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
        self.x = pixels_first(x)
        return batch_first(correlate(self.x, self.weight, self.padding, self.bias))

    def backward(self, dy: Array, need_dx: bool = True) -> Array | None:
        xp, dy = namespace(dy), pixels_first(dy)
        # y = W windows + b  ⇒  ∂L/∂W = Σ ∂L/∂y windowsᵀ and ∂L/∂b = Σ ∂L/∂y, over all pixels
        some = windows(self.x, self.kernel_size, self.padding, more=prod(self.shapes["weight"]))
        turned = self.weight_grad.swapaxes(-3, -1)
        turned[...] = sum(windows_times(found, dy[..., rows, :, :, :]) for rows, found in some).mT.reshape(turned.shape)
        self.bias_grad[...] = over_pixels(dy)
        if not need_dx:
            return None
        # a pixel is in the windows around it, opposite to where they are
        # ⇒  ∂L/∂x[c] = Σ_o w[o, c] turned by 180° ⋆ ∂L/∂y[o]
        opposite = xp.flip(self.weight, (-2, -1)).swapaxes(-4, -3)
        return batch_first(correlate(dy, opposite, self.kernel_size - 1 - self.padding))
