"""What a class under test is given: x and targets y, drawn at random; and the losses that may be meant with them.

A network may not say which is its own. A loss that returns many numbers does not say whether their sum is meant, or a
mean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.held import FloatArray

LARGE = 4.0
"""By what larger numbers are larger."""

CLOSE = "close to the outputs"


@dataclass
class Inputs:
    """x, y, and along which axis of x the samples lie.

    Attributes:
        x: float64, or whole numbers where values is `indices`.
        y: targets; None for a layer; x itself where that is to come out again.
        axis: 0 where samples are rows, -1 where they are columns, -2 of (features, samples, time); None where x is one
            sample without an axis for it.
        kind: of the targets: `onehot` (float), `binary` (0 or 1 for each sample, float), `signs` (1 or -1), `labels`
            (int), `real`, or `CLOSE`, which belong to these outputs alone.
        values: of x: `normal`, `positive`, `probabilities`, `indices`, or `words`, which are indices and no two alike.
        alone: why x is one sample, where a batch is not right; empty for the others.
        steady: whether there are as many samples as the object says.
    """

    x: FloatArray
    y: Any
    axis: int | None
    kind: str
    values: str = "normal"
    alone: str = ""
    steady: bool = False

    @property
    def count(self) -> int:
        return 1 if self.axis is None else int(self.x.shape[self.axis])

    def text(self) -> str:
        """`x (5, 4), y (5, 3) onehot`."""
        y = "" if self.y is None else f", y {np.shape(self.y)} {self.kind}"
        values = "" if self.values == "normal" else f" {self.values}"
        return f"x {self.x.shape}{values}{y}{', samples in columns' if self.axis == -1 and self.count > 1 else ''}"

    def sample(self, at: int) -> Inputs:
        """One sample alone."""
        if self.axis is None:
            return self
        x = self.x.take([at], axis=self.axis)
        y = None if self.y is None else self.y.take([at], axis=self.axis if self.y.ndim > 1 else 0)
        return Inputs(x, y, self.axis, self.kind, self.values)

    def turned(self) -> Inputs:
        """The samples in the reverse order."""
        axis = self.axis or 0
        y = None if self.y is None else np.flip(self.y, axis if np.ndim(self.y) > 1 else 0)
        return replace(self, x=np.flip(self.x, axis), y=y)

    def others(self, seed: int) -> list[Inputs]:
        """Other numbers: for as many samples, for more, and for larger axes of sequences and images.

        For as many first, since a class may notice that a batch has another size, and only then.
        """
        if self.kind == CLOSE:
            return []
        counts = [self.count] if self.steady else [self.count, self.count + 2]
        found = [self.another(count, seed) for count in counts]
        axes = [axis for axis in range(self.x.ndim) if axis != (self.axis or 0) % self.x.ndim]
        if self.y is None and self.x.ndim > 2:
            found += [self.another(self.count, seed, axis) for axis in axes]
        return found

    def larger(self, seed: int) -> list[Inputs]:
        """Numbers that are several times as large, for which a function may go another way."""
        other = self.another(self.count, seed) if self.values == "normal" and self.kind != CLOSE else None
        return [] if other is None or other.y is other.x else [replace(other, x=LARGE * other.x)]

    def another(self, count: int, seed: int, longer: int | None = None) -> Inputs:
        """Other numbers of the same kind, for `count` samples, and with a larger axis `longer`."""
        rng = np.random.default_rng(seed)
        shape = list(self.x.shape)
        if longer is not None:
            shape[longer] += 2
        if self.axis is not None:
            shape[self.axis] = count
        whole = self.values in ("indices", "words")
        x = draw_x(rng, tuple(shape), self.axis, self.values, int(self.x.max()) + 1 if whole else 0)
        if isinstance(self.y, int):  # the class of one sample
            return replace(self, x=x)
        if self.y is None or self.y is self.x:
            return Inputs(x, None if self.y is None else x, self.axis, self.kind, self.values)
        if np.ndim(self.y) > 2 or (self.axis is not None and np.size(self.y) % self.count):
            shape = [count if n == self.count else n for n in self.y.shape]
            return Inputs(x, rng.standard_normal(shape), self.axis, self.kind, self.values)
        classes = np.size(self.y) // self.count if self.kind in ("onehot", "real") else int(np.max(self.y)) + 1
        y = draw_y(rng, count, max(classes, 1), self.axis, self.kind)
        if self.kind == "labels" and np.ndim(self.y) > 1:
            y = rng.integers(0, classes, shape[: self.y.ndim])
        fits = self.axis is None or np.ndim(y) == np.ndim(self.y)
        return Inputs(x, y if fits else y.reshape((-1, 1)), self.axis, self.kind, self.values)


def draw_x(
    rng: np.random.Generator, shape: tuple[int, ...], axis: int | None, values: str, most: int = 3
) -> FloatArray:
    if values == "words":
        return rng.permutation(most)[: shape[0]]  # type: ignore[return-value]
    if values == "indices":
        return rng.integers(0, most, shape)  # type: ignore[return-value]
    x: FloatArray = rng.standard_normal(shape)
    if values == "positive":
        x = np.abs(x) + 0.5
    if values == "probabilities":
        e = np.exp(x)
        single = x.shape[0 if axis else -1] == 1
        x = e / (1 + e) if single else e / e.sum(axis=0 if axis else -1, keepdims=True)
    return x


def draw_y(rng: np.random.Generator, count: int, classes: int, axis: int | None, kind: str) -> Any:
    if kind in ("binary", "signs"):
        y = rng.permutation(np.arange(count) % 2).astype(float)
        y = 2 * y - 1 if kind == "signs" else y
        return y if axis is not None else y[0]
    classes = max(1, classes)  # a size that the object has may be 0
    labels = rng.integers(0, classes, count)
    if len({*labels}) < classes <= count:  # a class may count its classes by the labels that there are
        labels = rng.permutation(np.arange(count) % classes)
    elif count > 1 and labels.max() < classes - 1:
        labels[0] = classes - 1  # or by the largest
    if kind == "labels":
        return labels if axis is not None else labels[0]
    if kind == "onehot" and classes == 1:  # 1 alone would test half a loss
        y = rng.permutation(np.arange(count) % 2).astype(float).reshape(count, 1)
    else:
        y = rng.standard_normal((count, classes)) if kind == "real" else np.eye(classes)[labels]
    if axis is None:
        return y[0]
    return np.ascontiguousarray(y.T) if axis else y


def is_data(value: Any) -> bool:
    """Whether something is several samples, in an array or in a list."""
    if isinstance(value, list):
        try:
            value = np.asarray(value, float)
        except (ValueError, TypeError):
            return False
    return isinstance(value, np.ndarray) and value.ndim > 0 and len(value) > 1 and value.dtype.kind in "fiu"


def unused_size(smallest: int, used: set[int]) -> int:
    """The smallest size that is none of the others, so that axes can be told apart."""
    return next(n for n in range(smallest, smallest + len(used) + 1) if n not in used)


Formula = Callable[[FloatArray, FloatArray, int], Any]
"""Of the output, one-hot or real targets in its shape, and the axis of the classes."""


def cross_entropy_of_softmax(z: FloatArray, y: FloatArray, axis: int) -> Any:
    z = z - z.max(axis, keepdims=True)
    return -(y * (z - np.log(np.exp(z).sum(axis, keepdims=True)))).sum()


def of_margin(loss: Callable[[FloatArray], FloatArray]) -> Formula:
    """A loss of y z, where all targets are 1 or -1."""
    return lambda z, y, axis: loss(y * z).sum() if np.all(np.abs(y) == 1) else np.nan


FORMULAS: dict[str, Formula] = {
    "cross entropy": lambda p, y, axis: -(y * np.log(p)).sum(),
    "binary cross entropy": lambda p, y, axis: -(y * np.log(p) + (1 - y) * np.log(1 - p)).sum(),
    "squared error": lambda a, y, axis: ((a - y) ** 2).sum(),
    "½ squared error": lambda a, y, axis: 0.5 * ((a - y) ** 2).sum(),
    "cross entropy of the softmax": cross_entropy_of_softmax,
    "binary cross entropy of the sigmoid": lambda z, y, axis: (np.logaddexp(0, z) - y * z).sum(),
    "hinge loss": of_margin(lambda margin: np.maximum(0, 1 - margin)),
    "squared hinge loss": of_margin(lambda margin: np.maximum(0, 1 - margin) ** 2),
    "logistic loss": of_margin(lambda margin: np.logaddexp(0, -margin)),
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
        """The loss of an output for targets; NaN where it is none, as the cross entropy of a single number is binary.

        Args:
            axis: of the samples in the output, 0 or -1.
        """
        out = np.asarray(out)
        if out.ndim == 2 and np.shape(y) == out.shape[::-1] != out.shape:
            out = out.T  # samples are rows in the targets, and columns in the output
        classes = 0 if axis else -1
        target = targets_like(out, y, classes)
        if self.formula == "cross entropy" and out.size == samples:
            return np.nan
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
