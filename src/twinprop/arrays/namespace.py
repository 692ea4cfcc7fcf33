"""The one thing that NumPy and torch spell differently for us is where a function lives.

`namespace(x)` is the module whose functions work on `x`. Both libraries share the names used in this
package (`exp`, `where`, `amax`, `keepdims=True`, `x.mT`, ...); what they do not share stands below.
"""

from __future__ import annotations

import sys
from math import prod
from typing import Any

import numpy as np

from twinprop.errors import ShapeError

Array = Any
"""A NumPy array or a torch tensor."""


LARGE = 2**14
"""Numbers in an array from which the order in which they are visited costs more than a call does."""


def namespace(x: Array) -> Any:
    """`numpy` for a NumPy array, `torch` for a torch tensor (which exists only if torch was imported)."""
    return np if isinstance(x, np.ndarray | np.generic) else sys.modules["torch"]


def like(values: Any, x: Array) -> Array:
    """`values` as an array of the library, dtype and device of `x`, which the host does not wait for."""
    xp = namespace(x)
    if xp is np:
        return np.asarray(values, dtype=x.dtype)
    if isinstance(values, int | float):
        return x.new_full((), values)
    return send(xp.as_tensor(values, dtype=x.dtype), x.device)


def send(x: Array, device: Any) -> Array:
    """A torch tensor on a torch device."""
    if device.type == "cuda" != x.device.type:
        return x.pin_memory().to(device, non_blocking=True)  # from other memory, a copy waits for all that runs
    return x.to(device)


def to_numpy(x: Array) -> np.ndarray[Any, Any]:
    """A NumPy array with the values of `x`, copied from its device if need be."""
    return np.asarray(x) if namespace(x) is np else x.detach().cpu().numpy()


class HostCopies:
    """NumPy arrays of what is on a device: each is copied once, however many networks ask for their part of it."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[Array, np.ndarray[Any, Any]]] = {}

    def get(self, x: Array) -> np.ndarray[Any, Any]:
        """`to_numpy(x)`, as it was when first asked for."""
        if id(x) not in self.known:
            self.known[id(x)] = x, to_numpy(x)
        return self.known[id(x)][1]

    def clear(self) -> None:
        """Let all go, for values change."""
        self.known.clear()


def full(shape: tuple[int, ...], value: float, x: Array) -> Array:
    """An array of one value, of the library, dtype and device of `x`."""
    return np.full(shape, value, x.dtype) if namespace(x) is np else x.new_full(shape, value)


def empty(shape: tuple[int, ...], x: Array) -> Array:
    """An array to be filled, of the library, dtype and device of `x`."""
    return np.empty(shape, x.dtype) if namespace(x) is np else x.new_empty(shape)


def arange(count: int, x: Array) -> Array:
    """0, 1, ... `count` − 1, of the library and device of `x`."""
    return np.arange(count) if namespace(x) is np else namespace(x).arange(count, device=x.device)


def positive(x: Array) -> Array:
    """max(x, 0), element by element."""
    if not isinstance(x, np.ndarray):
        return x.clip(0)
    if x.size < LARGE:
        return np.maximum(x, 0)
    # NumPy compares with an array three times as fast as with one number: with zeros like the first part in memory
    axis = x.strides.index(max(x.strides))
    return np.maximum(x, np.zeros_like(x[(slice(None),) * axis + (slice(1),)]))


def largest(x: Array) -> Array:
    """The largest number along the last axis, (..., 1)."""
    if isinstance(x, np.ndarray):
        return np.maximum.reduce(x, -1, keepdims=True)  # `np.amax`, without what takes as long around it
    return x.amax(-1, keepdim=True)


def overlapping(x: Array, k: int) -> Array:
    """Each k rows in a row of x (..., count, rows, columns), which lie one above the other, as one block: a view.

    Returns:
        (..., count − k + 1, k · rows, columns), whose blocks share memory.
    """
    *rest, count, rows, columns = x.shape
    shape = (*rest, count - k + 1, k * rows, columns)
    if isinstance(x, np.ndarray):
        return np.lib.stride_tricks.as_strided(x, shape, x.strides, writeable=False)
    return x.as_strided(shape, x.stride())


def as_samples(x: Array, shape: tuple[int, ...]) -> Array:
    """Samples as (n, *shape), which may lie flat, (n, numbers), or have other axes of length 1, as grey images have.

    Raises:
        ShapeError: they are neither.
    """
    own = tuple(x.shape[1:])
    if own == shape:
        return x
    if own == (prod(shape),) or [size for size in own if size != 1] == [size for size in shape if size != 1]:
        return x.reshape(len(x), *shape)
    raise ShapeError(f"expected samples (n, {', '.join(map(str, shape))}), got {tuple(x.shape)}")
