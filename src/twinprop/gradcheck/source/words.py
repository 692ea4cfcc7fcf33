"""The words that an argument may be, as the source tells: compared with it, keys of a table, ends of methods' names."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import Any

from twinprop.gradcheck.source.sources import (
    aliases,
    class_around,
    names,
    names_of_entries,
    nodes_of,
    passed_on,
    value_named,
)


@cache
def words_compared(found: Any, name: str, deeper: int = 2) -> tuple[str, ...]:
    """The words that an argument is compared with, as `activation == "relu"`, or looks up in a dict.

    Attributes that hold it are it, too; and functions that it is passed on to are looked through.
    """
    words: list[str] = []
    held = held_as(found, name)

    def is_it(node: ast.AST) -> bool:
        return any(names(node, one) for one in held)

    for node in nodes_of(found):
        if isinstance(node, ast.Compare) and any(map(is_it, [node.left, *node.comparators])):
            for side in [node.left, *node.comparators]:
                parts = side.elts if isinstance(side, ast.List | ast.Tuple | ast.Set) else [side]
                words += [one.value for one in parts if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        elif isinstance(node, ast.Match) and is_it(node.subject):
            words += [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and type(one.value) is str]
        elif isinstance(node, ast.Subscript) and is_it(node.slice):
            words += words_of(value_named(found, node.value))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            words += words_of(value_named(found, node.func.value)) if any(map(is_it, node.args)) else []
    words += [word for one in held for word in endings(found, one)]
    for called, argument in (one for own in held for one in passed_on(found, own)) if deeper else ():
        words += words_compared(called, argument, deeper - 1)
    return tuple(dict.fromkeys(words))


def held_as(found: Any, name: str) -> list[str]:
    """An argument, and the attributes that hold it: `self.kind = None if name is None else name.lower()`."""
    own = [name]
    for node in nodes_of(found):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
            values = [node.value.body, node.value.orelse] if isinstance(node.value, ast.IfExp) else [node.value]
            plain = [one for one in values if not isinstance(one, ast.Subscript)]
            own += [node.targets[0].attr] if any(names(one, name) for one in plain) else []
    return list(dict.fromkeys(own))


def endings(found: Any, name: str) -> list[str]:
    """What makes names of methods complete: `relu` of `getattr(self, f"_{name}")` beside `_relu`.

    Where several are looked up, what all of them have; and none that is called by its whole name.
    """
    called = {ast.unparse(node.func).rpartition(".")[2] for node in nodes_of(found) if isinstance(node, ast.Call)}
    told: list[list[str]] = []
    for node in nodes_of(found):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "getattr" and len(node.args) > 1:
            read = node.args[1]
            parts = read.values if isinstance(read, ast.JoinedStr) else []
            parts = [read.left, read.right] if isinstance(read, ast.BinOp) else parts
            inner = [one.value if isinstance(one, ast.FormattedValue) else one for one in parts]
            if any(names(one, name) for one in inner):
                pattern = "".join(
                    re.escape(str(one.value)) if isinstance(one, ast.Constant) else "(.+)" for one in inner
                )
                own = ast.unparse(node.args[0]) == "self"
                holder = class_around(found) if own else value_named(found, node.args[0])
                there = [one for one in dir(holder) if one not in called and one[:2] != "__"]
                told.append([match[1] for one in there if (match := re.fullmatch(pattern, one))])
    return [word for word in told[0] if all(word in others for others in told)] if told else []


@cache
def words_of_entries(found: Any, name: str) -> tuple[str, ...]:
    """The words that the entries of a list may be, as `[table[a] for a in activations]` or `activations[k]` reads."""
    held = aliases(found, name)
    entries = [*names_of_entries(found, held), *(f"{one.rpartition('.')[2]}[]" for one in sorted(held))]
    return tuple(word for entry in entries for word in words_compared(found, entry))


def words_of(table: Any) -> list[str]:
    return [key for key in table if isinstance(key, str)] if isinstance(table, dict) else []
