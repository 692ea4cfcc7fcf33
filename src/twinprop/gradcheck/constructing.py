"""An object is constructed: where usual arguments raise an error, others are tried, one and two at a time."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product
from typing import Any

import numpy as np

from twinprop.gradcheck.faults import SubjectError, error_with_line, guarded_call
from twinprop.gradcheck.guesses import HIDDEN, INPUTS
from twinprop.gradcheck.lent import LentActivation

MOST = 300
"""Arguments that are tried."""


def others(value: Any, outputs: int) -> list[Any]:
    """What an argument may be that is not what was taken for it."""
    if not isinstance(value, int | float | str | list | tuple | np.ndarray) or isinstance(value, bool):
        return []
    some = [
        [INPUTS, HIDDEN, outputs],
        [HIDDEN],
        (INPUTS, outputs),
        (2, 6, 7),
        INPUTS,
        0.5 * np.random.randn(INPUTS, outputs),
        0.5 * np.random.randn(outputs),
        np.tanh,
        LentActivation(),
        "relu",
        None,
    ]
    return [one for one in some if type(one) is not type(value) or np.shape(one) != np.shape(value)]


def constructed(
    title: Callable[[Sequence[Any]], str],
    found: Callable[..., Any],
    args: Sequence[Any],
    keywords: dict[str, Any],
    given: int,
    outputs: int,
) -> tuple[Any, Sequence[Any]]:
    """An object, and the arguments with which it was made.

    Args:
        title: what is being called with some arguments.
        args: usual ones, of which the first `given` are as they were typed.

    Raises:
        SubjectError: the constructor raised, of the usual arguments.
    """
    try:
        return guarded_call(title(args), found, *args, **keywords), args
    except SubjectError as error:
        for tried in variants(found, args, given, outputs, error):
            try:
                return found(*tried, **keywords), tried
            except Exception:  # not that
                continue
        raise


def variants(
    found: Callable[..., Any], args: Sequence[Any], given: int, outputs: int, error: SubjectError
) -> Iterator[Sequence[Any]]:
    """The arguments with one or two of them changed: those first that stand in the line of the error."""
    names = list(inspect.signature(found).parameters)[: len(args)]
    line = error_with_line(error.__cause__) if error.__cause__ is not None else ""
    free = sorted(range(given, len(args)), key=lambda at: at >= len(names) or names[at] not in line)
    count = 0
    for several in (*combinations(free, 1), *combinations(free, 2)):
        for values in product(*(others(args[at], outputs) for at in several)):
            count += 1
            if count > MOST:
                return
            changed = dict(zip(several, values, strict=True))
            yield [changed.get(at, value) for at, value in enumerate(args)]
