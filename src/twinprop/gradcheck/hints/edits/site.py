"""Every expression of a backward pass, with what is known around it; words for another, and how it takes its place."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.held import canonical
from twinprop.gradcheck.hints.routines import Evidence, Routine


@dataclass
class Site:
    """Where an expression stands in the definition of a function that runs in backward.

    Attributes:
        node: the expression.
        put: puts another expression into its place.
        line: in the file.
        whole: whether it is all of what is assigned, returned, or added to something.
        added: whether it is all of what is added to something, or subtracted.
        product: whether it is an operand of a matrix product.
        targets: what is assigned in the same statement.
    """

    evidence: Evidence
    routine: Routine
    node: ast.expr
    put: Callable[[ast.expr], None]
    line: int
    whole: bool = False
    added: bool = False
    product: bool = False
    targets: frozenset[str] = frozenset()

    @property
    def scope(self) -> dict[str, Any]:
        """Expressions that stand for arrays and numbers there, and their values."""
        return self.routine.scope

    @property
    def code(self) -> str:
        return ast.unparse(self.node)

    @property
    def value(self) -> Any:
        """What a name stands for; None for other expressions."""
        return self.scope.get(self.code)


OUTPUT = "output_of_forward"
"""A name for what forward returned, which it need not keep."""

Edit = Callable[[Site], Iterator[tuple[ast.expr, str]]]


def expression(code: str) -> ast.expr:
    return ast.parse(code, mode="eval").body


class Renamed(ast.NodeTransformer):
    """Puts another expression wherever one stands."""

    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, ast.expr) and not isinstance(node, ast.Slice) and ast.unparse(node) == self.old:
            return expression(self.new)
        return self.generic_visit(node)


def bracketed(node: ast.expr) -> str:
    simple = isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call)
    return ast.unparse(node) if simple else f"({ast.unparse(node)})"


def is_sum(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)


def is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name | ast.Attribute | ast.Subscript)


def alike(site: Site) -> list[str]:
    """Other names for arrays of the shape of a name, the ones with a similar name first."""
    value = site.value
    if not isinstance(value, np.ndarray) or value.size < 2:
        return []
    return [
        name
        for name, other in site.scope.items()
        if name not in (site.code, OUTPUT) and isinstance(other, np.ndarray) and other.shape == value.shape
    ]


def last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        return str(node.slice.value) if isinstance(node.slice, ast.Constant) else last_name(node.value)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def kept_by_forward(site: Site) -> list[str]:
    """Names of arrays that are neither gradients nor parameters, of the shape of a name where one is looked at.

    Nor are they the targets, which no activation has returned.
    """
    shape = np.shape(site.value) if isinstance(site.value, np.ndarray) else None
    x, y = site.evidence.trial.x, site.evidence.trial.inputs.y
    return [
        name
        for name, value in site.scope.items()
        if isinstance(value, np.ndarray) and value.size > 1 and value.dtype.kind == "f"
        if shape in (None, value.shape)
        if y is None or not np.array_equal(value, y) or np.array_equal(x, y)
        if not last_name(expression(name)).lower().startswith(("d", "grad"))
        and canonical(last_name(expression(name))).rstrip("0123456789") not in ("w", "b")
    ]


def scaled(site: Site, by: str) -> ast.expr:
    return expression(f"{bracketed(site.node)} {by}")


Put = Callable[[ast.expr], None]

PRODUCTS = ("dot", "matmul", "outer")


def sites_in(routine: Routine, evidence: Evidence) -> Iterator[Site]:
    """Every expression of a function in the order of its lines, then its arguments, which have no line."""
    tree = routine.tree
    for statement in list(tree.body):
        yield from below(statement, Site(evidence, routine, ast.Constant(None), lambda new: None, statement.lineno))
    for argument in tree.args.args:
        if argument.arg != "self":
            name = ast.Name(argument.arg, ast.Load())
            yield Site(evidence, routine, name, first_statement(tree, argument.arg), tree.lineno, whole=True)


def statements_in(tree: ast.FunctionDef) -> Iterator[tuple[list[ast.stmt], int]]:
    """Every block of statements with the place of a statement in it; the last of a block cannot be left out."""
    for node in ast.walk(tree):
        for name in ("body", "orelse"):
            block = getattr(node, name, None)
            if isinstance(block, list) and len(block) > 1:
                yield from ((block, at) for at in range(len(block)))


def below(node: ast.AST, around: Site) -> Iterator[Site]:
    """An expression and those inside it, or those of a statement; what is assigned to and called is left out."""
    if isinstance(node, ast.stmt):
        around = replace(around, targets=assigned(node), line=node.lineno)
    if is_no_number(node, around.routine.function.__globals__):
        return
    if isinstance(node, ast.expr):
        around = replace(around, node=node, line=node.lineno)
        yield around
    product = isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)
    product = product or (isinstance(node, ast.Call) and ast.unparse(node.func).endswith(PRODUCTS))
    for name, value in ast.iter_fields(node):
        if name in ("targets", "target"):
            for target in value if isinstance(value, list) else [value]:
                if isinstance(target, ast.Subscript):  # d[x <= 0] = 0: the index is computed
                    yield from below(target.slice, replace(around, put=partial(setattr, target, "slice"), whole=False))
            continue
        if name == "ctx":
            continue
        whole = name == "value" and isinstance(node, ast.Assign | ast.AugAssign | ast.Return | ast.AnnAssign)
        whole = whole or (around.whole and isinstance(node, ast.Tuple | ast.Dict))
        added = isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub)
        inner = replace(around, whole=whole, added=added, product=product)
        if name == "func":
            if isinstance(value, ast.Attribute):  # x.dot(y): x is computed, the name of the method is not
                yield from below(value.value, replace(inner, put=partial(setattr, value, "value")))
        elif isinstance(value, ast.AST):
            yield from below(value, replace(inner, put=partial(setattr, node, name)))
        elif isinstance(value, list):
            for at, item in enumerate(value):
                if isinstance(item, ast.AST):
                    yield from below(item, replace(inner, put=partial(value.__setitem__, at)))


def is_no_number(node: ast.AST, names: Mapping[str, Any]) -> bool:
    """Whether it is a module, or what a module holds beside numbers.

    Such is `np.c_`, which NumPy multiplies by an array without an end.
    """
    value = in_module(node, names)
    return value is not None and not isinstance(value, int | float | np.ndarray)


def in_module(node: ast.AST, names: Mapping[str, Any]) -> Any:
    """The module that an expression names, or what it names in one; None where it names neither."""
    if isinstance(node, ast.Name):
        value = names.get(node.id)
        return value if isinstance(value, ModuleType) else None
    if not isinstance(node, ast.Attribute):
        return None
    module = in_module(node.value, names)
    return None if module is None else getattr(module, node.attr, None)


def assigned(statement: ast.AST) -> frozenset[str]:
    """What a statement assigns to."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    parts = [part for one in targets if one is not None for part in (one.elts if isinstance(one, ast.Tuple) else [one])]
    return frozenset(ast.unparse(part) for part in parts)


def first_statement(tree: ast.FunctionDef, name: str) -> Put:
    """What puts an expression in the place of an argument: a new first statement, gone again with the plain name."""
    body = list(tree.body)

    def put(new: ast.expr) -> None:
        plain = isinstance(new, ast.Name) and new.id == name
        tree.body = body if plain else [ast.Assign([ast.Name(name, ast.Store())], new, lineno=tree.lineno), *body]

    return put
