"""What a class under test is fed: given on the command line, or found by trying what it accepts."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from twinprop.gradcheck.subject import Float, Subject, SubjectError, arguments

TARGETS = ("onehot", "binary", "labels", "real")
"""One-hot vectors (float), 0 or 1 for each sample (float), class numbers (int), or any numbers."""


@dataclass
class Inputs:
    """x, y, and along which axis of x the samples lie.

    Attributes:
        x: float64.
        y: targets; None for a layer.
        axis: 0 where samples are rows, -1 where they are columns.
        kind: of the targets.
        values: of x: `normal`, `positive`, or `probabilities`.
    """

    x: Float
    y: Any
    axis: int
    kind: str
    values: str = "normal"

    @property
    def count(self) -> int:
        return int(self.x.shape[self.axis])

    def describe(self) -> str:
        y = "" if self.y is None else f", y {self.y.shape} {self.kind}"
        values = "" if self.values == "normal" else f" {self.values}"
        return f"x {self.x.shape}{values}{y}{', samples in columns' if self.axis else ''}"

    def first(self) -> Inputs:
        """The first sample alone."""
        x = self.x.take([0], axis=self.axis)
        y = None if self.y is None else self.y.take([0], axis=self.axis if self.y.ndim > 1 else 0)
        return Inputs(x, y, self.axis, self.kind, self.values)


def whole_numbers(words: Sequence[str]) -> list[int]:
    """The sizes among the arguments of a constructor, those in lists too."""
    values = arguments(words)[0]
    flat = [item for value in values for item in (value if isinstance(value, list | tuple) else [value])]
    return [item for item in flat if isinstance(item, int) and not isinstance(item, bool) and item > 0]


def shapes(
    subject: Subject, words: Sequence[str], given: Sequence[int] | None
) -> Iterator[tuple[tuple[int, ...], int]]:
    """Shapes of x to try, with the axis of the samples; what reads like the constructor's arguments first."""
    numbers = whole_numbers(words)
    dims = [size for place in subject.parameters if place.get().ndim > 1 for size in place.get().shape]
    if given:
        columns = len(given) == 2 and numbers[:1] == [given[0]] != [given[1]]
        yield from [(tuple(given), -1), (tuple(given), 0)] if columns else [(tuple(given), 0), (tuple(given), -1)]
        return
    count = next(n for n in range(5, 99) if n not in {*numbers, *dims})
    features = list(dict.fromkeys([*numbers[:1], *dims[:2], 4]))
    yield from (((count, width), 0) for width in features)
    yield from (((width, count), -1) for width in features)


def class_counts(subject: Subject, words: Sequence[str], x: tuple[int, ...], axis: int, given: int | None) -> list[int]:
    """Numbers of classes to try."""
    if given:
        return [given]
    own = x[0] if axis else x[-1]
    if not subject.parameters:
        return [own]
    dims = [size for place in reversed(subject.parameters) for size in reversed(place.get().shape)]
    return list(dict.fromkeys(n for n in [*whole_numbers(words)[-1:], *dims[:4], own]))


def draw_x(rng: np.random.Generator, shape: tuple[int, ...], axis: int, values: str) -> Float:
    x: Float = rng.standard_normal(shape)
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


def candidates(
    subject: Subject,
    words: Sequence[str],
    shape: Sequence[int] | None,
    targets: str | None,
    classes: int | None,
    seed: int,
) -> Iterator[Inputs]:
    """What to try, in the order of how usual it is; class numbers last, since they broadcast with anything."""
    kinds = [targets] if targets else ["onehot", "binary", "labels"]
    sizes = list(shapes(subject, words, shape))
    for values in ("normal", "probabilities" if subject.is_loss else "positive"):
        if not subject.is_loss or not subject.takes_y:
            for size, axis in sizes:
                yield Inputs(draw_x(np.random.default_rng(seed), size, axis, values), None, axis, "", values)
            continue
        for kind, (size, axis) in product(kinds, sizes):
            for number in [1] if kind == "binary" else class_counts(subject, words, size, axis, classes):
                rng = np.random.default_rng(seed)
                x = draw_x(rng, size, axis, values)
                same = not subject.parameters and x.ndim > 2 and kind not in ("labels", "binary")
                y = rng.standard_normal(size) if same else draw_y(rng, size[axis], number, axis, kind)
                if kind == "onehot" and number == 1 and values == "probabilities":
                    y = draw_y(rng, size[axis], 1, axis, "binary").reshape(y.shape)  # 1 alone would test half a loss
                yield Inputs(x, y, axis, "real" if same else kind, values)


def copied(subject: Subject) -> Subject:
    """A copy to try things on, so that what it remembers is not in the way; itself where it cannot be copied."""
    try:
        return copy.deepcopy(subject)
    except Exception:
        return subject


def shapes_fit(subject: Subject, returned: Any, x: Float) -> bool:
    """Whether the gradients have the shapes of what they belong to."""
    found = [(place.get(), place.gradient()) for place in subject.parameters]
    pairs = [(array, gradient[1]) for array, gradient in found if gradient is not None]
    pairs += [(x, returned)] if isinstance(returned, np.ndarray) else []
    return all(array.shape == gradient.shape for array, gradient in pairs if isinstance(gradient, np.ndarray))


def not_finite(subject: Subject, inputs: Inputs, out: Float) -> SubjectError:
    return SubjectError(
        f"{subject.title}.forward returned {out[~np.isfinite(out)].flat[0]} for ordinary numbers, "
        f"{inputs.describe()}: its derivative cannot be checked there."
    )


def choose(
    subject: Subject,
    words: Sequence[str],
    shape: Sequence[int] | None = None,
    targets: str | None = None,
    classes: int | None = None,
    seed: int = 0,
    values: str | None = None,
) -> Inputs:
    """The first inputs that `forward` and `backward` accept, and that give finite numbers.

    NumPy's broadcasting lets `forward` take targets of a wrong shape, as (n, 1) for an output (n,). Then `backward`
    raises, or leaves gradients of a wrong shape. So what gives gradients of the right shape is preferred.

    Raises:
        SubjectError: it accepts none; the text is about the first that was tried.
    """
    failure: SubjectError | None = None
    half: Inputs | None = None
    odd: Inputs | None = None
    tried: list[str] = []
    for inputs in candidates(subject, words, shape, targets, classes, seed):
        if values not in (None, inputs.values):
            continue
        tried.append(str(inputs.x.shape))
        try:
            rehearsal = copied(subject)
            out = rehearsal.forward(inputs.x, inputs.y)
            if not np.all(np.isfinite(out)):
                raise not_finite(subject, inputs, np.asarray(out))
            half = half or inputs
            if rehearsal is subject:
                return inputs
            returned = rehearsal.backward(np.ones_like(out), inputs.x, inputs.y)
            if shapes_fit(rehearsal, returned, inputs.x):
                return inputs
            odd = odd or inputs
        except SubjectError as error:
            if not error.fits and half is None:
                raise
            failure = failure or error
    accepted = odd or half
    if accepted is not None:
        return accepted  # no input suits backward, which will say so itself
    assert failure is not None
    more = "" if shape else f"\n  Inputs of shape {', '.join(dict.fromkeys(tried))} were tried; give it by --input N M."
    targets_too = "" if targets or not subject.is_loss else " Say what the targets are by --targets."
    raise SubjectError(f"{failure}{more}{targets_too}")
