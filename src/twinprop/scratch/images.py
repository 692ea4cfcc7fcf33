"""How images lie in memory: the pixels first, then the channels, and the batch last.

For whoever calls a layer, images are (..., batch, channels, height, width). Inside, they are seen as
(..., height, width, channels, batch), which is how they lie: so the channels of a pixel are one block for the whole
batch, and what is done to shifted images, or to each channel, meets long runs.
"""

from __future__ import annotations

import numpy as np

from twinprop.arrays.blas import ones
from twinprop.arrays.namespace import Array, full


def pixels_first(x: Array) -> Array:
    """Images as (..., height, width, channels, batch), without a copy."""
    return x.swapaxes(-4, -1).swapaxes(-4, -2).swapaxes(-3, -2)


def batch_first(x: Array) -> Array:
    """The way back."""
    return x.swapaxes(-3, -2).swapaxes(-4, -2).swapaxes(-4, -1)


def for_each(values: Array, x: Array) -> Array:
    """A number for each channel, (..., channels), as it meets images (..., height, width, channels, batch)."""
    if not isinstance(x, np.ndarray):
        return values[..., None, None, :, None]
    # one row of images, in full: NumPy takes twice as long for a number that it must repeat for each short run
    *_, width, channels, batch = x.shape
    row = full((*values.shape[:-1], width, channels, batch), 0, values)
    row += values[..., None, :, None]
    return row[..., None, :, :, :]


def over_pixels(x: Array) -> Array:
    """The sum over (..., height, width, channels, batch) for each channel, (..., channels)."""
    if not isinstance(x, np.ndarray):
        return x.sum((-4, -3, -1))
    *rest, height, width, channels, batch = x.shape
    # BLAS takes a fifth of the time of np.sum
    rows = ones(width, x.dtype) @ x.reshape(*rest, height, width, channels * batch)
    return rows.sum(-2).reshape(*rest, channels, batch).sum(-1)


def product_over_pixels(x: Array, y: Array) -> Array:
    """The sum over x y for each channel, (..., channels), of images as `over_pixels` takes them."""
    if not isinstance(x, np.ndarray):
        return (x * y).sum((-4, -3, -1))
    *rest, height, width, channels, batch = x.shape
    flat = (*rest, height * width, channels * batch)
    # the product is nowhere written to memory, which takes longer than to add it up
    sums = np.einsum("...pn,...pn->...n", x.reshape(flat), y.reshape(flat))
    return sums.reshape(*rest, channels, batch).sum(-1)
