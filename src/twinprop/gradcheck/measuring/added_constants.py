"""Small numbers that forward adds, as in log(p + 1e-7): a gradient may be right for a forward without them."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FunctionType
from typing import Any, TypeGuard

from twinprop.gradcheck.arrays.held import said, wrapped_in
from twinprop.gradcheck.faults import is_users
from twinprop.gradcheck.source.sources import nodes_of

LOGARITHM = re.compile(r"(^|\.)log(2|10)?$")


@contextmanager
def without_small_constants(made: Any, in_logarithms: bool = False) -> Iterator[list[str]]:
    """Meanwhile what is near an object adds 0 in place of its small numbers, which are handed over as text.

    Args:
        in_logarithms: whether it does so in logarithms alone, whose gradient is that without them on purpose.
    """
    near = list(functions_near(made))
    found = [(one, one.__code__, small) for one in near if (small := small_constants(one, in_logarithms))]
    try:
        for function, code, small in found:
            function.__code__ = code.replace(co_consts=tuple(0.0 if one in small else one for one in code.co_consts))
        yield sorted({f"{constant:g}" for _, _, small in found for constant in small})
    finally:
        for function, code, _ in found:
            function.__code__ = code


def is_small(value: Any) -> TypeGuard[float]:
    return isinstance(value, float) and 0 < value <= 1e-3


def small_constants(function: FunctionType, in_logarithms: bool = False) -> list[float]:
    """Those that a function adds, and does not multiply with, as a learning rate or a weight of a penalty."""
    nodes = list(nodes_of(function))
    calls = [node for node in nodes if isinstance(node, ast.Call) and LOGARITHM.search(ast.unparse(node.func))]
    inside = [part for call in calls for one in call.args for part in ast.walk(one)] if in_logarithms else nodes
    sums = [node for node in inside if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)]
    sides = [side for node in sums for side in (node.left, node.right)]
    added = {ast.unparse(side) for side in sides if isinstance(side, ast.Name | ast.Constant)}
    loads = [node for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    other = {node.id for node in loads if node not in sides}
    small: list[float] = [
        node.value for node in sides if isinstance(node, ast.Constant) and isinstance(node.value, float)
    ]
    # h = 1e-4
    named = [node for node in nodes if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in added - other]
    small += [node.value.value for node in named if isinstance(node.value, ast.Constant) and is_small(node.value.value)]
    return [value for value in small if is_small(value)]


def functions_near(made: Any) -> Iterator[FunctionType]:
    """The functions of the module, and the methods of its classes and of those of the objects under test."""
    holders: list[Any] = [made, *said(made, "parts", [])]
    kinds = list(dict.fromkeys(kind for holder in holders for kind in type(holder).__mro__))
    functions = [one for kind in kinds for one in vars(kind).values() if isinstance(one, FunctionType)]
    # the module may have been loaded anew since: these are the names that its functions look at
    names = {id(one.__globals__): one.__globals__ for one in functions if is_users(one.__code__.co_filename)}
    spaces: list[Mapping[str, Any]] = [*names.values(), *(vars(kind) for kind in kinds)]
    lent = [inspect.unwrap(one) for one in vars(type(wrapped_in(made))).values() if hasattr(one, "__wrapped__")]
    spaces += [{one.__name__: one} | one.__globals__ for one in lent if isinstance(one, FunctionType)]
    spaces += [said(made, "_parts", {})]
    parts = [inspect.unwrap(part) for part in said(made, "_parts", {}).values() if isinstance(part, FunctionType)]
    spaces += [part.__globals__ for part in parts]
    for space in spaces:
        for value in list(space.values()):
            inner = list(value.__mro__[:-1]) if isinstance(value, type) else []
            for one in [value, *(part for kind in inner for part in vars(kind).values())]:
                plain = getattr(one, "__func__", getattr(one, "fget", one))
                if isinstance(plain, FunctionType):
                    yield plain
