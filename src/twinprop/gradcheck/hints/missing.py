"""A term that a gradient lacks: what remains to the right one is a product of arrays that backward knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement
from typing import Any

import numpy as np

from twinprop.gradcheck.held import FloatArray
from twinprop.gradcheck.hints.routines import Routine
from twinprop.gradcheck.matching import nearly_equal, ratio
from twinprop.gradcheck.report import Gradient

MOST_ARRAYS = 24
"""Arrays of a function whose products are tried."""


def missing_term(gradient: Gradient, routines: Sequence[Routine]) -> str | None:
    """What has to be added to a gradient; None where no product of one to three arrays makes it right."""
    compared = gradient.comparison
    if compared is None or np.isnan(compared.numeric).any() or compared.numeric.size < 4:
        return None
    rest = compared.numeric - compared.analytic
    if nearly_equal(rest, compared.numeric):
        return None  # nothing is there yet
    for routine in routines:
        arrays = {
            name: np.asarray(value, float)
            for name, value in list(routine.scope.items())
            if isinstance(value, np.ndarray) and value.dtype.kind in "fb" and 1 < value.size <= 4000
        }
        for code, value in products(dict(list(arrays.items())[:MOST_ARRAYS]), rest.shape):
            factor = ratio(value, rest) if value.shape == rest.shape else None
            if factor is not None and close_to_plain(1 / factor):
                number = "" if abs(factor - 1) < 1e-3 else f"{1 / factor:.4g} * "
                return f"a term is missing: the gradient of another branch, {number}{code}, has to be added."
    return None


def close_to_plain(factor: float) -> bool:
    return any(abs(abs(factor) - plain) < 1e-3 for plain in (1, 0.5, 2))


def products(arrays: dict[str, FloatArray], shape: tuple[int, ...]) -> Iterator[tuple[str, Any]]:
    """Products of one, two or three arrays that have a given shape."""
    same = {name: value for name, value in arrays.items() if value.shape == shape}
    for names in (many for count in (1, 2, 3) for many in combinations_with_replacement(same, count)):
        yield " * ".join(names), np.prod([same[name] for name in names], axis=0)
    for first, a in arrays.items():
        for second, b in arrays.items():
            if len(shape) == 2 and a.ndim == b.ndim == 2:
                for code, left, right in (("{} @ {}.T", a, b.T), ("{}.T @ {}", a.T, b), ("{} @ {}", a, b)):
                    if (left.shape[0], right.shape[1]) == shape and left.shape[1] == right.shape[0]:
                        yield code.format(first, second), left @ right
            elif len(shape) == 2 and (a.size, b.size) == shape and a.ndim == b.ndim == 1:
                yield f"np.outer({first}, {second})", np.outer(a, b)
