"""What a class under test is given: x, and targets y, drawn at random in a given shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from twinprop.gradcheck.held import FloatArray


@dataclass
class Inputs:
    """x, y, and along which axis of x the samples lie.

    Attributes:
        x: float64.
        y: targets; None for a layer.
        axis: 0 where samples are rows, -1 where they are columns.
        kind: of the targets: `onehot` (float), `binary` (0 or 1 for each sample, float), `labels` (int), or `real`.
        values: of x: `normal`, `positive`, or `probabilities`.
    """

    x: FloatArray
    y: Any
    axis: int
    kind: str
    values: str = "normal"

    @property
    def count(self) -> int:
        return int(self.x.shape[self.axis])

    def text(self) -> str:
        """`x (5, 4), y (5, 3) onehot`."""
        y = "" if self.y is None else f", y {self.y.shape} {self.kind}"
        values = "" if self.values == "normal" else f" {self.values}"
        return f"x {self.x.shape}{values}{y}{', samples in columns' if self.axis else ''}"

    def first(self) -> Inputs:
        """The first sample alone."""
        x = self.x.take([0], axis=self.axis)
        y = None if self.y is None else self.y.take([0], axis=self.axis if self.y.ndim > 1 else 0)
        return Inputs(x, y, self.axis, self.kind, self.values)


def draw_x(rng: np.random.Generator, shape: tuple[int, ...], axis: int, values: str) -> FloatArray:
    x: FloatArray = rng.standard_normal(shape)
    if values == "positive":
        x = np.abs(x) + 0.5
    if values == "probabilities":
        e = np.exp(x)
        single = x.shape[0 if axis else -1] == 1
        x = e / (1 + e) if single else e / e.sum(axis=0 if axis else -1, keepdims=True)
    return x


def draw_y(rng: np.random.Generator, count: int, classes: int, axis: int, kind: str) -> Any:
    if kind == "binary":
        return rng.permutation(np.arange(count) % 2).astype(float)
    labels = rng.integers(0, classes, count)
    if kind == "labels":
        return labels
    y = rng.standard_normal((count, classes)) if kind == "real" else np.eye(classes)[labels]
    return np.ascontiguousarray(y.T) if axis else y
