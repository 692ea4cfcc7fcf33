"""When two arrays count as the same, or as multiples of each other."""

from __future__ import annotations

from typing import Any

import numpy as np

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
    if a.shape != b.shape:
        if a.size != b.size or tuple(n for n in a.shape if n > 1) != tuple(n for n in b.shape if n > 1):
            return False
        a = a.reshape(b.shape)
    return nearly_equal(a, b) or bool(a.size and not np.nan_to_num(b).any() and not a.any() and not np.isnan(b).all())
