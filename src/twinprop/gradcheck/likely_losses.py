"""The losses that a network may have been trained with, tried where it does not say which is its own.

A loss that returns many numbers does not say whether their sum is meant, or a mean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from twinprop.gradcheck.held import FloatArray

Formula = Callable[[FloatArray, FloatArray, int], Any]
"""Of the output, one-hot or real targets in its shape, and the axis of the classes."""


def cross_entropy_of_softmax(z: FloatArray, y: FloatArray, axis: int) -> Any:
    z = z - z.max(axis, keepdims=True)
    return -(y * (z - np.log(np.exp(z).sum(axis, keepdims=True)))).sum()


FORMULAS: dict[str, Formula] = {
    "cross entropy": lambda p, y, axis: -(y * np.log(p)).sum(),
    "binary cross entropy": lambda p, y, axis: -(y * np.log(p) + (1 - y) * np.log(1 - p)).sum(),
    "squared error": lambda a, y, axis: ((a - y) ** 2).sum(),
    "½ squared error": lambda a, y, axis: 0.5 * ((a - y) ** 2).sum(),
    "cross entropy of the softmax": cross_entropy_of_softmax,
    "binary cross entropy of the sigmoid": lambda z, y, axis: (np.logaddexp(0, z) - y * z).sum(),
}

MEANS = ("mean over the samples", "sum", "mean over all numbers")


@dataclass(frozen=True)
class Reduction:
    """One number of many: their sum, or what it is divided by."""

    mean: str

    def __str__(self) -> str:
        return self.mean

    def value(self, out: Any, y: Any, axis: int, samples: int) -> float:
        """The sum or the mean of the losses that a method has returned."""
        return self.reduced(np.sum(out), np.size(out), samples)

    def reduced(self, total: Any, size: int, samples: int) -> float:
        return float(total / {"sum": 1, "mean over the samples": samples, "mean over all numbers": size}[self.mean])


@dataclass(frozen=True)
class LikelyLoss(Reduction):
    """A formula, and what its sum is divided by."""

    formula: str

    def __str__(self) -> str:
        return f"{self.formula}, {self.mean}"

    def value(self, out: Any, y: Any, axis: int, samples: int) -> float:
        """The loss of an output for targets.

        Args:
            axis: of the samples in the output, 0 or -1.
        """
        out = np.asarray(out)
        if out.ndim == 2 and np.shape(y) == out.shape[::-1] != out.shape:
            out = out.T  # samples are rows in the targets, and columns in the output
        classes = 0 if axis else -1
        target = targets_like(out, y, classes)
        total = FORMULAS[self.formula](out, target, classes)
        return self.reduced(total, out.size, samples)


LIKELY = [LikelyLoss(mean, formula) for formula in FORMULAS for mean in MEANS]

REDUCTIONS = [Reduction(mean) for mean in MEANS]


def targets_like(out: FloatArray, y: Any, classes: int) -> FloatArray:
    """Targets in the shape of an output; class numbers become one-hot vectors.

    Raises:
        ValueError: they do not fit.
    """
    y = np.asarray(y)
    if y.shape == out.shape:
        return np.asarray(y, float)
    if y.dtype.kind in "iu" and out.ndim >= 1 and y.size * out.shape[classes] == out.size:
        one_hot = np.eye(out.shape[classes])[y.ravel() % out.shape[classes]]
        return np.asarray((one_hot if classes == -1 else one_hot.T).reshape(out.shape), float)
    if y.size == out.size:
        return np.asarray(y, float).reshape(out.shape)
    raise ValueError(f"targets of shape {y.shape} for an output of shape {out.shape}")
