"""Objects of our own for a constructor that asks for one, where no file at hand has it.

Whatever their methods are called, they do what their arguments tell: an activation remembers what it was given and what
it returned, so a derivative is that of tanh at its input, or 1 − a² where it is given its output.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from twinprop.gradcheck.stand_ins import softmax

BACK = re.compile(
    r".*(back|bprop|prime|deriv|grad|delta|diff|jacob).*|d_?(f|fn|x|z|a|act|activate|activation|loss|cost)?"
)
"""Names of methods that give a derivative."""


class Lent:
    """Answers to every name: what looks like a derivative is one, all else is the function."""

    names = ""

    def __init__(self, name: str = "") -> None:
        """One for an argument of that name."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._derivative if BACK.fullmatch(name.lower().strip("_")) else self


class LentActivation(Lent):
    """tanh, under any name; the softmax where its name says that it is the last one.

    Given outputs and targets of 0 and 1, its derivative is a − y, that of a softmax together with its loss.
    """

    names = r".*(activ|nonlin|transfer|squash|softmax|sigmoid).*|act|act_?f(n|unc)?|phi|sigma|g|f"

    def __init__(self, name: str = "") -> None:
        self._runs: list[tuple[Any, Any]] = []
        self.__name__ = "softmax" if re.search("out|last|final|softmax", name.lower()) else "tanh"

    def __call__(self, x: Any, *flags: Any, **keywords: Any) -> Any:
        if any(flag is True for flag in [*flags, *keywords.values()]):
            return self._derivative(x)
        out = softmax(x) if self.__name__ == "softmax" else np.tanh(x)
        self._runs = [*self._runs[-20:], (np.copy(x), out)]
        return out

    def _derivative(self, *args: Any, **keywords: Any) -> Any:
        given: list[Any] = [one for one in [*args, *keywords.values()] if isinstance(one, np.ndarray | float)]
        for run in self._runs[::-1]:
            for one in given:
                at = next((at for at, part in enumerate(run) if np.array_equal(one, part)), None)
                if at is None:
                    continue
                rest = [other for other in given if other is not one and np.shape(other) == np.shape(one)]
                targets = [other for other in rest if np.isin(other, (0, 1)).all() and np.any(other)]
                if at and targets and self.__name__ == "softmax":
                    return one - targets[0]
                rest = [other for other in rest if not any(np.array_equal(other, part) for part in run)]
                if self.__name__ == "softmax":
                    return run[1] * (rest[0] - (rest[0] * run[1]).sum(-1, keepdims=True))
                slope = 1 - run[1] ** 2
                return slope * rest[0] if len(rest) == 1 else slope
        return 1 - np.tanh(given[0]) ** 2 if given else 1 - self._runs[-1][1] ** 2


class LentLoss(Lent):
    """½ Σ (p − y)², under any name."""

    names = r".*(loss|cost|criterion|objective|error).*"
    __name__ = "half_squared_error"

    def __call__(self, p: Any, y: Any, *rest: Any) -> Any:
        self._kept = p, y
        return 0.5 * float(((p - y) ** 2).sum())

    def _derivative(self, *args: Any, **keywords: Any) -> Any:
        given = [one for one in [*args, *keywords.values()] if isinstance(one, np.ndarray)]
        p, y = given[-2:] if len(given) > 1 else self._kept
        return y - p if np.isin(p, (0, 1)).all() and not np.isin(y, (0, 1)).all() else p - y


class SizeOrCall(int):
    """A number that may be called for itself, as `layer.get_size()`."""

    def __call__(self, *args: Any) -> int:
        return int(self)


class ShapeOrCall(tuple[int, ...]):
    """A shape that may be called for itself."""

    __slots__ = ()

    def __call__(self, *args: Any) -> tuple[int, ...]:
        return tuple(self)


class LentLayer(Lent):
    """The layer before, of 4 units: whatever it is asked for, it tells their number, or the shape of a sample."""

    names = r".*(prev|input|old|before|last|parent|below).*layer.*|layer|prev"
    __name__ = "a layer of 4"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if "shape" in name.lower():
            return ShapeOrCall((4,))
        if re.search("size|dim|unit|num|out|feature|neuron|width|^n", name.lower()):
            return SizeOrCall(4)
        raise AttributeError(name)
