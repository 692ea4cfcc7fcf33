"""A gradient whose shape does not fit, or that holds nothing to compare."""

from __future__ import annotations

import numpy as np

from twinprop.gradcheck.held import FloatArray
from twinprop.gradcheck.hints.evidence import Evidence
from twinprop.gradcheck.hints.scale import also_scaled
from twinprop.gradcheck.matching import proportional, ratio
from twinprop.gradcheck.report import Gradient

ONE_FOR_EACH_SAMPLE = "one number for each of the {} samples: summed over the wrong axis; the batch is axis {}."


def misfit(gradient: Gradient) -> FloatArray | None:
    """A gradient whose shape does not fit; None where it does."""
    return np.asarray(gradient.value, float) if gradient.comparison is None else None


def numbers_in_another_shape(evidence: Evidence, gradient: Gradient) -> str | None:
    value, flat = misfit(gradient), gradient.right.ravel()
    k = None if value is None or value.size != flat.size else ratio(value.ravel(), flat)
    if k is None:
        return None
    return (
        "the numbers are right, the shape is not: use keepdims=True, or reshape it to that of the parameter."
        f"{also_scaled(evidence, k)}"
    )


def transposed_shape(evidence: Evidence, gradient: Gradient) -> str | None:
    value, right = misfit(gradient), gradient.right
    if value is None or value.shape != right.T.shape:
        return None
    k = ratio(value.T, right)
    if k is None:
        return "the shape is that of the transpose, and the numbers differ, too."
    return (
        "the right gradient transposed: for y = x W, dW = x.T @ dy; for y = x W.T, dW = dy.T @ x."
        f"{also_scaled(evidence, k)}"
    )


def not_summed(evidence: Evidence, gradient: Gradient) -> str | None:
    """A bias with a gradient for each sample."""
    value = misfit(gradient)
    for axis in range(0 if value is None else value.ndim):
        if value is not None and proportional(value.sum(axis), gradient.right.ravel()):
            return f"not summed over the batch: sum over axis {axis}, since the bias is added to every sample."
    return None


def summed_to_one_number(evidence: Evidence, gradient: Gradient) -> str | None:
    value = misfit(gradient)
    if value is None or value.size != 1:
        return None
    return f"summed over everything: name the axis of the batch, {evidence.batch_axis}."


def one_for_each_sample(evidence: Evidence, gradient: Gradient) -> str | None:
    value = misfit(gradient)
    if value is None or value.size != evidence.samples:
        return None
    return ONE_FOR_EACH_SAMPLE.format(evidence.samples, evidence.batch_axis)


def not_finite(evidence: Evidence, gradient: Gradient) -> str | None:
    return None if np.isfinite(np.asarray(gradient.value, float)).all() else "some entries are inf or nan."


def zero(evidence: Evidence, gradient: Gradient) -> str | None:
    if np.any(gradient.value):
        return None
    return "0 everywhere: backward does not fill it, or keeps it in a variable of its own."


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
