"""Methods with names that nothing here knows, as in another language: what one leaves, the other reads to go back."""

from __future__ import annotations

import ast
import inspect
import re
from functools import cache
from typing import Any

from twinprop.gradcheck.source.sources import nodes_of, own_attributes

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
    needed = {name: len(needed_of(one)) for name, one in own.items()}
    fronts = (
        [front] if front else [name for name in own if needed[name] == 1 and returns(own[name]) and left(own[name])]
    )
    pairs = [
        (first, second)
        for first in fronts
        for second in ([back] if back else own)
        if first in own and second in own and first != second and needed[second] in (1, 2)
        if left(own[first]) & read(own[second]) - left(own[second]) and not left(own[second]) & read(own[first])
        if not {first, second} & (read(own[first]) | read(own[second]))
    ]
    plain = [one for one in pairs if left(own[one[1]]) or any(attr.attr == "T" for attr in attributes(own[one[1]]))]
    chosen = plain if len(plain) == 1 or front or back else pairs
    return chosen[0] if len(chosen) == 1 else ("", "")


def needed_of(function: Any) -> list[str]:
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return [one.name for one in parameters if one.default is inspect.Parameter.empty]


def returns(function: Any) -> bool:
    return any(isinstance(node, ast.Return) and node.value is not None for node in nodes_of(function))


def attributes(function: Any) -> list[ast.Attribute]:
    return [node for node in nodes_of(function) if isinstance(node, ast.Attribute)]


def left(function: Any) -> set[str]:
    """The attributes of self that it assigns."""
    return {one.attr for one in own_attributes(function) if isinstance(one.ctx, ast.Store)}


def read(function: Any) -> set[str]:
    return {one.attr for one in own_attributes(function) if isinstance(one.ctx, ast.Load)}
