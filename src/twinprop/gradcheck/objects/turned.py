"""A gradient that lies transposed is as good where its use turns it: a step of `dW.T`, or of a vector's functions."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.comparison import same_numbers
from twinprop.gradcheck.arrays.held import wrapped_in
from twinprop.gradcheck.calling.upkeep import names_rate
from twinprop.gradcheck.objects.functions import Functions
from twinprop.gradcheck.report import Gradient
from twinprop.gradcheck.source.sources import nodes_of

VECTOR = "{} is right, and has shape {}; what it is subtracted from has shape {}: transpose it for the update."
BY_STEP = "{} lies transposed, and the step turns it:\n{}"


def turned_back(
    found: Mapping[str, tuple[str, Any]], shapes: Mapping[str, tuple[int, ...]], made: Any
) -> dict[str, tuple[str, Any]]:
    """Gradients by what they are of, with their names, as the steps of a class use them; `shapes` of its parameters."""
    kind: Any = type(wrapped_in(made))
    return {
        of: (label, np.transpose(value) if is_turned(label, value, shapes.get(of, ()), kind) else value)
        for of, (label, value) in found.items()
    }


def is_turned(label: str, value: Any, shape: tuple[int, ...], kind: Any) -> bool:
    return len(shape) == 2 and np.shape(value) == shape[::-1] and bool(step_of_turned(label, kind))


@cache
def step_of_turned(label: str, kind: Any) -> str:
    """The step that subtracts a learning rate times a gradient, transposed; empty where there is none."""
    word = re.sub(r"\[.*?\]", "", label).rpartition(".")[2]
    for node in nodes_of(kind):
        if isinstance(node, ast.Assign | ast.AugAssign) and names_rate(node.value):
            parts = [part for part in ast.walk(node.value) if isinstance(part, ast.Attribute)]
            of = [ast.unparse(part.value) for part in parts if part.attr in ("T", "transpose")]
            if any(re.search(rf"\b{re.escape(word)}\b", one) for one in of):
                return ast.unparse(node)
    return ""


def told_of_turned(gradient: Gradient, made: Any) -> str:
    """What is said of a gradient that is right and lies transposed; else nothing."""
    value, shape = gradient.value, gradient.target.shape
    kind: Any = type(wrapped_in(made))
    if value is None or len(shape) != 2:
        return ""
    if gradient.passed and (line := step_of_turned(gradient.name, kind)):
        return BY_STEP.format(gradient.name, line)
    vector = isinstance(made, Functions) and 1 in shape and np.shape(value) == shape[::-1] != shape
    right = vector and same_numbers(np.transpose(value), gradient.right)
    return VECTOR.format(gradient.name, np.shape(value), shape) if right else ""
