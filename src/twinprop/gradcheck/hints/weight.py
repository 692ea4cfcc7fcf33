"""A weight on the way back: the wrong way round, not used, or its gradient in its place."""

from __future__ import annotations

from typing import Any

import numpy as np

from twinprop.gradcheck.held import ArrayRef, FloatArray
from twinprop.gradcheck.hints.bias import summed_from_weight_gradient
from twinprop.gradcheck.hints.evidence import Evidence
from twinprop.gradcheck.hints.matching import proportional, ratio
from twinprop.gradcheck.hints.scale import also_scaled
from twinprop.gradcheck.hints.source import PRODUCTS, line_that_uses
from twinprop.gradcheck.report import Gradient


def transposed(evidence: Evidence, gradient: Gradient) -> str | None:
    """The gradient of a square weight, transposed."""
    if gradient.comparison is None or gradient.target.ndim != 2:
        return None
    analytic, numeric = gradient.comparison.analytic, gradient.comparison.numeric
    if gradient.target.shape[0] == gradient.target.shape[1] > 1 and not np.isnan(numeric).any():
        k = ratio(analytic.T, numeric)
        if k is not None and not proportional(analytic, numeric):
            return f"the right gradient transposed.{also_scaled(evidence, k)}"
    return None


def weight_not_used(evidence: Evidence, gradient: Gradient) -> str | None:
    """A weight that backward should use and does not; where dW stands in its place, dx may show it."""
    if summed_from_weight_gradient(evidence, gradient):
        return None  # it has a mistake of its own that hides this one
    for weight in evidence.weights_after(gradient.of):
        for mistake in (wrong_product_in_dx, does_not_answer):
            text = mistake(evidence, gradient, weight)
            if text is not None:
                return text
    return None


def wrong_product_in_dx(evidence: Evidence, gradient: Gradient, weight: ArrayRef) -> str | None:
    """dx of a layer that is dy times the wrong matrix: the weight the wrong way round, or its gradient."""
    if gradient.of != "x" or not evidence.is_layer:
        return None
    value, dy, dw = np.asarray(gradient.value, float), evidence.trial.dy, gradient_of_weight(evidence, weight)
    factors = [(weight.name, weight.get()), (f"{weight.name}.T", weight.get().T)]
    if dw is not None and np.ndim(dw.value) == 2:
        factors += [(dw.name, dw.value), (f"{dw.name}.T", dw.value.T)]
    factor = next((name for name, matrix in factors if is_product(value, dy, matrix)), None)
    if factor in (weight.name, f"{weight.name}.T"):
        return f"equal to the product of dy and {factor}: the weight {weight.name} is the wrong way round."
    if factor is not None and dw is not None:
        line = line_that_uses(evidence, weight.name, weight.name, PRODUCTS)
        return (
            f"equal to the product of dy and {factor}: the gradient {dw.name} stands where the weight "
            f"{weight.name} belongs.{line}"
        )
    return None


def does_not_answer(evidence: Evidence, gradient: Gradient, weight: ArrayRef) -> str | None:
    """A gradient that stays the same when a weight is changed between forward and backward."""
    again = evidence.rerun(weight, lambda w: w + 1 + np.abs(w)).get(gradient.of)
    if again is None or not np.array_equal(again, np.asarray(gradient.value, float)):
        return None
    dw = gradient_of_weight(evidence, weight)
    name = dw.name if dw else f"d{weight.name}"
    line = line_that_uses(evidence, weight.name, weight.name, PRODUCTS)
    blame = f"Here {name} stands in its place:{line}" if line else f"Does {name} stand in its place?"
    return (
        f"{weight.name} is not used: change it between forward and backward, and this gradient stays the same. "
        f"The way back goes through that weight, as in dx = dy @ W.T. {blame}"
    )


def gradient_of_weight(evidence: Evidence, weight: ArrayRef) -> Gradient | None:
    return next((other for other in evidence.gradients if other.of == weight.name), None)


def is_product(value: FloatArray, dy: FloatArray, matrix: Any) -> bool:
    """Whether a gradient is a multiple of the product of dy and a matrix, in either order."""
    if matrix is None or np.ndim(matrix) != 2:
        return False
    try:
        return proportional(value, dy @ matrix)
    except ValueError:
        try:
            return proportional(value, matrix @ dy)
        except ValueError:
            return False


def weight_transposed(evidence: Evidence, gradient: Gradient) -> str | None:
    """A square weight that is used the wrong way round: with its transpose, all comes out right."""
    if gradient.comparison is None or (gradient.of == "x" and evidence.is_layer):
        return None
    for weight in evidence.weights_after(gradient.of):
        rows, columns = weight.get().shape
        again = evidence.rerun(weight, lambda w: w.T).get(gradient.of) if rows == columns else None
        if again is not None and proportional(again, gradient.comparison.numeric):
            return (
                f"right when {weight.name} is transposed in backward: {weight.name} stands there the wrong way round."
            )
    return None
