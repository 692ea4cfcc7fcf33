"""Which arguments hold whole numbers: those that are used as an index, or named as one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from twinprop.gradcheck.source.sources import LOOPS, names, nodes_of, parts_of

INDEX = re.compile(
    r"(.*_)?(idx|idxs|index|indexes|indices|ids?|tokens?|words?|wordids?|cent(er|re)s?|contexts?|ctx|negs?|negatives?)(_.*)?"
)
"""An input that holds whole numbers, by its name."""


def is_index(made: Any, method: str, name: str) -> bool:
    """Whether an argument of a method is used as an index, or named as one."""
    if INDEX.fullmatch(name.lower()):
        return True
    return indexes_with(getattr(getattr(made, method), "__func__", None), name)


@cache
def indexes_with(found: Any, name: str) -> bool:
    """Whether an argument stands in brackets, as in `rows[at]`, or one of its entries, as in `x[inputs[t]]`."""
    places = [node for node in nodes_of(found) if isinstance(node, ast.Subscript)]
    slices = [
        part for node in places if not PUTS_TOGETHER.fullmatch(ast.unparse(node.value)) for part in parts_of(node.slice)
    ]
    slices = [one.lower or one if isinstance(one, ast.Slice) else one for one in slices]
    slices = [one.value if isinstance(one, ast.Subscript) else one for one in slices]
    own = {name, *also_called(found, name)}
    own |= {entry for one in own for entry in entries_called(found, one)}
    return any(isinstance(one, ast.Name | ast.Attribute) and ast.unparse(one) in own for one in slices)


def also_called(found: Any, name: str) -> Iterator[str]:
    """Other names that an argument is given, as in `x, y = inputs, targets`, or in `x = options["inputs"]`."""
    for node in (one for one in nodes_of(found) if isinstance(one, ast.Assign)):
        both = [parts_of(node.targets[0]), parts_of(node.value)]
        for target, value in zip(*both, strict=False) if len(both[0]) == len(both[1]) else ():
            if isinstance(value, ast.Call) and ast.unparse(value.func).endswith("array") and value.args:
                value = value.args[0]
            plain = isinstance(target, ast.Name) or (isinstance(target, ast.Attribute) and isinstance(value, ast.Name))
            if plain and isinstance(value, ast.Name | ast.Subscript) and names(value, name):
                yield ast.unparse(target)


def entries_called(found: Any, name: str) -> Iterator[str]:
    """What the entries of an argument are called in the loops over it, also where they are counted."""
    for loop in (node for node in nodes_of(found) if isinstance(node, LOOPS)):
        target, over = loop.target, ast.unparse(loop.iter)
        if over == f"enumerate({name})" and isinstance(target, ast.Tuple):
            target, over = target.elts[1], name
        if over == name and isinstance(target, ast.Name):
            yield target.id


PUTS_TOGETHER = re.compile(r"\w+\.[cr]_")
"""np.c_[ones, x] has brackets, and is no place in anything."""
