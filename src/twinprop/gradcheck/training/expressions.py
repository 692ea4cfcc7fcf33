"""What an expression of a script is worth, as far as that can be said without running it.

Literals, lists, arithmetic and what a module holds are known; what is computed from data is not, and stays a text.
"""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections import ChainMap
from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import Any

import numpy as np

from twinprop.gradcheck.training.recipes import Cook, Member, Recipe, Unknown, Written, is_numpys, numbers_in

MOST_TURNS = 20
"""Turns of a loop."""

MOST_NUMBERS = 1_000_000
"""Entries of an array that is made to see its shape."""

PLAIN: dict[str, Any] = {
    one.__name__: one
    for one in (len, range, zip, enumerate, list, tuple, dict, set, int, float, str, bool, min, max, sum, abs, round)
} | {"reversed": reversed, "sorted": sorted, "True": True, "False": False, "None": None, "map": map}

SYMBOLIC = (Unknown, Recipe, Member, Written)


class Self:
    """The object whose method is gone through."""

    def __init__(self) -> None:
        self.attributes: dict[str, Any] = {}


class Expressions(ABC):
    """The values of expressions, in a scope of what has been assigned so far.

    Args:
        outside: what a name stands for that the script itself does not assign; raises KeyError where it is nothing.

    Attributes:
        options: the defaults of `add_argument("--name", default=...)`.
    """

    def __init__(self, outside: Callable[[str], Any]) -> None:
        self.outside = outside
        self.options: dict[str, Any] = {}

    @abstractmethod
    def assign(self, target: ast.AST, value: Any, scope: Any) -> None:
        """Give what a target names a value."""

    def turns(self, some: Any, target: ast.AST) -> list[Any]:
        """What a loop goes over; one turn with something unknown where that is not known, or is much."""
        if isinstance(some, list | tuple | set | dict | range) and len(some) <= MOST_TURNS:
            return list(some)
        return [Unknown(ast.unparse(target))]

    def value(self, node: ast.expr, scope: Any) -> Any:
        """What an expression is; something unknown where that cannot be said."""
        found = getattr(self, f"of_{type(node).__name__}", None)
        if found is None:
            return Unknown(ast.unparse(node))
        return found(node, scope)

    def of_Constant(self, node: ast.Constant, scope: Any) -> Any:
        return node.value

    def of_Name(self, node: ast.Name, scope: Any) -> Any:
        found = scope.get(node.id, scope)
        if found is scope or (isinstance(found, Unknown) and found.real is None):
            try:
                real = self.outside(node.id)
            except KeyError:
                return PLAIN.get(node.id, Unknown(node.id)) if found is scope else found
            known = found is scope and not isinstance(real, np.ndarray)
            return real if known or isinstance(real, int | float | str) else Unknown(node.id, real)
        return found

    def of_List(self, node: ast.List | ast.Tuple | ast.Set, scope: Any) -> Any:
        parts: list[Any] = []
        for one in node.elts:
            if isinstance(one, ast.Starred):
                more = self.value(one.value, scope)
                parts += more if isinstance(more, list | tuple | range) else [Unknown(ast.unparse(one))]
            else:
                parts.append(self.value(one, scope))
        return tuple(parts) if isinstance(node, ast.Tuple) else parts

    of_Tuple = of_Set = of_List

    def of_Dict(self, node: ast.Dict, scope: Any) -> Any:
        return {
            self.value(key, scope): self.value(one, scope)
            for key, one in zip(node.keys, node.values, strict=True)
            if key is not None
        }

    def of_BinOp(self, node: ast.BinOp, scope: Any) -> Any:
        return self.operation(node.op, node, self.value(node.left, scope), self.value(node.right, scope))

    def of_UnaryOp(self, node: ast.UnaryOp, scope: Any) -> Any:
        return self.operation(node.op, node, self.value(node.operand, scope))

    def of_Compare(self, node: ast.Compare, scope: Any) -> Any:
        left, right = self.value(node.left, scope), self.value(node.comparators[0], scope)
        if ast.unparse(node.left) == "__name__":
            return True
        return self.operation(node.ops[0], node, left, right)

    def of_IfExp(self, node: ast.IfExp, scope: Any) -> Any:
        test = self.value(node.test, scope)
        first = isinstance(test, SYMBOLIC) or test
        return self.value(node.body if first else node.orelse, scope)

    def operation(self, kind: ast.AST, node: ast.AST, *sides: Any) -> Any:
        """What an operator makes of one value, or of two; unknown where one of them is."""
        if any(isinstance(one, SYMBOLIC) for one in sides):
            return Unknown(ast.unparse(node))
        a, b = ast.Name("a"), ast.Name("b")
        whole: Any = ast.UnaryOp(kind, a) if len(sides) == 1 else ast.BinOp(a, kind, b)  # type: ignore[arg-type]
        whole = ast.Compare(a, [kind], [b]) if isinstance(kind, ast.cmpop) else whole
        return eval(ast.unparse(whole), dict(zip("ab", sides, strict=False)))

    def of_Subscript(self, node: ast.Subscript, scope: Any) -> Any:
        held, at = self.value(node.value, scope), node.slice
        parts = [at.lower, at.upper, at.step] if isinstance(at, ast.Slice) else [at]
        keys = [self.value(one, scope) if one is not None else None for one in parts]
        if not isinstance(held, list | tuple | dict | str | range) or any(isinstance(one, SYMBOLIC) for one in keys):
            return Unknown(ast.unparse(node))
        index: Any = slice(*keys) if isinstance(at, ast.Slice) else keys[0]
        return held[index]

    def of_Attribute(self, node: ast.Attribute, scope: Any) -> Any:
        owner = self.value(node.value, scope)
        if isinstance(owner, Self):
            return owner.attributes.get(node.attr, Unknown(ast.unparse(node)))
        if isinstance(owner, Recipe):
            given = [one[1][0] for one in owner.later if one[0] == f"={node.attr}"]
            if is_numpys(owner.kind) and node.attr in ("shape", "size", "ndim"):
                small = prod(one for one in numbers_in(owner) if one) < MOST_NUMBERS
                return getattr(Cook({}).made(owner), node.attr) if small else Unknown(ast.unparse(node))
            return given[-1] if given else Member(owner, node.attr)
        if isinstance(owner, Unknown):
            real = getattr(owner.real, node.attr, None)
            plain = real if isinstance(real, int | float | str | tuple) else None
            return self.options.get(node.attr, Unknown(ast.unparse(node))) if plain is None else plain
        if isinstance(owner, Member | Written):
            return Unknown(ast.unparse(node))
        return getattr(owner, node.attr, Unknown(ast.unparse(node)))

    def of_Lambda(self, node: ast.Lambda, scope: Any) -> Any:
        def real() -> Any:
            names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
            around = {name: self.of_Name(ast.Name(name), scope) for name in names if name not in PLAIN}
            return eval(compile(ast.fix_missing_locations(ast.Expression(node)), "<script>", "eval"), around)

        return Written(node, scope, real)

    def of_ListComp(self, node: ast.ListComp | ast.GeneratorExp, scope: Any) -> Any:
        return list(self.comprehended(node.generators, node.elt, ChainMap({}, scope)))

    of_GeneratorExp = of_ListComp

    def comprehended(self, loops: Sequence[ast.comprehension], entry: ast.expr, scope: Any) -> Iterator[Any]:
        if not loops:
            yield self.value(entry, scope)
            return
        for one in self.turns(self.value(loops[0].iter, scope), loops[0].target):
            self.assign(loops[0].target, one, scope)
            tests = [self.value(test, scope) for test in loops[0].ifs]
            if all(isinstance(test, SYMBOLIC) or test for test in tests):
                yield from self.comprehended(loops[1:], entry, scope)


def has_symbols(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(has_symbols, value))
    return isinstance(value, SYMBOLIC)


def has_data(value: Any) -> bool:
    """Whether something is computed from what is not known."""
    if isinstance(value, list | tuple):
        return any(map(has_data, value))
    if isinstance(value, Member):
        return has_data(value.owner)
    return isinstance(value, Unknown) or (isinstance(value, Recipe) and has_data(value.arguments))
