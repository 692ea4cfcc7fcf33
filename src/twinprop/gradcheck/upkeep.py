"""What an object has for its training: a learning rate, and a method that clears gradients."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache
from typing import Any

from twinprop.gradcheck.held import ArrayRef, arrays_of, is_number, is_numeric
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
        found += [ArrayRef(prefix + name, owner, name) for name in names if is_number(held_by(owner, name))]
    return found


def owners_of(made: Any, wanted: Callable[[Any], bool]) -> dict[str, Any]:
    """The objects that hold something wanted, by their names with a dot."""
    owners = {"": made}
    refs: list[ArrayRef] = [ref for first in arrays_of(made, wanted) for ref in (first, *first.also)]
    for ref in refs:
        owners[ref.prefix] = ref.owner
    return owners
