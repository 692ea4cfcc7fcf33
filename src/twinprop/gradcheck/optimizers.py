"""An optimizer for code that hands its gradients to one: it takes plain steps, and notes what it was given.

Whatever method is called, `W -= lr * dW` is done in place, and W is returned; of a gradient alone, the step is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, ClassVar

import numpy as np

from twinprop.gradcheck.gradient_names import canonical, stems
from twinprop.gradcheck.held import arrays_of, may_hold_arrays
from twinprop.gradcheck.roles import role_of
from twinprop.gradcheck.sources import own_attributes

RATE = 0.01
"""The learning rate where backward wants one."""

TO_OPTIMIZER = "to optimizer "
"""What the report calls a gradient that an optimizer was given, before its number."""


class PlainSteps:
    """Gradient descent under any name.

    Attributes:
        lr: the learning rate, by any of its names.
        _given: to all of them together, since `_begin`: each array that was to be changed, with its gradient.
        _parameters: the arrays that may be changed, by their identity.
    """

    _given: ClassVar[list[tuple[Any, Any]]] = []
    _parameters: ClassVar[set[int]] = set()

    def __init__(self, lr: Any = 0.1, *settings: Any, **named: Any) -> None:
        rates = [one for name, one in named.items() if role_of(name) == "rate"]
        self.lr: float = next((one for one in [*rates, lr] if isinstance(one, int | float)), 0.1)

    @classmethod
    def _begin(cls, parameters: Iterable[Any]) -> None:
        """Forget what was given so far."""
        cls._given.clear()
        cls._parameters.clear()
        cls._parameters.update(map(id, parameters))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.lr if role_of(name) == "rate" else self

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """One update, of whatever is in the arguments."""
        values = [*args, *keywords.values()]
        values = [arrays_by_name(one) if may_hold_arrays(one) else one for one in values]
        held = [one for one in values if isinstance(one, np.ndarray | np.floating | list | tuple | dict)]
        if not held:
            return values[0] if values else None
        if len(held) == 1:
            return self._step_of(held[0])
        array, gradient = held[:2]
        if any(id(one) in self._parameters for one in leaves(gradient)):
            array, gradient = gradient, array
        for one, other in pairs(array, gradient):
            self._given.append((one, np.copy(other)))
            with suppress(ValueError, TypeError):  # of another shape, which the check tells
                one -= self.lr * other
        return array

    def _step_of(self, gradient: Any) -> Any:
        if isinstance(gradient, list | tuple | dict):
            return gradient
        self._given.append((None, np.copy(gradient)))
        return self.lr * gradient


def arrays_by_name(layer: Any) -> dict[str, Any]:
    """The arrays that a layer holds, by their own names."""
    return {str(ref.keys[-1] if ref.keys else ref.attribute): ref.get() for ref in arrays_of(layer)}


def pairs(held: Any, gradients: Any) -> Iterator[tuple[Any, Any]]:
    """Each array with its gradient: of two dicts by their keys, `W` with `W` or `dW`; else in their order."""
    if isinstance(held, dict) and isinstance(gradients, dict):
        for key, one in held.items():
            own = next((name for name in gradients if name == key or canonical(key) in stems(name)), None)
            if own is not None:
                yield from pairs(one, gradients[own])
    else:
        yield from zip(leaves(held), leaves(gradients), strict=False)


def leaves(held: Any) -> Iterator[Any]:
    """The arrays in lists and dicts, those of a dict in the order of its keys."""
    if isinstance(held, np.ndarray):
        yield held
    elif isinstance(held, list | tuple):
        for one in held:
            yield from leaves(one)
    elif isinstance(held, dict):
        for key in sorted(held, key=str):
            yield from leaves(held[key])


def lend_optimizer(made: Any, held_by: Callable[[Any, str], Any]) -> bool:
    """Give an object the optimizer that its methods ask for, and that nobody has set; whether there is such."""
    kinds = [kind for kind in type(made).__mro__ if kind is not object]
    names = {node.attr for kind in kinds for node in own_attributes(kind) if role_of(node.attr) == "optimizer"}
    lacking = [name for name in names if held_by(made, name) is None]
    for name in lacking:
        setattr(made, name, PlainSteps())
    return bool(lacking)
