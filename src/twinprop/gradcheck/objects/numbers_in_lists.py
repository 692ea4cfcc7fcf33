"""Weights that are lists of numbers, as in plain Python: arrays take their place, so that they can be measured."""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.held import arrays_of, is_number, places_of
from twinprop.gradcheck.arrays.likely_shapes import is_parameter


def with_arrays(held: Any) -> Any:
    """The same lists and dicts, with an array for each list of numbers."""
    if isinstance(held, list) and held and all(map(is_number, held)):
        return np.array(held, float)
    if isinstance(held, list):
        return [with_arrays(one) for one in held]
    return {key: with_arrays(one) for key, one in held.items()} if isinstance(held, dict) else held


def held_in_arrays(made: Any) -> Any:
    """A copy of an object that has no array, with arrays for its parameters that are lists; None where it has none."""
    if arrays_of(made):
        return None
    try:
        one = copy.deepcopy(made)
    except Exception:  # it cannot be copied
        return None
    found = list(places_of(one, is_matrix_of_lists, "", set()))
    # `weights.data`, of a matrix that is an object, is called as that
    named = [[*ref.keys[::-1], ref.attribute, *ref.name.split(".")[-2:-1]] for ref, _ in found]
    parameters = [each for each, names in zip(found, named, strict=True) if any(map(is_parameter, words(names)))]
    matrices = {type(ref.owner) for ref, _ in parameters} - {type(one)}  # of one class all, whatever they are called
    parameters += [each for each in found if type(each[0].owner) in matrices and each not in parameters]
    for ref, value in parameters:
        ref.set(np.array(value, float))
    return one if parameters else None


def words(names: Sequence[Any]) -> list[str]:
    """The text among the keys and attributes that lead somewhere, without their numbers."""
    return [re.sub(r"\[.*", "", one) for one in names if isinstance(one, str)]


def put_back_in_arrays(made: Any, names: Collection[str]) -> None:
    """Make arrays again of what a step has left as lists, where arrays of these names were."""
    for ref, value in places_of(made, is_matrix_of_lists, "", set()):
        if ref.name in names:
            ref.set(np.array(value, float))


def is_matrix_of_lists(value: Any) -> bool:
    """Whether something is a list of numbers that are not all whole, or of such lists of one length."""
    if not isinstance(value, list) or not value:
        return False
    if isinstance(value[0], list):
        return all(is_matrix_of_lists(one) and len(one) == len(value[0]) for one in value)
    return all(map(is_number, value)) and any(isinstance(one, float) for one in value)
