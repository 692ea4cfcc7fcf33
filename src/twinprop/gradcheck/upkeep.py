"""What an object has for its training: a learning rate, a method that clears gradients, a state it is set back to."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from twinprop.gradcheck.held import ArrayRef, arrays_of, is_number, is_numeric, may_hold_arrays
from twinprop.gradcheck.roles import role_of
from twinprop.gradcheck.sources import own_attributes
from twinprop.gradcheck.ways import held_by

ZERO = (
    "zerograd zerograds zerogradients initgrad initgrads resetgrad resetgrads resetgradient resetgradients cleargrads"
)
"""Names of methods that clear gradients."""


@cache
def clears_cache(kind: type, forward: str, zero: str) -> bool:
    """Whether the `zero_grad` of a class clears what its forward keeps, so that it has to come first."""
    used = {node.attr for node in own_attributes(getattr(kind, forward, None))}
    stored = [node for node in own_attributes(getattr(kind, zero or "_", None)) if isinstance(node.ctx, ast.Store)]
    return any(node.attr in used for node in stored)


def rates_of(made: Any) -> list[ArrayRef]:
    """The attributes that hold a learning rate, of the class too."""
    found = []
    for prefix, owner in {id(owner): (prefix, owner) for prefix, owner in owners_of(made, is_numeric).items()}.values():
        names = [name for name in dir(owner) if not name.startswith("__") and role_of(name) == "rate"]
        if any(name != "alpha" for name in names):  # beside a rate it is a momentum, or a penalty
            names = [name for name in names if name != "alpha"]
        found += [ArrayRef(prefix + name, owner, name) for name in names if is_number(held_by(owner, name))]
    return found


def owners_of(made: Any, wanted: Callable[[Any], bool]) -> dict[str, Any]:
    """The objects that hold something wanted, by their names with a dot."""
    owners = {"": made}
    refs: list[ArrayRef] = [ref for first in arrays_of(made, wanted) for ref in (first, *first.also)]
    for ref in refs:
        owners[ref.prefix] = ref.owner
    return owners


GOES_ON = "forward goes on from where the last one ended, as by a state that is kept: it is set back before each."


class Start:
    """What an object, and those that it holds, have in their attributes now.

    Args:
        steady: names of the arrays that forward leaves as they are: they are not set back, for they are parameters.
    """

    def __init__(self, made: Any, steady: set[str]) -> None:
        self.steady = steady
        self.owners = owners_in(made)
        memo: dict[int, Any] = {id(owner): owner for owner in self.owners}
        self.attributes = [copy.deepcopy(dict(vars(owner)), memo) for owner in self.owners]

    def again(self, parameters: Sequence[ArrayRef]) -> None:
        """Set everything back but those of the arrays that are steady, which stay in their places."""
        memo: dict[int, Any] = {id(owner): owner for owner in self.owners}
        kept = [(ref, ref.get()) for ref in parameters if ref.name in self.steady]
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
