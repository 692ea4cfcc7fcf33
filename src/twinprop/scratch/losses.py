"""Losses: how wrong the outputs are, and in which direction they should move.

`forward(outputs, targets)` takes outputs (..., batch, classes), and as targets either class numbers (..., batch) or
one-hot rows (..., batch, classes). It returns the mean loss of each network, (...). `backward()` returns ∂L/∂outputs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from twinprop.arrays.namespace import Array, like, namespace


class Loss:
    """A loss."""

    def forward(self, outputs: Array, targets: Array) -> Array:
        """The mean loss over the batch, (...)."""
        raise NotImplementedError

    def backward(self) -> Array:
        """∂L/∂outputs, (..., batch, classes)."""
        raise NotImplementedError


class CrossEntropyLoss(Loss):
    """L = −(1/n) Σᵢ log softmax(zᵢ)[yᵢ], from logits z: PyTorch's nn.CrossEntropyLoss.

    log softmax(z)[y] = z[y] − m − log Σⱼ e^(zⱼ−m), with m the largest logit: the exponentials never
    overflow, and the logarithm never sees 0.
    """

    def forward(self, outputs: Array, targets: Array) -> Array:
        xp, targets = namespace(outputs), one_hot(targets, outputs)
        shifted = outputs - xp.amax(outputs, -1, keepdims=True)
        e = xp.exp(shifted)
        total = e.sum(-1, keepdims=True)
        self.p, self.targets = e / total, targets
        return (xp.log(total[..., 0]) - (shifted * targets).sum(-1)).sum(-1) / outputs.shape[-2]

    def backward(self) -> Array:
        # ∂L/∂z = (softmax(z) − y) / n
        return (self.p - self.targets) / self.p.shape[-2]


class MSELoss(Loss):
    """L = mean over samples and classes of (aᵢⱼ − yᵢⱼ)²: PyTorch's nn.MSELoss."""

    def forward(self, outputs: Array, targets: Array) -> Array:
        self.difference = outputs - one_hot(targets, outputs)
        batch, classes = outputs.shape[-2:]
        return (self.difference * self.difference).sum((-2, -1)) / (batch * classes)

    def backward(self) -> Array:
        # ∂L/∂a = 2 (a − y) / (n · classes)
        batch, classes = self.difference.shape[-2:]
        return self.difference * (2 / (batch * classes))


def one_hot(targets: Any, outputs: Array) -> Array:
    """Targets as rows like those of `outputs`: such rows as they are, and class numbers as rows with a 1.

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
