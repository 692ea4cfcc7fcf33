"""A derivative measured: quotients of small differences, with two steps.

A central difference (f(θ + h) − f(θ − h)) / 2h is wrong by about h² for a smooth f, and by the rounding
of f divided by h. Where ReLU or its like bends between θ − h and θ + h, it is a mean of two slopes and
says nothing. So each entry is measured with two steps h, which tells where the measurement is in doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from twinprop.gradcheck.held import FloatArray

Index = tuple[int, ...]

STEPS = (1e-5, 1e-6)
"""Steps h, relative to entries that are larger than 1."""

LARGER = (1e2, 1e4, 1e6)
"""How much longer the steps become where rounding hides every entry of a gradient."""


@dataclass
class Slopes:
    """What two steps tell of one entry.

    Attributes:
        central: the central differences.
        jump: by how much the slopes on the left and on the right differ.
        rounding: what rounding may add to a central difference.
    """

    central: tuple[float, float]
    jump: tuple[float, float]
    rounding: float


def measure_slopes(
    f: Callable[[], float], array: FloatArray, where: Index, middle: float, magnitude: float, larger: float = 1.0
) -> Slopes:
    """Measure ∂f/∂array[where]; `array` is changed in place and put back.

    Args:
        f: the function, of the array as it is.
        middle: f where nothing is changed.
        magnitude: the size of the numbers that f sums, whose rounding blurs it.
        larger: a factor of the steps.
    """
    old = array[where]
    central, jump = [], []
    for step in STEPS:
        h = larger * step * max(1.0, abs(old))
        array[where] = old + h
        up, above = float(array[where]), f()
        array[where] = old - h
        down, below = float(array[where]), f()
        array[where] = old
        central.append((above - below) / (up - down))
        jump.append(abs((above - middle) / (up - old) - (middle - below) / (old - down)))
    rounding = 8 * np.finfo(float).eps * magnitude / (larger * STEPS[1] * max(1.0, abs(old)))
    return Slopes((central[0], central[1]), (jump[0], jump[1]), rounding)


def sample_entries(shape: Index, most: int, seed: int, first: Iterable[Index] = ()) -> list[Index]:
    """All entries of an array, or `most` of them at random, and `first` in any case."""
    count = int(np.prod(shape, dtype=np.int64))
    if count <= most:
        return list(np.ndindex(*shape))
    drawn = np.random.default_rng(seed).choice(count, most, replace=False)
    found = [tuple(int(i) for i in np.unravel_index(flat, shape)) for flat in drawn]
    return list(dict.fromkeys([*first, *found]))
