"""A gradient that differs from the measured by a small number alone, which forward adds, as in log(p + 1e-4)."""

from __future__ import annotations

import ast
from types import FunctionType
from typing import Any, TypeGuard

import numpy as np

from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.hints.routines import functions_near
from twinprop.gradcheck.matching import same_numbers
from twinprop.gradcheck.report import Gradient, Report
from twinprop.gradcheck.sources import nodes_of
from twinprop.gradcheck.trial import Trial, slopes_of

CONSTANT = (
    "forward adds a small number, {}, which backward leaves out: the gradients are those without it, and differ a "
    "little from those of the loss."
)


def accept_small_constants(trial: Trial, report: Report) -> None:
    """Take for right what differs from the measured by a small number alone that forward adds, as within a logarithm.

    Such gradients are right for a forward without it.
    """
    wrong = [one for one in report.gradients if not one.passed]
    if not wrong or any(one.problem or one.comparison is None for one in wrong) or not all(map(nearly_right, wrong)):
        return
    found = [(one, one.__code__, small) for one in functions_near(trial) if (small := small_constants(one))]
    names = sorted({f"{constant:g}" for _, _, small in found for constant in small})
    try:
        for function, code, small in found:
            consts = tuple(0.0 if value in small else value for value in code.co_consts)
            function.__code__ = code.replace(co_consts=consts)
        slopes = {one.of: slope_of(trial, one) for one in wrong}
    except SubjectError:
        return
    finally:
        for function, code, _ in found:
            function.__code__ = code
    if all(same_numbers(one.value, slopes[one.of]) for one in wrong):
        for one in wrong:
            one.accepted = "but for a constant"
        report.advice.append(CONSTANT.format(" or ".join(names)))


def slope_of(trial: Trial, gradient: Gradient) -> Any:
    trial.out = trial.subject.forward(trial.x, trial.inputs.y)
    return slopes_of(trial.measure(gradient.target), gradient.target.shape)


def nearly_right(gradient: Gradient) -> bool:
    numeric = np.asarray(gradient.right)
    size = np.abs(numeric[np.isfinite(numeric)]).max(initial=0.0)
    return bool(np.nan_to_num(np.abs(gradient.value - numeric)).max(initial=0.0) < 0.02 * size)


def is_small(value: Any) -> TypeGuard[float]:
    return isinstance(value, float) and 0 < value <= 1e-3


def small_constants(function: FunctionType) -> list[float]:
    """Those that a function adds, and does not multiply with, as a learning rate or a weight of a penalty."""
    nodes = list(nodes_of(function))
    sums = [node for node in nodes if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)]
    sides = [side for node in sums for side in (node.left, node.right)]
    added = {ast.unparse(side) for side in sides if isinstance(side, ast.Name | ast.Constant)}
    loads = [node for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    other = {node.id for node in loads if node not in sides}
    small: list[float] = [
        node.value for node in sides if isinstance(node, ast.Constant) and isinstance(node.value, float)
    ]
    # h = 1e-4
    named = [node for node in nodes if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in added - other]
    small += [node.value.value for node in named if isinstance(node.value, ast.Constant) and is_small(node.value.value)]
    return [value for value in small if is_small(value)]
