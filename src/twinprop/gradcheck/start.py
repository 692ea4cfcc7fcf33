"""An object is set back to where it was, all but its parameters: for a forward that goes on from its last state."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from twinprop.gradcheck.held import ArrayRef, may_hold_arrays

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
