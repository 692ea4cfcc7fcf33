"""Where a gradient is divided by the number of samples is a matter of convention, as long as it is done once.

Most divide in the loss. Some courses divide where the gradients of the parameters are computed, and hand on one that is
not divided. Both are right, if the rest of the network does the same. So is the gradient of -loss, where it is added.
"""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from twinprop.gradcheck.calling import FusedWay, LayerWay, NetworkWay
from twinprop.gradcheck.functions import Functions
from twinprop.gradcheck.hints.patterns import factor_of
from twinprop.gradcheck.matching import CLOSE, same_numbers
from twinprop.gradcheck.operations import Operations
from twinprop.gradcheck.report import Gradient, Report
from twinprop.gradcheck.roles import role_of
from twinprop.gradcheck.several import Several
from twinprop.gradcheck.small_constants import accept_small_constants
from twinprop.gradcheck.sources import nodes_of
from twinprop.gradcheck.trial import CHANGE, Trial

MEAN = (
    "{} are divided by the {} samples here, and the gradient that is handed on is not. That is right together with a "
    "loss whose gradient is not divided by them, and wrong with one that is."
)
NOT_DIVIDED = (
    "{} is {} times the gradient of the loss, for 1/n comes in with the gradients of the parameters; they are right."
)
NEGATIVE = "the gradients are those of -loss. That is right with an update that adds them, as here:\n{}"
TURNED = "{} is right, and has shape {}; what it is subtracted from has shape {}: transpose it for the update."
RATE = "{} changes every parameter by {:.6g} times its gradient, at a learning rate of 1: that is a matter of the rate."
NO_DX = "backward returns nothing. A layer below this one would need dx; a first layer has none below."


def accept_conventions(trial: Trial, report: Report) -> None:
    """Take for right what is right in another convention, and say so."""
    way = trial.subject.way
    made = trial.subject.made
    extras = made._plan.extras if isinstance(made, Several) else []
    inputs = [one for one in report.gradients if one.of == "x" or one.of in extras]
    own = [one for one in report.gradients if one not in inputs]
    n = trial.inputs.count
    divided = bool(own) and n > 1 and all(is_times(one, 1 / n) for one in own)
    if divided and isinstance(way, LayerWay) and all(one.passed for one in inputs):
        for one in own:
            one.accepted = "a mean"
        report.advice.append(MEAN.format(", ".join(one.name for one in own), n))
    if n > 1 and own and isinstance(way, NetworkWay) and all(one.passed for one in own):
        for one in inputs:
            if is_times(one, n):
                one.accepted = "n times"
                report.notes.append(NOT_DIVIDED.format(one.name, n))
    if isinstance(way, FusedWay) and own and all(one.passed for one in own):
        for one in inputs:
            one.accepted = "" if one.value is not None else "not needed"  # a whole network has none below
    if isinstance(made, Functions):
        for one in own:
            if is_turned_vector(one):
                one.accepted = "transposed"
                report.notes.append(TURNED.format(one.name, np.shape(one.value), one.target.shape))
    if way.after is not None and own and all(one.name.startswith(CHANGE) for one in own):
        factors = [ratio_of(one) for one in own]
        if factors[0] and factors[0] > 0 and all(one and abs(one / factors[0] - 1) < CLOSE for one in factors):
            for one in own:
                one.accepted = "its rate"
            report.notes.append(RATE.format(way.after.name, factors[0]))
    accept_negative(trial, report)
    accept_small_constants(trial, report)
    floats = trial.x.dtype.kind == "f"  # word numbers have no gradient
    if (
        floats
        and trial.returned_nothing
        and isinstance(way, LayerWay)
        and not inputs
        and own
        and not isinstance(made, Operations)
    ):
        report.advice.append(NO_DX)


def is_turned_vector(gradient: Gradient) -> bool:
    """Whether a gradient is right, but a row for a column."""
    value, shape = gradient.value, gradient.target.shape
    turned = value is not None and len(shape) == 2 and 1 in shape and np.shape(value) == shape[::-1] != shape
    return turned and same_numbers(np.transpose(value), gradient.right)


def accept_negative(trial: Trial, report: Report) -> None:
    """Take for right the gradients of -loss, where the class adds its steps: W += lr * dW."""
    if line := negative_and_added(trial, report.gradients):
        for one in report.gradients:
            one.accepted = "negative"
        report.advice.append(NEGATIVE.format(line))


def negative_and_added(trial: Trial, gradients: list[Gradient]) -> str:
    """The line that adds a step, where every gradient is that of -loss; else nothing."""
    negative = isinstance(trial.subject.way, NetworkWay) and all(is_times(one, -1) for one in gradients)
    return line_that_adds(trial.subject.made) if negative and gradients else ""


def line_that_adds(made: Any) -> str:
    """The code of an update that adds a step, as `self.W += lr * dW`; empty where there is none."""
    for node in nodes_of(type(made)):
        added: ast.expr | None = None
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
            added = node.value
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and not isinstance(node.left, ast.BinOp):
            added = node.right  # mu * v + lr * dW is a velocity, which may be subtracted
        if isinstance(added, ast.BinOp) and isinstance(added.op, ast.Mult):
            words = [ast.unparse(part).rpartition(".")[2] for part in ast.walk(added) if isinstance(part, ast.expr)]
            if any(role_of(word) == "rate" for word in words):
                return ast.unparse(node)
    return ""


def is_times(gradient: Gradient, factor: float) -> bool:
    """Whether a gradient is that many times the right one, and nothing else is wrong with it."""
    found = ratio_of(gradient)
    return not gradient.passed and found is not None and abs(found / factor - 1) < CLOSE


def ratio_of(gradient: Gradient) -> float | None:
    """How many times the right one a gradient is, if it has its shape; a single number is some multiple in any case."""
    if gradient.problem or gradient.comparison is None:
        return None
    found = factor_of(gradient)
    if found is None and gradient.target.size == 1:
        numeric = float(gradient.right.ravel()[0])
        found = float(gradient.comparison.analytic.ravel()[0]) / numeric if numeric else None
    return found
