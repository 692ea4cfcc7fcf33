"""Numbers of the networks of a stack: one where they agree, an array with an entry for each where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

import numpy as np

from twinprop.arrays.namespace import Array, like
from twinprop.config.schema import Config


def per_member(values: Sequence[Any], axes: int, reference: Array) -> Any:
    """A value as it is where all networks share it, else an array (networks, 1, ...) with `axes` axes of length 1."""
    if all(value == values[0] for value in values):
        return values[0]
    return like(np.reshape(np.array(values, float), (-1,) + (1,) * axes), reference)


def clip_norms(configs: Sequence[Config], reference: Array) -> Any:
    """`train.max_grad_norm`, or one for each network, (networks,); None where no network clips.

    A network that does not clip, among others that do, clips at infinity.
    """
    norms = [config.train.max_grad_norm for config in configs]
    if all(norm is None for norm in norms):
        return None
    return per_member([inf if norm is None else norm for norm in norms], 0, reference)


def consecutive(keys: Sequence[Any]) -> list[slice]:
    """The slices in which equal keys stand side by side."""
    starts = [place for place, key in enumerate(keys) if place == 0 or key != keys[place - 1]]
    return [slice(first, last) for first, last in zip(starts, [*starts[1:], len(keys)], strict=True)]
