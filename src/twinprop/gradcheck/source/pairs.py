"""Methods with names that nothing here knows, as in another language: what one leaves, the other reads to go back."""

from __future__ import annotations

import ast
import inspect
import re
from functools import cache
from typing import Any

from twinprop.gradcheck.source.sources import nodes_of, own_attributes, parameters_of, returns_of

OTHERS = re.compile(
    r"__.*|.*(loss|cost|error|accura|metric|score|update|step|optim|zero|fit|train|save|load|plot|show|print|check)",
    re.IGNORECASE,
)
"""Methods that go neither way."""


@cache
def pair_of(kind: Any, front: str = "", back: str = "") -> tuple[str, str]:
    """The two methods of a class that go forward and back, as its source tells; empty names where it does not.

    Forward is given one thing, returns something, and leaves attributes; back reads them.

    Args:
        front, back: the one whose name is known.
    """
    own = {name: one for name, one in vars(kind).items() if inspect.isfunction(one) and not OTHERS.match(name)}
    needed = {name: sum(one.default is one.empty for one in parameters_of(own[name])[1:]) for name in own}
    likely = [name for name, one in own.items() if needed[name] == 1 and any(returns_of(one)) and left(one)]
    pairs = [
        (first, second)
        for first in ([front] if front else likely)
        for second in ([back] if back else own)
        if first in own and second in own and first != second and needed[second] in (1, 2)
        if left(own[first]) & read(own[second]) - left(own[second]) and not left(own[second]) & read(own[first])
        if not {first, second} & (read(own[first]) | read(own[second]))
    ]
    plain = [(first, second) for first, second in pairs if left(own[second]) or transposes(own[second])]
    chosen = plain if len(plain) == 1 or front or back else pairs
    return chosen[0] if len(chosen) == 1 else ("", "")


def transposes(function: Any) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr == "T" for node in nodes_of(function))


def left(function: Any) -> set[str]:
    """The attributes of self that it assigns."""
    return {one.attr for one in own_attributes(function) if isinstance(one.ctx, ast.Store)}


def read(function: Any) -> set[str]:
    return {one.attr for one in own_attributes(function) if isinstance(one.ctx, ast.Load)}
