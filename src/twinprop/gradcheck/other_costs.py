"""The losses that a file computes of what goes forward, where a network does not say which one is its own.

Where the gradients are those of a likely loss, and what is called there for a loss of the same outputs is another one,
that is told. A multiple of it, with a penalty or not, is none.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from twinprop.gradcheck.functions import BACK, COST, DERIVATIVE, LOSS, contains
from twinprop.gradcheck.held import said, wrapped_in
from twinprop.gradcheck.hints.routines import functions_near
from twinprop.gradcheck.inputs import targets_like
from twinprop.gradcheck.returned import number_in
from twinprop.gradcheck.roles import role_of, word_of
from twinprop.gradcheck.sources import nodes_of, returned_name, returned_names
from twinprop.gradcheck.trial import Trial, slopes_of
from twinprop.gradcheck.ways import FORWARD

OTHER = "right for the {}. `{}` is another loss of the same outputs, for which it is not."

ENTRIES = 12
"""Of each gradient, that tell whether two losses are the same."""

CALL = re.compile(r"(?:(.+) = )?(?:\w+\.)*(\w+)\(.*", re.DOTALL)
"""The code of a call, and of what it is kept as."""

NEARLY = 0.002
"""Of the largest slope; two losses that differ by a small number in a logarithm are the same."""


def other_cost(trial: Trial) -> str:
    """What is said of the first loss of the file's own that is another one; empty where one is the likely one."""
    y, classes = trial.inputs.y, 0 if trial.inputs.axis else -1
    try:
        like = targets_like(np.asarray(trial.out), y, classes)
    except ValueError:
        return ""
    found = ""
    for function, first in costs_called(trial):
        same = [is_same(trial, function, first, one) for one in (like, np.argmax(like, classes))]
        if True in same:
            return ""
        if False in same and not found:
            found = OTHER.format(trial.subject.way.likely, function.__name__)
    return found


def costs_called(trial: Trial) -> Iterator[tuple[Any, bool]]:
    """Functions and methods that are called for a loss of targets and of an output, and whether this comes first."""
    made, near = trial.subject.made, list(functions_near(trial))
    plain = {one.__name__: one for one in near if one.__qualname__ == one.__name__}
    front = said(made, "_parts", {}).get("front")
    fronts = {*FORWARD.split()[:10], word_of(getattr(front, "__name__", trial.subject.way.forward.name))}
    nodes = [node for module in dict.fromkeys(map(inspect.getmodule, near)) for node in nodes_of(module)]
    assigned = (CALL.fullmatch(ast.unparse(node)) for node in nodes if isinstance(node, ast.Assign))
    outputs = {output_of(found[1]) for found in assigned if found and word_of(found[2]) in fronts}
    for node in nodes:
        if not isinstance(node, ast.Call) or len(node.args) != 2:
            continue
        given = [ast.unparse(one) for one in node.args]
        calls = [CALL.fullmatch(text) for text in given]
        first, second = (
            text in outputs or (call is not None and word_of(call[2]) in fronts)
            for text, call in zip(given, calls, strict=True)
        )
        owner, _, name = ast.unparse(node.func).rpartition(".")
        function = getattr(wrapped_in(made), name, None) if owner == "self" else plain.get(name) if not owner else None
        if first != second and inspect.isroutine(function) and is_cost(function):
            names = [list(inspect.signature(function).parameters)[first], given[first].rpartition(".")[2]]
            if "y" in map(role_of, names):
                yield function, first


def output_of(targets: str) -> str:
    """`A` of `A, caches`, which a forward returns, and of `Z1, A1, Z2, A` as well."""
    several = targets.strip("()").split(", ")
    return several[-1 if len(several) > 2 else 0]


def is_cost(function: Any) -> bool:
    """Whether a function of two arguments is called as a loss is, or returns what is."""
    name, returned = function.__name__, (*returned_names(function), returned_name(function))
    named = contains(name, COST) or any(LOSS.fullmatch(word_of(one)) for one in returned)
    return named and not contains(name, (*BACK, *DERIVATIVE)) and len(inspect.signature(function).parameters) == 2


def is_same(trial: Trial, function: Any, first: bool, y: Any) -> bool | None:
    """Whether a loss has nearly the slopes of the likely one, times a number, but for shares of the weights.

    Args:
        first: whether it is given the output first, and then the targets.

    Returns:
        None where it wants something else.
    """

    def values() -> Any:
        out = trial.subject.forward(trial.x, trial.inputs.y)
        given = (np.array(out), np.array(y))[:: 1 if first else -1]
        other = number_in(function(*given), returned_names(function))
        return np.array([trial.of_output(out), float(other.reshape(()))])

    found = []
    try:
        for array in (one.get() for one in trial.parameters):
            slopes = slopes_of(trial.measure(array, ENTRIES, value=values), (*array.shape, 2))
            there = np.isfinite(slopes).all(-1)
            found.append([*slopes[there].T, array[there] * (array.ndim > 1)])  # a penalty leaves a bias
    except Exception:  # it wants something else
        return None
    likely, own, weights = np.concatenate(found, axis=1)
    whole = np.stack([likely, weights], axis=1)
    rest = [np.abs(own - part @ np.linalg.lstsq(part, own)[0]).max() for part in (whole[:, :1], whole) if own.size]
    return bool(min(rest) <= NEARLY * np.abs(own).max()) if rest else None
