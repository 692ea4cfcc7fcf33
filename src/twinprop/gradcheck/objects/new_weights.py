"""A backward that returns the weights after its step, and changes none: they are told by a step of length 0."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from twinprop.gradcheck.calling.upkeep import leaves


def put_in_place(step: Callable[[float | None], Any], held: Iterable[Any]) -> Any:
    """What a step returns, but for new weights, which are written into those that they are to replace.

    Args:
        step: takes it, with another learning rate if one is given; it must change nothing then.
        held: the weights.
    """
    weights, rest = list(held), []
    old = [np.copy(one) for one in weights]  # a step in place may return them as well
    still, returned = step(0.0), step(None)
    parts, before = ([*one] if isinstance(one, tuple | list) else [one] for one in (returned, still))
    found: list[tuple[Any, Any]] = []
    for new, unmoved in zip(parts, before, strict=False):
        pairs = [
            (array, next((one for one, was in zip(weights, old, strict=True) if np.array_equal(was, same)), None))
            for array, same in zip(leaves(new), leaves(unmoved), strict=False)
        ]
        if pairs and all(one is not None for _, one in pairs):
            found += pairs
        else:
            rest.append(new)
    if not any(np.any(one) for _, one in found):
        return returned  # a gradient may be 0, as a bias
    for array, one in found:
        one[...] = array
    return tuple(rest) if len(rest) > 1 else rest[0] if rest else None
