"""The gradient of a bias, summed wrongly although its shape fits."""

from __future__ import annotations

import numpy as np

from twinprop.gradcheck.hints.evidence import Evidence
from twinprop.gradcheck.matching import CLOSE, proportional
from twinprop.gradcheck.report import Gradient
from twinprop.gradcheck.trial import CHANGE


def sum_in_every_entry(evidence: Evidence, gradient: Gradient) -> str | None:
    """A sum without an axis, spread over the bias."""
    if gradient.comparison is None or gradient.target.size < 2 or gradient.of == "x":
        return None
    value, right = gradient.comparison.analytic, gradient.comparison.numeric
    size, total = np.abs(np.nan_to_num(right)).max(), np.nansum(right)
    one_number = np.ptp(value) <= 1e-9 * size and size > 0
    # that of a softmax with its loss is 0, which one that is never filled is, too
    told = value.any() or gradient.name.startswith(CHANGE)
    if one_number and told and abs(value.flat[0] - total) <= CLOSE * size:
        return "all of its entries are the sum over everything: name the axis of the batch."
    return None


def summed_from_weight_gradient(evidence: Evidence, gradient: Gradient) -> str | None:
    """db summed from dW in place of dZ."""
    value = np.asarray(gradient.value, float)
    if gradient.of == "x" or value.size < 2:
        return None
    for other in evidence.gradients:
        if other.of in (gradient.of, "x") or np.ndim(other.value) != 2 or min(np.shape(other.value)) < 2:
            continue
        for axis in (0, 1):
            weight = np.asarray(other.value, float)
            if not np.isfinite(weight).all() or np.linalg.matrix_rank(weight) < 2:
                continue  # of one sample every sum is a multiple of the gradient of the bias, right or wrong
            total = weight.sum(axis)
            if total.size == value.size and proportional(value.ravel(), total):
                return (
                    f"the sum of {other.name} over axis {axis}. The bias is added after the product with {other.of}, "
                    f"so sum the gradient of that result, dZ, over the batch."
                )
    return None
