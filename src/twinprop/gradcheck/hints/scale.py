"""The right gradient times a number: a lost 1/n, a sign, the 2 of a square, dropout's 1/(1 − p)."""

from __future__ import annotations

import numpy as np

from twinprop.gradcheck.hints.evidence import Evidence
from twinprop.gradcheck.matching import CLOSE, ratio
from twinprop.gradcheck.report import Gradient


def dropout_scale(evidence: Evidence, gradient: Gradient) -> str | None:
    """Dropout whose 1/(1 - p) is missing in backward."""
    k, trial = factor_of(gradient), evidence.trial
    if k is None or not evidence.is_layer or np.shape(trial.out) != trial.x.shape:
        return None
    kept = trial.out != 0
    scale = ratio(trial.out[kept], trial.x[kept])
    if kept.all() or scale is None or abs(scale * k - 1) > CLOSE or abs(scale - 1) < CLOSE:
        return None
    return f"forward multiplies what it keeps by {scale:.6g}, as dropout does by 1/(1 - p); so backward must, too."


def known_factor(evidence: Evidence, gradient: Gradient) -> str | None:
    """A factor that tells where it comes from."""
    k = factor_of(gradient)
    return None if k is None else factor_text(evidence, k)


def some_factor(evidence: Evidence, gradient: Gradient) -> str | None:
    """Any other factor."""
    k = factor_of(gradient)
    if k is None or gradient.target.size < 3 or abs(k - 1) < 0.01:
        return None
    return f"{k:.6g} times the right gradient: a constant factor is missing, or one too many."


def factor_of(gradient: Gradient) -> float | None:
    """By what number a gradient differs from the right one; None where more than a number is wrong."""
    if gradient.comparison is None or np.count_nonzero(np.nan_to_num(gradient.comparison.numeric)) < 2:
        return None  # one entry is a multiple of anything
    return ratio(gradient.comparison.analytic, gradient.comparison.numeric)


def also_scaled(evidence: Evidence, k: float | None) -> str:
    """What is wrong beside something else, where a factor other than 1 remains."""
    text = None if k is None or abs(k - 1) < CLOSE else factor_text(evidence, k)
    return f" Also, {text}" if text else ""


def factor_text(evidence: Evidence, k: float) -> str | None:
    """What a constant factor means; None where it is not one of the known."""
    for size, text in known_factors(evidence).items():
        if abs(abs(k) / size - 1) < CLOSE:
            if k > 0:
                return text or None
            return (
                f"the sign is wrong. Also, {text}" if text else "the sign is wrong: a minus is lost, or one too many."
            )
    return None


def known_factors(evidence: Evidence) -> dict[float, str]:
    """What each known factor means for this batch; a number that has two meanings has the later one."""
    n, inputs, loss = evidence.samples, evidence.trial.inputs, not evidence.is_layer
    y = inputs.y
    parts = 1 if inputs.kind == "binary" else (inputs.x if y is None or y.ndim < 2 else y).size // n
    numbers = f"{n}×{parts} numbers"
    once = f"{n} times too large, and there are {n} samples: 1/n is missing"
    twice = f"{n} times too small, and there are {n} samples: divided by n "
    square = ": the derivative of (a - y)² is 2 (a - y)." if loss else "."
    all_numbers = f"{n * parts} times too large: the loss is a mean over all {numbers}, so divide by their count."
    return {
        float(n * parts): all_numbers,
        float(parts): f"{parts} times too large: the loss is a mean over all {numbers}, not over {n}.",
        1.0 / parts: f"{parts} times too small: the loss is a mean over the {n} samples, not over all {numbers}.",
        1.0 / (n * parts): f"{n * parts} times too small, and there are {numbers}: divided by their count too often.",
        1.0 / n**2: f"{n}² times too small, and there are {n} samples: divided by n too often.",
        float(n) / 2: f"{n}/2 times too large: 1/n is missing, and the 2 of the derivative of (a - y)².",
        0.5: f"half as large as it should be{square}",
        2.0: "twice too large.",
        1.0 / n: f"{twice}twice, or forward does not divide."
        if loss
        else f"{twice}here. That belongs in the loss alone; a layer sums over the batch.",
        float(n): f"{once}, since the loss is a mean over them." if loss else f"{once}.",
        1.0: "",
    }
