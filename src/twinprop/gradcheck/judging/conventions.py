"""Where a gradient is right in another convention, it is taken for right, and told.

Where it is divided by the number of samples is a matter of convention, as long as it is done once: most divide in the
loss, some courses where the gradients of the parameters are computed. So is the sign, where the gradient of -loss is
added, and a small number that forward adds and backward leaves out, as in log(p + 1e-4).
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.comparison import CLOSE, compare, largest, same_numbers
from twinprop.gradcheck.arrays.held import said
from twinprop.gradcheck.calling.upkeep import names_rate
from twinprop.gradcheck.calling.way import DerivativeWay, FusedWay, JacobianWay, LayerWay, NetworkWay
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.hints.repair import another_batch
from twinprop.gradcheck.hints.table import factor_of
from twinprop.gradcheck.measuring.added_constants import without_small_constants
from twinprop.gradcheck.measuring.trial import CHANGE, Trial
from twinprop.gradcheck.objects.autograd import Operations
from twinprop.gradcheck.objects.graph_nodes import GraphNode
from twinprop.gradcheck.objects.several import Several, adds_up_to_one
from twinprop.gradcheck.objects.turned import told_of_turned
from twinprop.gradcheck.report import Gradient, Report
from twinprop.gradcheck.source.sources import nodes_of
from twinprop.gradcheck.training.own_loss import OwnLoss

MEAN = (
    "{} are divided by the {} samples here, and the gradient that is handed on is not. That is right together with a "
    "loss whose gradient is not divided by them, and wrong with one that is."
)
NOT_DIVIDED = (
    "{} is {} times the gradient of the loss, for 1/n comes in with the gradients of the parameters; they are right."
)
OF_WORDS = (
    "the loss is a mean over the {} samples, and the gradients are those of their sum: 1/n is missing, or it is a "
    "matter of the rate."
)
NEGATIVE = "the gradients are those of -loss. That is right with an update that adds them, as here:\n{}"
RATE = "{} changes every parameter by {:.6g} times its gradient, at a learning rate of 1: that is a matter of the rate."
TIMES = "a step of {} is the gradient of {} times {:.6g} and the learning rate{}."
CLIPPED_NORM = (
    "right but for one factor: all gradients are scaled down to a norm of {:.4g}, as by a clipping of the norm. Do "
    "that after the check, or in the optimizer."
)
ONE = (
    "backward returns 1 for the derivative of a softmax. That is right together with a cross entropy whose gradient is "
    "p - y, which holds it already, and wrong with any other loss."
)
NO_DX = "backward returns no dx. A layer below this one would need it; a first layer has none below."


def accept_conventions(trial: Trial, report: Report) -> None:
    """Take for right what is right in another convention, and say so."""
    way = trial.subject.way
    made = trial.subject.made
    inputs, own = inputs_and_own(trial, report.gradients)
    for one in own:
        if told := told_of_turned(one, made):
            one.accepted = "transposed"
            report.notes.append(told)
    n = trial.inputs.count
    means = [one for one in own if (one.passed if trial.parts else is_times(one, 1 / n))]
    divided = bool(own) and own == means and n > 1 and all(one.passed for one in inputs)
    if trial.parts or (divided and isinstance(way, LayerWay)):
        for one in means:
            one.accepted = "a mean"
        report.advice.append(MEAN.format(", ".join(one.name for one in means), n))
    if n > 1 and own and isinstance(way, NetworkWay) and all(one.passed for one in own):
        for one in inputs:
            if is_times(one, n):
                one.accepted = "n times"
                report.notes.append(NOT_DIVIDED.format(one.name, n))
    words = made.batch if isinstance(made, OwnLoss) else 0
    if words > 1 and own and all(is_times(one, words) for one in own):
        for one in own:
            one.accepted = "n times"
        report.advice.append(OF_WORDS.format(words))
    if isinstance(way, FusedWay) and own and all(one.passed for one in own):
        for one in inputs:
            one.accepted = "" if one.value is not None else "not needed"  # a whole network has none below
    # of a step, what the gradient is multiplied by is a matter of the rate
    rated = way.is_loss and trial.subject.knows_rate
    stepping = way.after or (way.backward if rated else None)
    step = said(made, "train", "") or (stepping.name if stepping is not None else "")
    grown = said(made, "grown", 1.0)
    for one in own:
        if grown != 1 and not one.passed and (is_times(one, grown) or same_step(one, grown)):
            one.accepted = "its rate"
    moving = [one for one in own if one.value is None or np.any(one.value)]
    if step and moving and all(one.name.startswith(CHANGE) and not one.passed for one in moving):
        factor = next((found for one in moving if (found := ratio_of(one))), 0.0)
        if factor > 0 and all(is_times(one, factor) or same_step(one, factor) for one in moving):
            for one in moving:
                one.accepted = "its rate"
            cost = way.loss_method or (None if way.guesses else way.forward)
            if cost is None:
                report.notes.append(RATE.format(step, factor))
            else:
                lost = ": 1/n is missing" if n > 1 and abs(factor / n - 1) < CLOSE else ""
                report.advice.append(TIMES.format(step, cost.name, factor, lost))
    if (
        isinstance(way, DerivativeWay | JacobianWay)
        and adds_up_to_one(np.asarray(trial.out))
        and all(map(is_one, report.gradients))
    ):
        for one in report.gradients:
            one.accepted = "fused"
        report.advice.append(ONE)
    accept_negative(trial, report)
    accept_clipped_norm(trial, report)
    accept_small_constants(trial, report)
    floats = trial.x.dtype.kind == "f"  # word numbers have no gradient
    if (
        floats
        and trial.returned_no_dx
        and isinstance(way, LayerWay)
        and not inputs
        and own
        and not isinstance(made, Operations | GraphNode)
    ):
        report.advice.append(NO_DX)


def is_one(gradient: Gradient) -> bool:
    return gradient.of == "x" and gradient.value is not None and bool(np.all(gradient.value == 1))


def inputs_and_own(trial: Trial, gradients: Sequence[Gradient]) -> tuple[list[Gradient], list[Gradient]]:
    """The gradients of what goes in, and those of parameters."""
    made = trial.subject.made
    extras = made._plan.extras if isinstance(made, Several) else []
    inputs = [one for one in gradients if one.of == "x" or one.of in extras]
    return inputs, [one for one in gradients if one not in inputs]


def means_beside_mistakes(trial: Trial, gradients: Sequence[Gradient]) -> dict[str, float]:
    """The part of the loss that a layer's gradients are of, 1/n, where some are so, and something else is wrong.

    If dx is divided as well, it is 1/n that is wrong; and if a gradient is no mean, the others are none by convention.
    """
    n = trial.inputs.count
    inputs, own = inputs_and_own(trial, gradients)
    means = [one for one in own if is_times(one, 1 / n)]
    undivided = any(one.passed for one in own) or any(is_times(one, 1 / n) for one in inputs)
    if n == 1 or not isinstance(trial.subject.way, LayerWay) or not means or undivided:
        return {}
    return {} if own == means and all(one.passed for one in inputs) else {one.of: 1 / n for one in own}


def accept_negative(trial: Trial, report: Report) -> None:
    """Take for right the gradients of -loss, where the class adds its steps: W += lr * dW."""
    if line := negative_and_added(trial, report.gradients):
        for one in report.gradients:
            one.accepted = "negative"
        report.advice.append(NEGATIVE.format(line))


def accept_clipped_norm(trial: Trial, report: Report) -> None:
    """Take for right what is scaled down on purpose: all by one factor, to a norm that another batch gets, too."""
    own = [one for one in report.gradients if one.of != "x"]
    k = next((found for one in own if (found := ratio_of(one))), 0.0)
    if report.found or not 0 < k < 1 - CLOSE or not all(same_step(one, k) or is_times(one, k) for one in own):
        return
    try:
        with another_batch(trial) as other:
            again = other.gradients()
    except SubjectError:
        return
    values = [[one.value for one in own], [again[one.of][1] for one in own if one.of in again]]
    if all(map(np.array_equal, *values)):
        return  # it has one batch alone
    first, second = (float(np.sqrt(sum(np.sum(np.square(one)) for one in some))) for some in values)
    if abs(first - second) < 1e-3 * first:
        for one in own:
            one.accepted = "scaled"
        report.advice.append(CLIPPED_NORM.format(first))


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
        if isinstance(added, ast.BinOp) and isinstance(added.op, ast.Mult) and names_rate(added):
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


def same_step(gradient: Gradient, factor: float) -> bool:
    """Whether it is that many times the right one, be it in a single entry, as that of a parameter beside others."""
    return not gradient.problem and gradient.value is not None and same_numbers(gradient.value, factor * gradient.right)


CONSTANT = (
    "forward adds a small number, {}, which backward leaves out: the gradients are those without it, and differ from "
    "those of the loss, the more so the smaller what it is added to."
)


def accept_small_constants(trial: Trial, report: Report) -> None:
    """Take for right what differs from the measured by a small number alone that forward adds, as within a logarithm.

    Such gradients are right for a forward without it.
    """
    wrong = [one for one in report.gradients if not one.passed]
    if not wrong or any(one.problem or one.comparison is None for one in wrong):
        return
    try:
        with without_small_constants(trial.subject.made, not all(map(nearly_right, wrong))) as names:
            if not names:
                return
            trial.out = trial.subject.forward(trial.x, trial.inputs.y)
            without = {one.of: trial.measure(one.target) for one in wrong}
    except SubjectError:
        return
    scale = largest([entry.central[1] for each in without.values() for entry in each.values()])
    values = [(np.reshape(one.value, one.target.shape), without[one.of]) for one in wrong]
    if names and not any(compare(value, measured, scale).wrong for value, measured in values):
        for one in wrong:
            one.accepted = "but for a constant"
        report.advice.append(CONSTANT.format(" or ".join(names)))


def nearly_right(gradient: Gradient) -> bool:
    numeric = np.asarray(gradient.right)
    size = np.abs(numeric[np.isfinite(numeric)]).max(initial=0.0)
    return bool(np.nan_to_num(np.abs(gradient.value - numeric)).max(initial=0.0) < 0.02 * size)
