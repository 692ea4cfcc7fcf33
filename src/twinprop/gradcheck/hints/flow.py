"""Which lines of backward a right gradient depends on: an edit there would spoil it, so the others are tried first.

That is told by names, as if every statement could run after every other.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from twinprop.gradcheck.arrays.held import canonical, stems
from twinprop.gradcheck.report import Gradient


@dataclass
class Unit:
    """A statement, or an entry of a dict that is returned: what it makes of what, and its lines."""

    first: int
    last: int
    made: set[str]
    read: set[str]


def token(code: str) -> str:
    """One name for `self.dW` and `layer.dW`, another for each entry of a dict."""
    text = code.removeprefix("backward()")
    return text if "[" in text else text.rpartition(".")[2]


def tokens_in(node: ast.AST) -> set[str]:
    """The names that an expression reads, and those of entries by a constant key."""
    parts = [one for one in ast.walk(node) if isinstance(one, ast.Name | ast.Attribute | ast.Subscript)]
    return {token(ast.unparse(one)) for one in parts} | {root for one in parts if (root := holder(one))}


def holder(node: ast.AST) -> str:
    """The name of the array, or of the dict, of an entry."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return token(ast.unparse(node)) if isinstance(node, ast.Name | ast.Attribute) else ""


def units_of(tree: ast.FunctionDef) -> Iterator[Unit]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            parts = [one for target in targets for one in (target.elts if isinstance(target, ast.Tuple) else [target])]
            made = {token(ast.unparse(one)) for one in parts}
            # of an entry by a number or a name, the whole array is another
            constant = [isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Constant) for one in parts]
            made |= {holder(one) for one, key in zip(parts, constant, strict=True) if not key}
            yield Unit(node.lineno, node.end_lineno or 0, made, tokens_in(node.value))
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.Dict):
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                made = {f"[{key.value!r}]"} if isinstance(key, ast.Constant) else set()
                yield Unit(value.lineno, value.end_lineno or 0, made, tokens_in(value))


def distance(tree: ast.FunctionDef, gradients: Sequence[Gradient], loss: str = "") -> Callable[[int], int]:
    """How unlikely a mistake is in a line: 0 where wrong gradients alone need it, 2 where a right one does, else 1.

    Args:
        loss: its name, where the function computes it before its step: the lines that it needs go forward.
    """
    units = list(units_of(tree))
    right, wrong = ([one for one in gradients if one.passed is passed] for passed in (True, False))
    of_right, of_wrong = (named(some, units) for some in (right, wrong))
    spoilt, broken = lines_needed(units, of_right - of_wrong), lines_needed(units, of_wrong - of_right)
    spoilt |= lines_of_loss(tree, units, loss) if loss else set()
    ranges = [one for one in ast.walk(tree) if isinstance(one, ast.For) and "range(" in ast.unparse(one.iter)]
    loops = {one.lineno for one in ranges}  # where they begin and end
    return lambda line: 0 if line in loops else 2 if line in spoilt else 0 if line in broken else 1


def named(gradients: Collection[Gradient], units: Sequence[Unit]) -> set[str]:
    """What gradients are called in a function; of a step that is looked at, what is called the gradient of an array."""
    of = {canonical(token(one.of)) for one in gradients}
    return {token(one.name) for one in gradients} | {name for unit in units for name in unit.made if stems(name) & of}


def lines_needed(units: Sequence[Unit], names: set[str]) -> set[int]:
    """The lines that some names depend on."""
    lines: set[int] = set()
    while True:
        new = [one for one in units if one.made & names and not {*range(one.first, one.last + 1)} <= lines]
        if not new:
            return lines
        for one in new:
            lines |= {*range(one.first, one.last + 1)}
            names = names | one.read


def lines_of_loss(tree: ast.FunctionDef, units: Sequence[Unit], loss: str) -> set[int]:
    """The lines that a loss depends on, which is assigned, or appended to a list: `loss`, `losses[-1]`."""
    listed = loss.partition("[")[0]
    calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call) and ast.unparse(one.func) == f"{listed}.append"]
    appended = [Unit(one.lineno, one.end_lineno or 0, {token(loss)}, tokens_in(one)) for one in calls]
    made = [one for one in units if token(loss) in one.made] or appended
    before = [one for one in units if made and one.first < made[0].first]
    return lines_needed([*before, *made], {token(loss)})
