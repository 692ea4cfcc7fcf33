"""Losses: how wrong the outputs are, and in which direction they should move.

`forward(outputs, targets)` takes outputs (..., batch, outputs). Targets are rows of the same shape (numbers, or one-hot
rows), class numbers (..., batch), or with a single output numbers (..., batch). It returns the mean loss of each
network, (...). `backward()` returns ∂L/∂outputs. Names and meaning of hyperparameters are torch.nn's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

import numpy as np

from twinprop.arrays.namespace import Array, largest, like, namespace
from twinprop.errors import ConfigError
from twinprop.fields import described, number
from twinprop.scratch.optimizers import used
from twinprop.text import spelled

WEIGHT_WORDS = "null, balanced, or a list with a number greater than 0 for each class"


@dataclass(kw_only=True)
class Loss:
    """A loss. A hyperparameter is a number, or an array (..., 1, 1) with one for each network."""

    name: str

    def forward(self, outputs: Array, targets: Array) -> Array:
        """The mean loss over the batch, (...)."""
        raise NotImplementedError

    def backward(self) -> Array:
        """∂L/∂outputs, (..., batch, outputs)."""
        raise NotImplementedError

    def bind(self, counts: Sequence[int]) -> Loss:
        """The same loss, with what follows from the number of training samples of each class (none for numbers)."""
        return self

    def problems(self) -> Iterator[str]:
        """Mistakes that concern several keys of the loss."""
        yield from ()


@dataclass(kw_only=True)
class CrossEntropyLoss(Loss):
    """L = −(1/n) Σᵢ log softmax(zᵢ)[yᵢ], from logits z: PyTorch's nn.CrossEntropyLoss.

    log softmax(z)[y] = z[y] − m − log Σⱼ e^(zⱼ−m), with m the largest logit: the exponentials never
    overflow, and the logarithm never sees 0.

    With `label_smoothing` ε, the target is (1 − ε) y + ε / classes  (Szegedy et al. 2016). With `weight` w, a number
    for each class, every term is multiplied by w of its class, and n becomes Σᵢ w[yᵢ]. Balanced weights are
    samples / (classes · samples of the class), so that each class counts the same.
    """

    name: str = "cross_entropy"
    weight: Any = described(None, WEIGHT_WORDS)
    label_smoothing: float = number(0.0, ge=0, le=1)

    def forward(self, outputs: Array, targets: Array) -> Array:
        xp, targets = namespace(outputs), one_hot(targets, outputs)
        shifted = outputs - largest(outputs)
        e = xp.exp(shifted)
        total = e.sum(-1, keepdims=True)
        self.p, log_total, count = e / total, xp.log(total[..., 0]), outputs.shape[-2]
        if self.weight is not None:
            weight = like(self.weight, outputs)
            count = (targets * weight).sum((-2, -1))
        if used(self.label_smoothing):
            targets = (1 - self.label_smoothing) * targets + self.label_smoothing / outputs.shape[-1]
        if self.weight is not None:
            targets = targets * weight
            mass = targets.sum(-1)
            # −Σⱼ tⱼ log softmax(z)ⱼ, and its derivative below: Σⱼ tⱼ is 1 without weights
            self.p, log_total = self.p * mass[..., None], log_total * mass
        self.targets, self.count = targets, count if self.weight is None else count[..., None, None]
        return (log_total - xp.linalg.vecdot(shifted, targets)).sum(-1) / count

    def backward(self) -> Array:
        # ∂L/∂z = (softmax(z) Σⱼ tⱼ − t) / n, with the target t, which is y, or w y
        return (self.p - self.targets) / self.count

    def bind(self, counts: Sequence[int]) -> CrossEntropyLoss:
        if self.weight is None:
            return self
        if self.weight == "balanced":
            total, classes = sum(counts), len(counts)
            return replace(self, weight=[total / (classes * max(count, 1)) for count in counts])
        if len(self.weight) != len(counts):
            problem = f"has {len(self.weight)} numbers for {len(counts)} classes; give one for each."
            raise ConfigError([f"loss.weight={spelled(self.weight)}: {problem}"])
        return self

    def problems(self) -> Iterator[str]:
        weight = self.weight
        if weight is None or weight == "balanced":
            return
        listed = isinstance(weight, list | tuple) and all(type(each) in (int, float) for each in weight)
        if not listed or not weight or not all(isfinite(each) and each > 0 for each in weight):
            yield f"loss.weight={spelled(weight)}: must be {WEIGHT_WORDS}."


@dataclass(kw_only=True)
class ErrorLoss(Loss):
    """A mean over samples and outputs of a function of the error dᵢⱼ = aᵢⱼ − yᵢⱼ."""

    def forward(self, outputs: Array, targets: Array) -> Array:
        self.difference = outputs - one_hot(targets, outputs)
        return self.of(self.difference).sum((-2, -1)) / self.count

    def backward(self) -> Array:
        return self.slope(self.difference) / self.count

    @property
    def count(self) -> int:
        """Samples times outputs."""
        batch, outputs = self.difference.shape[-2:]
        return int(batch * outputs)

    def of(self, d: Array) -> Array:
        """The function of each error."""
        raise NotImplementedError

    def slope(self, d: Array) -> Array:
        """Its derivative."""
        raise NotImplementedError


@dataclass(kw_only=True)
class MSELoss(ErrorLoss):
    """L = mean of d²: PyTorch's nn.MSELoss."""

    name: str = "mse"

    def of(self, d: Array) -> Array:
        return d * d

    def backward(self) -> Array:
        # ∂L/∂a = 2 d / (n · outputs)
        return self.difference * (2 / self.count)


