"""Convolution and pooling: every window of an image as a column, so that one matrix product does the work.

Images are (..., batch, channels, height, width). A column of `columns` holds one window of one image;
all windows of the batch stand side by side, so a convolution is one product for the whole batch.
"""

from __future__ import annotations

from math import inf, prod
from typing import ClassVar

from twinprop.scratch.arrays import Array, full, namespace


def padded(x: Array, padding: int, value: float) -> Array:
    """Images with `padding` pixels of `value` on each side."""
    if not padding:
        return x
    *rest, height, width = x.shape
    wide = full((*rest, height + 2 * padding, width + 2 * padding), value, x)
    wide[..., padding:-padding, padding:-padding] = x
    return wide


class Conv2d:
    """y[o] = Σ_c w[o, c] ⋆ x[c] + b[o], the cross-correlation that PyTorch calls convolution; stride 1.

    Args:
        in_channels: of the images that come in.
        out_channels: of the images that go out.
        kernel_size: of the square window.
        padding: zeros on each side.
    """

    weight: Array
    bias: Array
    weight_grad: Array
    bias_grad: Array

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, padding: int) -> None:
        self.kernel_size, self.padding = kernel_size, padding
        self.shapes = {"weight": (out_channels, in_channels, kernel_size, kernel_size), "bias": (out_channels,)}

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Of a sample, given the shape of one that comes in."""
        _, height, width = shape
        smaller = self.kernel_size - 1 - 2 * self.padding
        return (self.shapes["bias"][0], height - smaller, width - smaller)

    def products(self, shape: tuple[int, ...]) -> int:
        """Multiply-adds for a sample."""
        return prod(self.shapes["weight"]) * prod(self.output_shape(shape)[1:])

    def columns_of(self, shape: tuple[int, ...]) -> int:
        """Numbers in the columns of a sample."""
        return prod(self.shapes["weight"][1:]) * prod(self.output_shape(shape)[1:])

    def matrix(self, weight: Array) -> Array:
        """A weight as (..., out, channels · k · k)."""
        return weight.reshape(*weight.shape[:-3], -1)

    def forward(self, x: Array, training: bool = False) -> Array:
        k = self.kernel_size
        wide = padded(x, self.padding, 0).swapaxes(-4, -3)
        self.shape = wide.shape
        *rest, channels, batch, height, width = self.shape
        self.size = height - k + 1, width - k + 1
        # columns[c, i, j] = x[c] from row i and column j on: what weight[:, c, i, j] meets
        columns = full((*rest, channels, k, k, batch, *self.size), 0, x)
        for i in range(k):
            for j in range(k):
                columns[..., i, j, :, :, :] = wide[..., i : i + self.size[0], j : j + self.size[1]]
        self.columns = columns.reshape(*rest, channels * k * k, -1)
        y = self.matrix(self.weight) @ self.columns
        y += self.bias[..., None]
        return y.reshape(*y.shape[:-1], batch, *self.size).swapaxes(-4, -3)

    def backward(self, dy: Array, need_dx: bool = True) -> Array | None:
        xp, k = namespace(dy), self.kernel_size
        rows = dy.swapaxes(-4, -3)
        rows = rows.reshape(*rows.shape[:-3], -1)
        # y = W columns + b  ⇒  ∂L/∂W = ∂L/∂y columnsᵀ and ∂L/∂b = Σ ∂L/∂y
        xp.matmul(rows, self.columns.mT, out=self.matrix(self.weight_grad))
        xp.sum(rows, axis=-1, out=self.bias_grad)
        if not need_dx:
            return None
        # ∂L/∂columns = Wᵀ ∂L/∂y, and a pixel gathers it from every window that it was in
        *_, channels, batch, height, width = self.shape
        dcolumns = self.matrix(self.weight).mT @ rows
        dcolumns = dcolumns.reshape(*dcolumns.shape[:-2], channels, k, k, batch, *self.size)
        dx = full((*dcolumns.shape[:-6], channels, batch, height, width), 0, dy)
        for i in range(k):
            for j in range(k):
                dx[..., i : i + self.size[0], j : j + self.size[1]] += dcolumns[..., i, j, :, :, :]
        inner = slice(self.padding, -self.padding or None)
        return dx[..., inner, inner].swapaxes(-4, -3)


class MaxPool2d:
    """The largest pixel of each window; windows may overlap, and what is padded is never the largest."""

    shapes: ClassVar[dict[str, tuple[int, ...]]] = {}

    def __init__(self, kernel_size: int, stride: int, padding: int) -> None:
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Of a sample, given the shape of one that comes in."""
        channels, *size = shape
        return (channels, *((n + 2 * self.padding - self.kernel_size) // self.stride + 1 for n in size))

    def places(self, shape: tuple[int, ...]) -> list[tuple[slice, slice]]:
        """For each place in a window, the pixels that stand there in all windows."""
        _, height, width = self.output_shape((1, *shape[-2:]))
        steps = [(i, j) for i in range(self.kernel_size) for j in range(self.kernel_size)]
        reach = (height - 1) * self.stride + 1, (width - 1) * self.stride + 1
        return [(slice(i, i + reach[0], self.stride), slice(j, j + reach[1], self.stride)) for i, j in steps]

    def forward(self, x: Array, training: bool = False) -> Array:
        self.shape = x.shape
        wide = padded(x, self.padding, -inf)
        first, *others = [wide[..., rows, columns] for rows, columns in self.places(x.shape)]
        y, self.winner = first, full(first.shape, 0, x)
        for number, pixels in enumerate(others, start=1):
            # of equal pixels the first one wins, as in PyTorch
            larger = pixels > y
            y = namespace(x).where(larger, pixels, y)
            self.winner[larger] = number
        return y

    def backward(self, dy: Array, need_dx: bool = True) -> Array:
        # y is one of the pixels of its window  ⇒  that pixel, and no other, gets ∂L/∂y
        *rest, height, width = self.shape
        wide = full((*rest, height + 2 * self.padding, width + 2 * self.padding), 0, dy)
        for number, (rows, columns) in enumerate(self.places(self.shape)):
            wide[..., rows, columns] += dy * (self.winner == number)
        inner = slice(self.padding, -self.padding or None)
        return wide[..., inner, inner]
