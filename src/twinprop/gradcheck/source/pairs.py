"""What goes forward and what goes back, told by names that are alike, or by what one leaves and the other reads.

Of a class whose methods are functions and their derivatives, as `sigmoid` and `sigmoid_derivative`, each is a function.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Mapping
from functools import cache, wraps
from types import FunctionType, ModuleType
from typing import Any

from twinprop.gradcheck.faults import patient
from twinprop.gradcheck.source.loops import NAMES as TRAINING
from twinprop.gradcheck.source.roles import word_of
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


def plain_partner(functions: Mapping[str, Any], back: str) -> str:
    """The function that a derivative is named after: `mse` of `mse_grad`, `sigmoid` of `sigmoid_prime`."""
    for name in functions:
        rest = word_of(back).replace(word_of(name), "", 1) if word_of(name) in word_of(back) else ""
        if rest and re.fullmatch(r"(d|grad|gradient|derivative|deriv|prime|backward|backprop|back|bwd|of)+", rest):
            return name
    return ""


WAYS = re.compile(
    r"forward\w*|feed\w*|backward\w*|back_?prop\w*|(compute_?)?grad(s|ient|ients)?|deriv(ative)?|prime|predict|__call__|call"
)
"""Methods of a class that goes forward or back itself."""


def derivatives_in(kind: type) -> list[str]:
    """The methods that are derivatives of others, where the class is no layer, does not train, and keeps nothing."""
    own = methods_of(kind)
    if any(WAYS.fullmatch(name.lower()) or TRAINING.fullmatch(word_of(name)) for name in own):
        return []
    if any(left(one) for name, one in own.items() if name != "__init__"):
        return []
    return [name for name in own if plain_partner(own, name)]


def methods_of(kind: type) -> dict[str, Any]:
    """The functions of a class and of those that it inherits from, as they are called on an object."""
    there = {name: inspect.getattr_static(kind, name) for name in dir(kind)}
    return {name: one for name, one in there.items() if isinstance(one, FunctionType | staticmethod | classmethod)}


def as_functions(module: ModuleType, kind: type) -> ModuleType:
    """A module that has the methods of a class as functions; its object is made without arguments, or not begun."""
    try:
        with patient():
            made = kind()
    except Exception:  # it wants to know which of them it is, or waits for something
        made = object.__new__(kind)
    found = ModuleType(module.__name__)
    vars(found).update(vars(module))
    vars(found).update(
        {name: as_function(made, name, one) for name, one in methods_of(kind).items() if name[:2] != "__"}
    )
    return found


def as_function(made: Any, name: str, method: Any) -> Any:
    """A method as a function of what it is given."""
    if isinstance(method, staticmethod):
        return method.__func__

    @wraps(getattr(method, "__func__", method))
    def called(*args: Any, **keywords: Any) -> Any:
        return getattr(made, name)(*args, **keywords)

    called.__signature__ = inspect.signature(getattr(made, name))  # type: ignore[attr-defined]
    return called
