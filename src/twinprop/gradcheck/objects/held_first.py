"""Functions that are all given what is learnt first: forward_propagate(network, row), update_weights(network, row, lr).

Neurons in lists and dicts, as of a well-known tutorial in plain Python, keep a delta each, and what an update changes
is the gradient. Their weights, lists of numbers, become arrays, so that they can be measured.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.held import objects_of
from twinprop.gradcheck.arrays.inputs import Inputs, draw_y
from twinprop.gradcheck.objects.numbers_in_lists import with_arrays
from twinprop.gradcheck.source.roles import role_of
from twinprop.gradcheck.source.sources import parameters_of, source_of

UPDATE = re.compile(r".*(update|step|adjust|descen[dt]).*")


def update_of(functions: Mapping[str, Any], held: str) -> str:
    """The function that changes what another is given first, with a rate; empty where there is none."""
    for name, one in functions.items():
        taken = [argument.name for argument in parameters_of(one)]
        if UPDATE.fullmatch(name.lower()) and taken[:1] == [held] and "rate" in map(role_of, taken):
            return name
    return ""


class HeldFirst:
    """Such functions as methods of an object that holds it.

    Args:
        name: of what is learnt; `made`, it itself.
        front, back, step: the functions; the last is given x and a rate, too.
    """

    def __init__(
        self, name: str, made: Any, front: Callable[..., Any], back: Callable[..., Any], step: Callable[..., Any]
    ) -> None:
        setattr(self, name, with_arrays(made))
        self._name, self._parts = name, {"front": front, "back": back, "step": step}
        self._x: Any = None
        rng, (first, *_) = np.random.default_rng(0), objects_of(getattr(self, name), np.ndarray)
        # a bias may stand last, and a label may stand last in each row
        read = [np.shape(first)[0] - at for at in (0, 1) if self._reads_all(np.shape(first)[0] - at)]
        size = (read or [np.shape(first)[0]])[0] + ("[:-1]" in source_of(step))
        outputs = np.size(front(self._held, rng.standard_normal(size)))
        y = draw_y(rng, 1, outputs, None, "onehot")
        self._own_inputs = Inputs(rng.standard_normal(size), y, None, "onehot", "normal")

    def _reads_all(self, size: int) -> bool:
        """Whether forward looks at each of so many numbers."""
        x, other = np.ones(size), np.ones(size)
        other[-1] = 2
        out, changed = (np.array(self._parts["front"](self._held, one), float) for one in (x, other))
        return not np.array_equal(out, changed)

    @property
    def _held(self) -> Any:
        return getattr(self, self._name)

    def forward(self, x: Any) -> Any:
        self._x = np.copy(x)
        return np.array(self._parts["front"](self._held, x), float)

    def backward(self, y: Any) -> None:
        self._parts["back"](self._held, y)

    def update(self, lr: float) -> None:
        self._parts["step"](self._held, self._x, lr)
