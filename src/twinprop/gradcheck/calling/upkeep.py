"""What an object has for its training: a learning rate, an optimizer, a method that clears gradients, a state.

An optimizer of ours takes plain steps, and notes what it was given. Whatever method is called, `W -= lr * dW` is done
in place, and W is returned; of a gradient alone, the step is.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, ClassVar

import numpy as np

from twinprop.gradcheck.arrays.held import (
    ArrayRef,
    arrays_of,
    canonical,
    is_number,
    is_numeric,
    may_hold_arrays,
    stems,
    wrapped_in,
)
from twinprop.gradcheck.calling.naming import held_by
from twinprop.gradcheck.calling.way import Way
from twinprop.gradcheck.source.roles import Method, method_of, role_of
from twinprop.gradcheck.source.sources import nodes_of, own_attributes

WEIGHT_DECAY, RATE = 0.05, 0.01
"""What backward is given where it wants such a number."""

TO_OPTIMIZER = "to optimizer "
"""What the report calls a gradient that an optimizer was given, before its number."""


class PlainSteps:
    """Gradient descent under any name.

    Attributes:
        lr: the learning rate, by any of its names.
        _given: to all of them together, since `_begin`: each array that was to be changed, with its gradient.
        _parameters: the arrays that may be changed, by their identity.
        _last: the last step of a gradient alone.
    """

    _given: ClassVar[list[tuple[Any, Any]]] = []
    _parameters: ClassVar[set[int]] = set()

    def __init__(self, lr: Any = 0.1, *settings: Any, **named: Any) -> None:
        rates = [one for name, one in named.items() if role_of(name) == "rate"]
        self._last: Any = None
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
        values = [
            {str(ref.keys[-1] if ref.keys else ref.attribute): ref.get() for ref in arrays_of(one)}
            if may_hold_arrays(one)  # a layer
            else one
            for one in [*args, *keywords.values()]
        ]
        held = [one for one in values if isinstance(one, np.ndarray | np.floating | list | tuple | dict)]
        if not held:  # the step may be asked for by a call of its own
            return values[0] if values else self._last
        if len(held) == 1:
            return self._step_of(held[0])
        known = [one for one in held if id(one) in self._parameters]
        slopes = [one for one in held if id(one) not in self._parameters]
        if len(known) > 1 and len(slopes) > 1:  # minimize(W, b, dW, db, vW, vb)
            return self._step_of_several(known, slopes)
        array, gradient = held[:2]
        if any(id(one) in self._parameters for one in leaves(gradient)):
            array, gradient = gradient, array
        for one, other in pairs(array, gradient):
            self._given.append((one, np.copy(other)))
            with suppress(ValueError, TypeError):  # of another shape, which the check tells
                one -= self.lr * other
        return array

    def _step_of_several(self, known: Sequence[Any], slopes: Sequence[Any]) -> tuple[Any, ...]:
        """Each of several arrays that has a gradient, the first of its shape; they come first in what is returned."""
        left, done = list(known), []
        for slope in slopes[: len(known)]:
            own = next((at for at, one in enumerate(left) if np.shape(one) == np.shape(slope)), 0)
            done.append(left.pop(own))
            self(done[-1], slope)
        return *done, *left, *slopes[len(known) :]

    def _step_of(self, gradient: Any) -> Any:
        if isinstance(gradient, list | tuple | dict):
            return gradient
        self._given.append((None, np.copy(gradient)))
        self._last = self.lr * gradient
        return self._last


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


REMEMBERS = re.compile("adam|rms|moment|adagrad|nesterov|adadelta|rprop")
"""Words in names of optimizers whose steps are no plain ones."""


def lend_optimizer(made: Any) -> bool:
    """Give an object the optimizer that its methods ask for, and that nobody has set; whether there is such."""
    kinds = [kind for kind in type(made).__mro__ if kind is not object]
    names = {node.attr for kind in kinds for node in own_attributes(kind) if role_of(node.attr) == "optimizer"}
    lacking = [name for name in names if held_by(made, name) is None]
    for name in lacking:
        setattr(made, name, PlainSteps())
    return bool(lacking)


ZERO = (
    "zerograd zerograds zerogradients initgrad initgrads resetgrad resetgrads resetgradient resetgradients cleargrads "
    "cleargradients flushgradients flushgrads"
)
"""Names of methods that clear gradients."""


@cache
def clears_cache(kind: type, forward: str, zero: str) -> bool:
    """Whether the `zero_grad` of a class clears what its forward keeps, so that it has to come first."""
    used = {node.attr for node in own_attributes(getattr(kind, forward, None))}
    stored = [node for node in own_attributes(getattr(kind, zero or "_", None)) if isinstance(node.ctx, ast.Store)]
    return any(node.attr in used for node in stored)


def names_rate(node: ast.AST) -> bool:
    """Whether a learning rate stands in some code."""
    parts = [part for part in ast.walk(node) if isinstance(part, ast.Name | ast.Attribute)]
    return any(role_of(ast.unparse(part).rpartition(".")[2]) == "rate" for part in parts)


def count_of(x: Any, y: Any) -> int:
    """How many samples there are: rows, or the columns that x and y have as many of."""
    rows, targets = np.shape(x)[:1], np.shape(y)[:1]
    in_columns = rows != targets and targets and rows and np.shape(x)[-1] == np.shape(y)[-1]
    return np.shape(x)[-1] if in_columns else rows[0] if rows else 1


def rates_of(made: Any) -> list[ArrayRef]:
    """The attributes that hold a learning rate, of the class too."""
    root = wrapped_in(made)  # which may hold objects alone, and a rate in its class
    owners = {id(root): ("", root)} | {
        id(owner): (prefix, owner) for prefix, owner in owners_of(made, is_numeric).items()
    }
    found = [
        ArrayRef(prefix + name, owner, name)
        for prefix, owner in owners.values()
        for name in dir(owner)
        if not name.startswith("__") and role_of(name) == "rate" and is_number(held_by(owner, name))
    ]
    # beside a rate, alpha is a momentum or a penalty
    return [ref for ref in found if ref.attribute != "alpha"] or found


def adds_bare(made: Any, attributes: Sequence[str]) -> bool:
    """Whether every update adds something as it is, as in `self.W += d`: then there is no learning rate."""
    nodes = [node for kind in type(wrapped_in(made)).__mro__ for node in nodes_of(kind)]
    steps = [node for node in nodes if isinstance(node, ast.AugAssign)]
    names = [ast.unparse(one.target).partition("[")[0].rpartition(".")[2] for one in steps]
    steps = [one for one, name in zip(steps, names, strict=True) if name in attributes]
    return bool(steps) and all(isinstance(one.value, ast.Name | ast.Attribute) for one in steps)


def owners_of(made: Any, wanted: Callable[[Any], bool]) -> dict[str, Any]:
    """The objects that hold something wanted, by their names with a dot."""
    owners = {"": made}
    refs: list[ArrayRef] = [ref for first in arrays_of(made, wanted) for ref in (first, *first.also)]
    for ref in refs:
        owners[ref.prefix] = ref.owner
    return owners


AFTER = re.compile(
    r"(?!zero|reset|clear|clip|check|num|set|get_param|load|save).*(grad|update|step|optimi[sz]e|adjust|apply|accum|descent).*"
)
"""Names of methods that compute the gradients of the parameters, where backward does not."""


def ways_after(made: Any, way: Way) -> Iterator[Method]:
    """The methods that may compute the gradients of the parameters, after a backward that does not."""
    made = wrapped_in(made)
    used = [way.forward.name, way.backward.name if way.backward else ""]
    names = [name for name in dir(made) if AFTER.fullmatch(name.lower().strip("_")) and name not in used]
    for name in sorted(names, key=lambda name: "grad" not in name.lower()):
        if not name.startswith("__") and callable(held_by(made, name)):
            method = method_of(made, name)
            if not method.any_number and all(one.role in ("x", "y", "dy", "out") for one in method.needed):
                yield method


GOES_ON = "forward goes on from where the last one ended, as by a state that is kept: it is set back before each."


class Start:
    """What an object, and those that it holds, have in their attributes now.

    Args:
        steady: names of the arrays that forward leaves as they are: they are not set back, for they are parameters.
    """

    def __init__(self, made: Any, steady: set[str]) -> None:
        self.steady = steady
        self.made = made
        self.owners = owners_in(made)
        memo: dict[int, Any] = {id(owner): owner for owner in self.owners}
        self.attributes = [copy.deepcopy(dict(vars(owner)), memo) for owner in self.owners]

    def again(self, parameters: Sequence[ArrayRef]) -> None:
        """Set everything back but the learning rate, and those of the arrays that are steady, which stay in place."""
        memo: dict[int, Any] = {id(owner): owner for owner in self.owners}
        kept = [
            (ref, ref.get()) for ref in [*rates_of(self.made), *(one for one in parameters if one.name in self.steady)]
        ]
        for owner, attributes in zip(self.owners, self.attributes, strict=True):
            vars(owner).clear()
            vars(owner).update(copy.deepcopy(attributes, memo))
        for ref, array in kept:
            ref.set(array)


def owners_in(held: Any, seen: dict[int, Any] | None = None) -> list[Any]:
    """An object with all of the user's objects in it."""
    seen = {} if seen is None else seen
    if isinstance(held, list | tuple | dict):
        for one in held.values() if isinstance(held, dict) else held:
            owners_in(one, seen)
    elif may_hold_arrays(held) and hasattr(held, "__dict__") and id(held) not in seen:
        seen[id(held)] = held
        for one in list(vars(held).values()):
            owners_in(one, seen)
    return list(seen.values())
