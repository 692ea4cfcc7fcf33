"""The gradient of a bias, summed wrongly although its shape fits."""

from __future__ import annotations

import numpy as np

from twinprop.gradcheck.hints.evidence import Evidence
from twinprop.gradcheck.hints.matching import CLOSE, proportional
from twinprop.gradcheck.hints.shape import ONE_FOR_EACH_SAMPLE
from twinprop.gradcheck.hints.source import SUMS, line_that_uses
from twinprop.gradcheck.report import Gradient


def wrong_axis(evidence: Evidence, gradient: Gradient) -> str | None:
    """A bias with as many entries as there are samples: of the first sample alone, one number is left."""
    alone = evidence.one_sample(gradient)
    if gradient.comparison is None or alone is None:
        return None
    value, right = alone
    if value.size != 1 or right.size < 2 or abs(value.sum() - right.sum()) > CLOSE * np.abs(right).max():
        return None
    return ONE_FOR_EACH_SAMPLE.format(evidence.samples, evidence.batch_axis)


def sum_in_every_entry(evidence: Evidence, gradient: Gradient) -> str | None:
    """A sum without an axis, spread over the bias."""
    if gradient.comparison is None or gradient.target.size < 2 or gradient.of == "x":
        return None
    value, right = gradient.comparison.analytic, gradient.comparison.numeric
    if np.ptp(value) == 0 and value.any() and abs(value.flat[0] - np.nansum(right)) <= CLOSE * np.abs(right).max():
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
            total = np.asarray(other.value, float).sum(axis)
            if total.size == value.size and proportional(value.ravel(), total):
                line = line_that_uses(evidence, gradient.of, other.of, SUMS)
                return (
                    f"the sum of {other.name} over axis {axis}. The bias is added after the product with {other.of}, "
                    f"so sum the gradient of that result, dZ, over the batch.{line}"
                )
    return None
