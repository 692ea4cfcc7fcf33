"""Where a gradient is divided by the number of samples is a matter of convention, as long as it is done once.

Most divide in the loss. Some courses divide where the gradients of the parameters are computed, and hand on one that is
not divided. Both are right, if the rest of the network does the same.
"""

from __future__ import annotations

from twinprop.gradcheck.calling import LayerWay, NetworkWay
from twinprop.gradcheck.hints.scale import factor_of
from twinprop.gradcheck.matching import CLOSE
from twinprop.gradcheck.operations import Operations
from twinprop.gradcheck.report import Gradient, Report
from twinprop.gradcheck.several import Several
from twinprop.gradcheck.trial import Trial

MEAN = (
    "{} are divided by the {} samples here, and the gradient that is handed on is not. That is right together with a "
    "loss whose gradient is not divided by them, and wrong with one that is."
)
NOT_DIVIDED = (
    "{} is {} times the gradient of the loss, for 1/n comes in with the gradients of the parameters; they are right."
)
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
    if trial.returned_nothing and isinstance(way, LayerWay) and not inputs and own and not isinstance(made, Operations):
        report.advice.append(NO_DX)


def is_times(gradient: Gradient, factor: float) -> bool:
    """Whether a gradient is that many times the right one, and nothing else is wrong with it."""
    if gradient.passed or gradient.problem or gradient.comparison is None:
        return False
    found = factor_of(gradient)
    if found is None and gradient.target.size == 1:
        numeric = float(gradient.right.ravel()[0])
        found = float(gradient.comparison.analytic.ravel()[0]) / numeric if numeric else None
    return found is not None and abs(found / factor - 1) < CLOSE