@dataclass(kw_only=True)
class L1Loss(ErrorLoss):
    """L = mean of |d|, which outliers pull at no more than others: PyTorch's nn.L1Loss."""

    name: str = "l1"

    def of(self, d: Array) -> Array:
        return abs(d)

    def slope(self, d: Array) -> Array:
        # ∂|d|/∂a is the sign of d, and 0 at 0
        return namespace(d).sign(d)


@dataclass(kw_only=True)
class HuberLoss(ErrorLoss):
    """L = mean of d²/2 where |d| < δ, else δ (|d| − δ/2): PyTorch's nn.HuberLoss  (Huber 1964)."""

    name: str = "huber"
    delta: float = number(1.0, gt=0)

    def of(self, d: Array) -> Array:
        # with c, which is d within ±δ, both cases are c (d − c/2)
        clipped = d.clip(-self.delta, self.delta)
        return clipped * (d - clipped / 2)

    def slope(self, d: Array) -> Array:
        # ∂L/∂a = d within ±δ, else δ times the sign of d
        return d.clip(-self.delta, self.delta)


def one_hot(targets: Any, outputs: Array) -> Array:
    """Targets as rows like those of `outputs`: rows as they are, and class numbers as rows with a 1.

    Raises:
        ValueError: the targets are neither, or a class number is not one of the outputs.
    """
    if not hasattr(targets, "shape"):
        targets = np.asarray(targets)
    if targets.shape[-2:] == outputs.shape[-2:]:
        return targets
    batch, classes = outputs.shape[-2:]
    xp = namespace(outputs)
    numbers = xp.asarray(targets)
    if classes == 1 and numbers.shape[-1:] == (batch,):
        return like(numbers, outputs)[..., None]
    if numbers.shape[-1:] != (batch,) or xp.any(numbers != xp.floor(numbers)):
        raise ValueError(
            f"targets: expected class numbers ({batch},) or one-hot rows ({batch}, {classes}), got "
            f"{tuple(numbers.shape)} of {numbers.dtype}"
        )
    if numbers.min() < 0 or numbers.max() >= classes:
        raise ValueError(
            f"targets: expected class numbers from 0 to {classes - 1}, got {int(numbers.min())} to {int(numbers.max())}"
        )
    return like(np.eye(classes), outputs)[numbers.astype(np.intp) if xp is np else numbers.long()]
