"""A derivative measured, by quotients of small differences with two steps; and a gradient compared with it.

A central difference (f(θ + h) − f(θ − h)) / 2h is wrong by about h² for a smooth f, and by the rounding of f divided by
h. Where ReLU or its like bends between θ − h and θ + h, it is a mean of two slopes and says nothing. So each entry is
measured with two steps h, which tells where the measurement is in doubt: such an entry is left out and counted, never
called wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.held import FloatArray, plain_shape

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


TOLERANCE = 1e-5
"""The largest relative error that passes; what remains of rounding is about 1e-8."""

FLOOR = 0.01
"""Entries below this part of the largest entry of the whole gradient are compared with that part."""

TELLING = 0.1
"""Rounding above this part of an entry hides it, and what it hides is in doubt."""

NOISE = 10.0
"""How many times the differences of its two quotients, in the median of an array, an entry may be off by chance."""

RIGHT, WRONG, DOUBT = 0, 1, 2
"""What became of an entry."""


def relative_error(a: Any, n: Any, scale: float) -> Any:
    """|a − n| / max(|a|, |n|, 0.01 · scale), entry by entry; infinite where one of the two is not finite.

    Args:
        a, n: two gradients of the same shape.
        scale: the largest entry of the whole gradient, over all parameters.
    """
    a, n = np.asarray(a, float), np.asarray(n, float)
    with np.errstate(all="ignore"):
        size = np.maximum(np.maximum(np.abs(a), np.abs(n)), max(FLOOR * scale, np.finfo(float).tiny))
        return np.where(np.isfinite(a) & np.isfinite(n), np.abs(a - n) / size, np.inf)


def compare_entry(a: float, measured: Slopes, scale: float) -> tuple[int, float, float]:
    """What became of an entry, the difference quotient that is nearest to `a`, and the relative error."""
    n = min(measured.central, key=lambda value: abs(value - a) if np.isfinite(value) else np.inf)
    error = float(relative_error(a, n, scale))
    telling = measured.rounding <= TELLING * max(abs(a), abs(n), FLOOR * scale)
    if error <= TOLERANCE or (telling and abs(a - n) <= measured.rounding):
        return RIGHT, n, min(error, TOLERANCE)
    if not np.isfinite(measured.central).all():
        return DOUBT, n, error
    # of a smooth function the jump shrinks with the step; at a kink it stays, and of noise it grows
    kink = measured.jump[1] if measured.jump[1] > measured.jump[0] / 3 else 0.0
    doubt = max(3 * abs(measured.central[0] - measured.central[1]), kink, measured.rounding)
    return (DOUBT if abs(a - n) <= doubt else WRONG), n, error


@dataclass
class Comparison:
    """A gradient beside its difference quotients.

    Attributes:
        analytic: the gradient that is checked.
        numeric: difference quotients; NaN where none was taken, or where it says nothing.
        error: the largest relative error.
        worst: the entry that has it; None where nothing was checked.
        checked: entries that were measured, those in doubt included.
        doubtful: entries where the difference quotient says nothing.
        wrong: entries that fail.
    """

    analytic: FloatArray
    numeric: FloatArray
    error: float
    worst: Index | None
    checked: int
    doubtful: int
    wrong: int

    @property
    def passed(self) -> bool:
        """Whether entries were compared and none is wrong; an empty array has nothing to compare."""
        return self.wrong == 0 and (self.checked > self.doubtful or self.analytic.size == 0)


def compare(analytic: FloatArray, measured: dict[Index, Slopes], scale: float) -> Comparison:
    """Compare the entries of a gradient that were measured."""
    numeric = np.full(analytic.shape, np.nan)
    counts = [0, 0, 0]
    error, worst = 0.0, None
    spread = [abs(entry.central[0] - entry.central[1]) for entry in measured.values()]
    noise = NOISE * float(np.median(spread)) if spread else 0.0
    for where, entry in measured.items():
        outcome, n, entry_error = compare_entry(float(analytic[where]), entry, scale)
        if outcome == WRONG and abs(analytic[where] - n) <= noise:  # its own two may be alike by chance
            outcome = DOUBT
        counts[outcome] += 1
        if outcome == DOUBT:
            continue
        numeric[where] = n
        if worst is None or entry_error > error:
            error, worst = entry_error, where
    return Comparison(analytic, numeric, error, worst, len(measured), counts[DOUBT], counts[WRONG])


def largest(arrays: Iterable[Any]) -> float:
    """The largest absolute value in all arrays, leaving out what is not finite."""
    values = [np.abs(np.asarray(array, float)[np.isfinite(array)]).max(initial=0.0) for array in arrays]
    return float(max(values, default=0.0))


CLOSE = 1e-4
"""Two arrays are the same where they differ by less than this part of their largest entry."""


def nearly_equal(a: Any, b: Any) -> bool:
    """Whether two arrays of one shape are equal but for rounding; entries that are NaN in `b` are not known."""
    if np.shape(a) != np.shape(b):
        return False
    a, b = np.asarray(a, float), np.asarray(b, float)
    known = ~np.isnan(b)
    if not known.any() or not np.isfinite(a).all():
        return False
    size = max(np.abs(a[known]).max(), np.abs(b[known]).max())
    return bool(size > 0 and np.abs(a - b)[known].max() <= CLOSE * size)


def ratio(a: Any, b: Any) -> float | None:
    """The number k with a = k · b; None where there is none."""
    if np.shape(a) != np.shape(b) or np.size(a) == 0 or not np.isfinite(a).all():
        return None
    known = ~np.isnan(b)
    square = float((b[known] ** 2).sum())
    k = float((a[known] * b[known]).sum()) / square if square else 0.0
    return k if abs(k) > 1e-6 and nearly_equal(a, k * b) else None


def proportional(a: Any, b: Any) -> bool:
    """Whether a = k · b for some number k."""
    return ratio(a, b) is not None


def same_numbers(a: Any, b: Any) -> bool:
    """Whether two arrays hold the same numbers, though perhaps in shapes that differ by axes of size 1."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    if plain_shape(a.shape) != plain_shape(b.shape) or a.size != b.size:
        return False
    a = a.reshape(b.shape)
    return nearly_equal(a, b) or bool(a.size and not np.nan_to_num(b).any() and not a.any() and not np.isnan(b).all())


FEW = 9
"""Entries of a step whose sizes may be alike by chance."""


def is_even(step: Any) -> bool:
    """Whether most entries of a step have one size, as where each is divided by its own root of squares."""
    sizes = np.abs(step[step != 0])  # where all is 0, as behind a ReLU, nothing is divided
    return sizes.size > FEW and bool(np.ptp(np.quantile(sizes, (0.25, 0.75))) < 1e-3 * sizes.max())
