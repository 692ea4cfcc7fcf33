"""What a method has returned, or left: the output among several arrays, or the one number that is a loss."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.held import FloatArray, attributes_of, is_number, said
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.source.roles import role_of, word_of
from twinprop.gradcheck.source.sources import assigned_in, left_names, nodes_of, returned_names, returns_of

OUTPUTS = ("output", "outputs", "out", "activations", "activation", "yhat", "ypred", "probs", "a", "y", "result")
"""Attributes where forward may leave what it does not return."""

BEFORE = re.compile(r"_?(z|pre|net_?in|logit|score)")
"""Names of what an activation is given."""

LOSS_NAMED = re.compile(r"j|\w*(loss|cost|error|nll)\w*")
"""Names of attributes where a loss is left."""

NAMED = re.compile(r"(a|h|z|out|output|activation|y_?hat|y_?pred|probs?|logits|scores)_?(\d*)")
"""Names of outputs in a dict, of each layer or of the last."""


def is_many(returned: Any, out: Any = None) -> bool:
    """Whether a method has returned a loss for each sample, or for each number of an output."""
    array = isinstance(returned, np.ndarray) and returned.ndim > 0 and returned.dtype.kind == "f"
    return array and (out is None or np.squeeze(returned).ndim < 2 or returned.shape == np.shape(out))


def names_of(made: Any, method: str) -> list[str]:
    """The names of what a method returns, or what of functions goes back, as their source tells."""
    told = said(made, "returned_names")
    return list(told) if told is not None else returned_names(getattr(made, method))


def number_in(returned: Any, names: Sequence[str] = ()) -> Any:
    """The only number among what a method returned, or the one that is named as a loss; None where there is none."""
    parts = returned if isinstance(returned, tuple | list) else [returned]
    numbers = [at for at, one in enumerate(parts) if is_number(one) or (isinstance(one, np.ndarray) and one.size == 1)]
    if len(numbers) > 1:
        numbers = [at for at in numbers if at < len(names) and re.search("loss|cost|err", names[at].lower())]
    return np.asarray(parts[numbers[0]]) if len(numbers) == 1 else None


def loss_in(made: Any, method: str, returned: Any) -> Any:
    """The number among what a method returned, or left, that is its loss; of a part and a sum with it, the sum."""
    if returned is None:
        names = [name for name in left_names(getattr(made, method)) if LOSS_NAMED.fullmatch(word_of(name))]
        return number_in([attributes_of(made).get(name) for name in names], names)
    total = place_of_sum(getattr(made, method))
    several = isinstance(returned, tuple | list) and total is not None
    return number_in(returned[total] if several else returned, names_of(made, method))


@cache
def place_of_sum(function: Any) -> int | None:
    """Where a sum stands in what a function returns with a part of it: `return data, data + penalty`."""
    function = getattr(function, "__func__", function)
    last = next(reversed(returns_of(function)), None)
    parts = last.elts if isinstance(last, ast.Tuple | ast.List) else []
    pairs = [pair for node in nodes_of(function) if isinstance(node, ast.Assign) for pair in assigned_in(node)]
    made = {ast.unparse(target): value for target, value in pairs}
    for at, value in enumerate(made.get(ast.unparse(part), part) for part in parts):
        sides = [value.left, value.right] if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add) else []
        if {ast.unparse(part) for part in parts} & {ast.unparse(one) for one in sides}:
            return at
    return None


def array_in(made: Any, returned: Any, before: Mapping[str, int], names: Sequence[str] = ()) -> Any:
    """The first array that forward returned, or left in an attribute: one called `output` or the like, or the last.

    Whole numbers beside others are classes that were predicted. Of arrays in a list or a dict, one is the output; of
    two lists, it is in that of the activations.

    Args:
        names: of what forward returns, or of the attributes that it computes, as its source tells.
    """
    arrays = []
    parts = list(returned) if isinstance(returned, tuple) else [returned]
    if len(names) == len(parts):
        lists = all(isinstance(one, list) for one in parts)  # beside activations, outputs are those of the sums

        def order(at: int) -> tuple[bool, bool, bool]:
            activations = lists and "activ" in names[at].lower()
            return BEFORE.match(names[at]) is not None, not activations, not is_output(names[at])

        parts = [parts[at] for at in sorted(range(len(parts)), key=order)]
    for part in parts:
        if isinstance(part, np.ndarray) and part.dtype.kind in "fiu":
            arrays.append(part)
        elif isinstance(part, dict | list) and (last := last_of(part)) is not None:
            arrays.append(last)
        elif isinstance(part, list) and part:
            with suppress(ValueError, TypeError):  # of several shapes, or no numbers
                whole = np.array(part).dtype.kind in "iu"
                arrays.append(np.array(part, int if whole else float))
    if arrays:
        found = next((one for one in arrays if one.dtype.kind == "f"), arrays[0])
        return found if isinstance(returned, tuple | np.ndarray) else found.astype(float)
    if returned is not None:
        return None
    held = {
        word_of(name): value
        for name, value in attributes_of(made).items()
        if isinstance(value, np.ndarray) and value.dtype.kind == "f" and before.get(name) != id(value)
    }
    exact = next((held[name] for name in OUTPUTS if name in held), None)
    # of A1 and A2, the last
    numbered = [value for name, value in held.items() if name.rstrip("0123456789") in ("a", "y", "out", "output")]
    last = [held[word_of(name)] for name in names if word_of(name) in held]
    by_layer = {word_of(name): last_layer(value) for name, value in attributes_of(made).items()}
    kept = [by_layer[name] for name in OUTPUTS if by_layer.get(name) is not None]
    return exact if exact is not None else next(iter([*numbered[-1:], *last[-1:], *kept[:1]]), None)


def is_output(name: str) -> bool:
    """Whether a name is one of probabilities or predictions; a letter alone says little."""
    return len(name) > 1 and role_of(name) == "out"


def last_layer(several: Any) -> Any:
    """The last array of a list, or of a dict by numbers, as in `self.A[i] = ...`; None where it is neither."""
    numbered = isinstance(several, dict) and several and all(type(key) is int for key in several)
    one = several[max(several)] if numbered else several[-1] if isinstance(several, list) and several else None
    return one if isinstance(one, np.ndarray) and one.dtype.kind == "f" else None


def last_of(several: Any) -> Any:
    """The output in a list of activations, or in a dict of all that forward computes; None where there is none."""
    if isinstance(several, list):
        shapes = {one.shape if isinstance(one, np.ndarray) else None for one in several}
        return several[-1] if len(shapes) > 1 and None not in shapes else None
    held = {str(name).lower(): one for name, one in several.items() if isinstance(one, np.ndarray)}
    named = {name: found for name in held if (found := NAMED.fullmatch(name))}

    def order(name: str) -> tuple[float, bool]:
        found = named[name]
        return float(found[2] or "inf"), BEFORE.match(name) is None

    return held[max(named, key=order)] if named else None


def refuse_coarse(title: str, name: str, out: FloatArray) -> None:
    if out.dtype in (np.float32, np.float16):
        raise SubjectError(
            f"{title}.{name} returned {out.dtype} for a float64 input, which is too coarse to check; "
            "leave out the cast.",
            False,
        )
