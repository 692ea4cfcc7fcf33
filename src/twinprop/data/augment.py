"""Images shifted and mirrored at random while they are trained on, a batch at once, on the device that trains.

How is a function of the run's seed, the epoch, and the image's place in its split: the same on every
backend and device, in a stack as alone, and where a run goes on in the middle of an epoch.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np

from twinprop.arrays.namespace import Array, full, like, namespace
from twinprop.arrays.random import splitmix64, streams

AUGMENT = 0
"""The layer whose numbers these are; layers with dropout count from 1."""


class Augment:
    """Random shifts of up to `shift` pixels in each direction, and mirrors of left and right.

    Args:
        shift: pixels.
        flip: whether every second image, at random, is mirrored.
        shape: of an image, (height, width) or (channels, height, width).
        black: the value of a zero pixel in each channel, which fills what a shift leaves empty.
    """

    def __init__(self, shift: int, flip: bool, shape: tuple[int, ...], black: Any) -> None:
        self.shift, self.flip, self.shape, self.black = shift, flip, shape, black.reshape(-1, 1, 1)
        *self.channels, self.height, self.width = shape
        self.padded = (*self.channels, self.height + 2 * shift, self.width + 2 * shift)

    def pad(self, x: Array) -> Array:
        """Images (n, ...) with `shift` black pixels on each side."""
        if not self.shift:
            return x
        padded = full((len(x), *self.padded), 0.0, x)
        padded[...] = like(self.black, x)
        self.inner(padded)[...] = x
        return padded

    def inner(self, padded: Array) -> Array:
        """A view of the images in what `pad` returned."""
        rows, columns = (slice(self.shift, self.shift + size) for size in (self.height, self.width))
        return padded[..., rows, columns]

    def moves(self, seeds: Sequence[int], epoch: int, where: Array) -> Moves:
        """What happens in an epoch to the samples at the positions `where`, (n,) or (members, n)."""
        firsts = streams(seeds, epoch, AUGMENT)
        words = splitmix64(where + like(firsts[:, None] if where.ndim == 2 else firsts[:1], where))
        # 24 bits for each direction; of their product with the number of ways, the high part is even
        down, right = ((words >> low & 0xFFFFFF) * (2 * self.shift + 1) >> 24 for low in (40, 16))
        return Moves(self, down * self.padded[-1] + right, (words & 1) == 1)

    def windows(self, padded: Array, first: Array) -> Array:
        """The windows whose first pixels are `first`, counted through all of what `pad` returned: (..., *shape).

        They are taken from a view that has a window for every pixel, with one index for each.
        """
        flat, area, width = padded.reshape(-1), prod(self.padded[-2:]), self.padded[-1]
        steps = (area, width, 1)[-len(self.shape) :]
        last = sum((size - 1) * step for size, step in zip(self.shape, steps, strict=True))
        shape = (len(flat) - last, *self.shape)
        if namespace(flat) is np:
            item = flat.itemsize
            return np.lib.stride_tricks.as_strided(flat, shape, [item * step for step in (1, *steps)])[first]
        return take(flat.as_strided(shape, (1, *steps)), first)


class Moves(NamedTuple):
    """What happens to the images of an epoch, in its order.

    Attributes:
        augment: who says so.
        corner: first pixel of each image's window, counted within its padded image, (n,) or (members, n).
        mirrored: which are mirrored, if any, bool.
    """

    augment: Augment
    corner: Array
    mirrored: Array

    def images(self, padded: Array, where: Array, part: slice) -> Array:
        """The images at `where` of what `pad` returned, which are `part` of the epoch, moved: a copy, (..., *shape)."""
        augment = self.augment
        if augment.shift:
            x = augment.windows(padded, where * prod(augment.padded) + self.corner[..., part])
        else:
            x = take(padded, where)
        return mirror(x, self.mirrored[..., part]) if augment.flip else x


def take(x: Array, where: Array) -> Array:
    """x[where] along the first axis; both libraries have a faster way than their own indexing."""
    if namespace(x) is np:
        return x.take(where, axis=0)
    return x.index_select(0, where.reshape(-1)).reshape(*where.shape, *x.shape[1:])


def mirror(x: Array, which: Array) -> Array:
    """Images (..., width) with left and right changed in those that `which` says; NumPy's are changed in place."""
    if namespace(x) is np:
        x[which] = x[which][..., ::-1]
        return x
    # how many they are is not asked: on a GPU, that would wait for it
    return x.flip(-1).where(which.reshape(*which.shape, *[1] * (x.ndim - which.ndim)), x)
