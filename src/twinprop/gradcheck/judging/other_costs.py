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

from twinprop.gradcheck.arrays.held import said, wrapped_in
from twinprop.gradcheck.arrays.inputs import targets_like
from twinprop.gradcheck.calling.naming import FORWARD
from twinprop.gradcheck.calling.returned import number_in
from twinprop.gradcheck.measuring.added_constants import functions_near
from twinprop.gradcheck.measuring.trial import Trial, slopes_of
from twinprop.gradcheck.objects.functions import BACK, COST, DERIVATIVE, LOSS, contains
from twinprop.gradcheck.source.roles import role_of, word_of
from twinprop.gradcheck.source.sources import nodes_of, returned_name, returned_names

OTHER = "right for the {}. `{}` is another loss of the same outputs, for which it is not."

CALL = re.compile(r"(?:(.+) = )?(?:\w+\.)*(\w+)\(.*", re.DOTALL)
"""The code of a call, and of what it is kept as."""

NEARLY = 0.002
"""Of the largest slope; two losses that differ by a small number in a logarithm are the same."""


def other_cost(trial: Trial) -> str:
    """What is said of the first loss of the file's own that is another one; empty where one is the likely one."""
    found = ""
    for function, first in costs_called(trial):
        same = [is_same(trial, function, first, numbers) for numbers in (False, True)]
        if True in same:
            return ""
        if False in same and not found:
            found = OTHER.format(trial.subject.way.likely, function.__name__)
    return found


def costs_called(trial: Trial) -> Iterator[tuple[Any, bool]]:
    """Functions and methods that are called for a loss of targets and of an output, and whether this comes first."""
    made, near = trial.subject.made, list(functions_near(trial.subject.made))
    plain = {one.__name__: one for one in near if one.__qualname__ == one.__name__}
    front = said(made, "_parts", {}).get("front")
    fronts = {*FORWARD.split()[:10], word_of(getattr(front, "__name__", trial.subject.way.forward.name))}
    nodes = [node for module in dict.fromkeys(map(inspect.getmodule, near)) for node in nodes_of(module)]
    assigned = (CALL.fullmatch(ast.unparse(node)) for node in nodes if isinstance(node, ast.Assign))
    kept = [found[1].strip("()").split(", ") for found in assigned if found and word_of(found[2]) in fronts]
    outputs = {names[-1 if len(names) > 2 else 0] for names in kept}  # A of A, caches; and of Z1, A1, Z2, A
    for node in nodes:
        if not isinstance(node, ast.Call) or len(node.args) != 2:
            continue
        given = [ast.unparse(one) for one in node.args]
        calls = [CALL.fullmatch(text) for text in given]
        made_there = [call is not None and word_of(call[2]) in fronts for call in calls]
        first, second = (text in outputs or goes for text, goes in zip(given, made_there, strict=True))
        owner, _, name = ast.unparse(node.func).rpartition(".")
        function = getattr(wrapped_in(made), name, None) if owner == "self" else plain.get(name) if not owner else None
        if first != second and inspect.isroutine(function) and is_cost(function, given[first]):
            yield function, first


def is_cost(function: Any, given: str) -> bool:
    """Whether a function of two arguments is called as a loss is, or returns what is, and is given targets."""
    name, taken = function.__name__, [*inspect.signature(function).parameters]
    returned = (*returned_names(function), returned_name(function))
    named = contains(name, COST) or any(LOSS.fullmatch(word_of(one)) for one in returned)
    targets = "y" in map(role_of, [*taken, given.rpartition(".")[2]])
    return named and targets and len(taken) == 2 and not contains(name, (*BACK, *DERIVATIVE))


def is_same(trial: Trial, function: Any, first: bool, numbers: bool) -> bool | None:
    """Whether a loss of an output, `first` or last, and of targets, as `numbers` of classes or not, is the likely one.

    It is where its slopes are nearly the same, times a number, but for a penalty. None where it wants something else.
    """
    classes = 0 if trial.inputs.axis else -1

    def values() -> Any:
        out = trial.subject.forward(trial.x, trial.inputs.y)
        y = targets_like(np.array(out), trial.inputs.y, classes)
        given = (np.array(out), np.argmax(y, classes) if numbers else y)[:: 1 if first else -1]
        other = number_in(function(*given), returned_names(function))
        return np.array([trial.of_output(out), float(other.reshape(()))])

    held = [(one.get(), one.get().copy()) for one in trial.parameters]
    rng, found = np.random.default_rng(0), []
    try:
        for array, _ in held:  # where weights are small, all losses are alike
            array[...] = rng.standard_normal(array.shape)
        for array, _ in held:
            slopes = slopes_of(trial.measure(array, 12, value=values), (*array.shape, 2))
            there = np.isfinite(slopes).all(-1)
            found.append([*slopes[there].T, array[there] * (array.ndim > 1)])  # a penalty leaves a bias
    except Exception:  # it wants something else
        return None
    finally:
        for array, old in held:
            array[...] = old
    likely, own, weights = np.concatenate(found, axis=1)
    whole = np.stack([likely, weights], axis=1)
    rest = [np.abs(own - part @ np.linalg.lstsq(part, own)[0]).max() for part in (whole[:, :1], whole) if own.size]
    return bool(min(rest) <= NEARLY * np.abs(own).max()) if rest else None
