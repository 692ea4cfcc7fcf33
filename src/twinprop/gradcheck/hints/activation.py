"""The derivative of an activation on its own: missing, of another function, of softmax entry by entry."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np

from twinprop.gradcheck.held import FloatArray
from twinprop.gradcheck.hints.evidence import Evidence
from twinprop.gradcheck.matching import proportional
from twinprop.gradcheck.report import Gradient


def sigmoid(z: FloatArray) -> FloatArray:
    return 1 / (1 + np.exp(-z))


DERIVATIVES: dict[str, Callable[[FloatArray], FloatArray]] = {
    "{} (1 - {})": lambda a: a * (1 - a),
    "1 - {}²": lambda a: 1 - a * a,
    "({} > 0)": lambda a: (a > 0).astype(float),
    "sigmoid'({})": lambda a: sigmoid(a) * (1 - sigmoid(a)),
    "tanh'({})": lambda a: 1 - np.tanh(a) ** 2,
}


def dx_of_activation(evidence: Evidence, gradient: Gradient) -> FloatArray | None:
    """dx of a layer without parameters whose output has the shape of x; None where it is something else."""
    trial = evidence.trial
    if gradient.of != "x" or not evidence.is_layer or gradient.comparison is None:
        return None
    value = gradient.comparison.analytic
    return value if trial.dy.shape == value.shape and not trial.parameters else None


def dy_itself(evidence: Evidence, gradient: Gradient) -> str | None:
    value = dx_of_activation(evidence, gradient)
    if value is None or not proportional(value, evidence.trial.dy):
        return None
    return "equal to dy: the derivative of the function is missing, dx = dy * f'(x)."


def diagonal_of_softmax(evidence: Evidence, gradient: Gradient) -> str | None:
    value, p = dx_of_activation(evidence, gradient), np.asarray(evidence.trial.out, float)
    if value is None or not proportional(value, p * (1 - p) * evidence.trial.dy) or not np.allclose(p.sum(-1), 1):
        return None
    return (
        "equal to p (1 - p) dy, the diagonal of the derivative of softmax. Each output depends on every input:\n"
        "dx = p * (dy - (p * dy).sum(axis=-1, keepdims=True))"
    )


def derivative_of_another(evidence: Evidence, gradient: Gradient) -> str | None:
    """dx that is dy times a well-known derivative of x or of y."""
    value, trial = dx_of_activation(evidence, gradient), evidence.trial
    if value is None:
        return None
    sources = {"x": trial.x, "y": np.asarray(trial.out, float)}
    for (letter, source), (name, derivative) in product(sources.items(), DERIVATIVES.items()):
        if proportional(value, trial.dy * derivative(source)):
            return f"equal to dy times {name.replace('{}', letter)}, which is not this function's derivative."
    return None


def reversed_mask(evidence: Evidence, gradient: Gradient) -> str | None:
    """0 exactly where it should not be."""
    if gradient.comparison is None:
        return None
    value, right = gradient.comparison.analytic, gradient.comparison.numeric
    if min(np.count_nonzero(value), np.count_nonzero(np.nan_to_num(right))) > 1 and np.array_equal(
        value != 0, right == 0
    ):
        return "0 exactly where it should not be: a mask is the wrong way round. The derivative of ReLU is (z > 0)."
    return None
