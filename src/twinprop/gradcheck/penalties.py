"""Where a network does not say its loss, a step may be that of a likely loss and of a penalty on the weights.

½ c |W|² adds c W to the gradient of W, with the same c for all weights, and leaves the biases as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from twinprop.gradcheck.report import Gradient, Report
from twinprop.gradcheck.trial import CHANGE, Trial

FEWEST = 3
"""Entries that tell a penalty from a mistake: two of them are always a sum of two multiples."""

EXACT = 1e-5

PENALTY = "what {} changes is the gradient of the loss and of a penalty, {:.4g} times the squares of {}{}."
TIMES = ", times {:.6g} and the learning rate"


def accept_penalty(trial: Trial, report: Report) -> None:
    """Take for right what is the gradient of the loss with a penalty, and say so."""
    factor, share = penalty_in(trial, report.gradients)
    shrunk = [one for one in report.gradients if share and fits(*known(one), factor, share)]
    for one in report.gradients:
        if not one.passed and (one in shrunk or (share and fits(*known(one), factor, 0.0))):
            one.accepted = "with a penalty"
    if shrunk:
        backward = trial.subject.way.backward
        name = getattr(trial.subject.made, "train", backward.name if backward is not None else "")
        times = TIMES.format(factor) if abs(factor - 1) > EXACT else ""
        report.notes.append(PENALTY.format(name, share / factor / 2, ", ".join(one.of for one in shrunk), times))


def penalty_in(trial: Trial, gradients: Sequence[Gradient]) -> tuple[float, float]:
    """How many times the gradient of the loss, and of the weights themselves, add up to that of the most weights.

    0, where they do not. A step may be another multiple of all gradients than the rate, since that is not always known.
    """
    if not trial.subject.way.guesses or any(one.problem or one.comparison is None for one in gradients):
        return 0.0, 0.0
    own = [one for one in gradients if one.of != "x"]
    main = max(own, key=lambda one: one.target.size, default=None)
    factor, share = parts_of(*known(main)) if main is not None else (0.0, 0.0)
    steps = all(one.name.startswith(CHANGE) for one in gradients)
    same = all(fits(*known(one), factor, 0.0) or fits(*known(one), factor, share) for one in own)
    likely = abs(factor - 1) < EXACT or (steps and same and factor > EXACT)
    return (factor, share) if likely and share > EXACT else (0.0, 0.0)


def known(gradient: Gradient) -> tuple[Any, Any, Any]:
    """The numbers of a gradient, of the right one and of the weights, where the right one is known."""
    there = np.isfinite(gradient.right)
    return np.asarray(gradient.value).reshape(there.shape)[there], gradient.right[there], gradient.target[there]


def parts_of(value: Any, slope: Any, weights: Any) -> tuple[float, float]:
    """How many times the right gradient, and the weights, add up to a gradient; 0 where they do not."""
    if np.size(value) < FEWEST or np.shape(value) != np.shape(slope):
        return 0.0, 0.0
    (factor, share), *_ = np.linalg.lstsq(np.stack([np.ravel(slope), np.ravel(weights)], axis=1), np.ravel(value))
    return (float(factor), float(share)) if fits(value, slope, weights, factor, share) else (0.0, 0.0)


def fits(value: Any, slope: Any, weights: Any, factor: float, share: float) -> bool:
    """Whether a gradient is that multiple of the right one and of the weights."""
    return bool(np.allclose(value, factor * slope + share * weights, 0, EXACT * np.abs(value).max(initial=0.0)))
