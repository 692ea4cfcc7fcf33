"""Where code compares its output with its targets: what stands there beside them is the output.

`out - y`, `y / p`, `probs[range(n), y] -= 1`, `y * np.log(p)`, `y * (w @ x)`: the code is run once and looked at, line
by line, for an expression with the numbers of the targets. From then on it is run up to that line.
"""

from __future__ import annotations

import ast
import linecache
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from types import CodeType, FrameType
from typing import Any

import numpy as np

from twinprop.gradcheck.faults import is_users, traced
from twinprop.gradcheck.source.sources import parts_of

PRODUCT = 3

NONE = ast.Constant | ast.Slice
"""What is neither an output nor targets, as in 1 - p and W[1:]."""

RANKS = {ast.Sub: 0, ast.Div: 1, ast.Mult: PRODUCT}


@dataclass(frozen=True)
class Pair:
    """Two expressions in a line: where one is the targets, the other is the output.

    Attributes:
        rank: how sure that is: 0 for a difference, and `PRODUCT` for a product.
        sides: one, and the other.
    """

    rank: int
    sides: tuple[CodeType, CodeType]


@dataclass(frozen=True)
class Site:
    """Where the output is seen.

    Attributes:
        file, name, line: of the function, and the line of it.
        turn: how often that line has run before.
        code: of the expression.
    """

    file: str
    name: str
    line: int
    turn: int
    code: CodeType


class Seen(BaseException):
    """The output has been seen; an `except Exception` of the user's lets it pass."""

    def __init__(self, value: Any) -> None:
        self.value = value


@cache
def pairs_of(file: str) -> dict[int, list[Pair]]:
    """The pairs in the lines of a file."""
    found: dict[int, list[Pair]] = {}
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except SyntaxError:
        return found
    for statement in ast.walk(tree):
        if isinstance(statement, ast.stmt) and not isinstance(statement, ast.FunctionDef | ast.ClassDef):
            inner = [part for one in heads(statement) for part in ast.walk(one)]
            two = [one for one in pairs_in(statement, inner) if not any(isinstance(side, NONE) for side in one)]
            some = [Pair(rank, (code_of(a), code_of(b))) for rank, a, b in two]
            found.setdefault(statement.lineno, []).extend(some)
    return found


def heads(statement: ast.stmt) -> list[ast.AST]:
    """The expressions of a statement that run when its line does."""
    return [one for one in ast.iter_child_nodes(statement) if isinstance(one, ast.expr)]


def pairs_in(statement: ast.stmt, inner: list[ast.AST]) -> Iterator[tuple[int, ast.expr, ast.expr]]:
    if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Sub):
        target = statement.target
        if isinstance(target, ast.Subscript):
            yield from ((0, target.value, one) for one in parts_of(target.slice))
        yield 0, target, statement.value
    for part in inner:
        if isinstance(part, ast.BinOp) and type(part.op) in RANKS:
            yield RANKS[type(part.op)], part.left, part.right
        elif isinstance(part, ast.Call) and part.args and ast.unparse(part.func).endswith(("subtract", "divide")):
            yield 0 if "sub" in ast.unparse(part.func) else 1, part.args[0], part.args[-1]
        elif isinstance(part, ast.Call) and len(part.args) == 1 and ast.unparse(part.func).endswith("log"):
            of = part.args[0]
            if isinstance(of, ast.Subscript):
                yield from ((2, of.value, one) for one in parts_of(of.slice))
            yield from ((2, of, one) for one in inner if isinstance(one, ast.Name | ast.Attribute))


def code_of(node: ast.expr) -> CodeType:
    """The code of an expression that is read, though it may be assigned to."""
    read = ast.parse(ast.unparse(node), mode="eval")
    return compile(read, "<expression>", "eval")


def find_site(run: Callable[[], Any], y: Any, signs: bool = False) -> Site | None:
    """Where the code that `run` calls compares its output with targets y; None where it does so nowhere.

    Args:
        signs: whether y are 1 and -1, which an output may be multiplied by.
    """
    found: list[tuple[int, Site]] = []
    turns: dict[tuple[CodeType, int], int] = {}

    def line(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            code, number = frame.f_code, frame.f_lineno
            turn = turns[code, number] = turns.get((code, number), -1) + 1
            for pair in pairs_of(code.co_filename).get(number, ()):
                if pair.rank == PRODUCT and not signs:
                    continue
                seen = output_beside(pair, frame, y)
                if seen is not None:
                    found.append((pair.rank, Site(code.co_filename, code.co_name, number, turn, seen)))
        return line

    def called(frame: FrameType, event: str, argument: Any) -> Any:
        return line if is_users(frame.f_code.co_filename) else None

    with traced(called):
        run()
    return min(found, key=lambda one: one[0])[1] if found else None


def output_beside(pair: Pair, frame: FrameType, y: Any) -> CodeType | None:
    """Which of two expressions is the output, if the other has the numbers of the targets."""
    values = [value_in(frame, side) for side in pair.sides]
    for at in (0, 1):
        out = values[1 - at]
        if alike(values[at], y) and isinstance(out, np.ndarray | np.floating) and not alike(out, y):
            size = np.size(out)
            many = size == np.size(values[at]) or (np.size(y) and size % np.size(y) == 0 and np.ndim(y) == 1)
            if many and np.asarray(out).dtype.kind == "f" and size:
                return pair.sides[1 - at]
    return None


def value_in(frame: FrameType, code: CodeType) -> Any:
    try:
        return eval(code, frame.f_globals, frame.f_locals)
    except Exception:  # it stands in a branch that is not run, or in a comprehension
        return None


def alike(value: Any, y: Any) -> bool:
    """Whether something has the numbers of targets: as they are, turned, or class numbers as one-hot vectors."""
    if not isinstance(value, np.ndarray | np.number | int | float | list) or isinstance(value, bool):
        return False
    try:
        value, y = np.asarray(value, float), np.asarray(y, float)
    except (ValueError, TypeError):
        return False
    if value.size == y.size:
        turned = value.T if value.ndim > 1 else value
        return np.array_equal(value.ravel(), y.ravel()) or np.array_equal(turned.ravel(), y.ravel())
    if value.ndim == 2 and y.ndim < 3 and y.size in value.shape and np.isin(value, (0, 1)).all():
        axis = 1 if value.shape[0] == y.size else 0
        return bool((value.sum(axis) == 1).all()) and np.array_equal(value.argmax(axis), y.ravel())
    return False


def output_at(site: Site, run: Callable[[], Any]) -> Any:
    """The output that the code has at a site.

    Raises:
        ValueError: it does not come there.
    """
    turn = -1

    def line(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal turn
        if event == "line" and frame.f_lineno == site.line:
            turn += 1
            if turn == site.turn:
                raise Seen(np.array(eval(site.code, frame.f_globals, frame.f_locals), float))
        return line

    def called(frame: FrameType, event: str, argument: Any) -> Any:
        code = frame.f_code
        return line if code.co_name == site.name and code.co_filename == site.file else None

    try:
        with traced(called):
            run()
    except Seen as seen:
        return seen.value
    raise ValueError("the output is not computed")
