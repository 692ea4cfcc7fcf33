"""An expression in a backward pass, with what is known around it, and words for building another."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from twinprop.gradcheck.gradient_names import canonical
from twinprop.gradcheck.hints.evidence import Evidence
from twinprop.gradcheck.hints.routines import Routine


@dataclass
class Site:
    """Where an expression stands in the definition of a function that runs in backward.

    Attributes:
        node: the expression.
        put: puts another expression into its place.
        line: in the file.
        whole: whether it is all of what is assigned, returned, or added to something.
        product: whether it is an operand of a matrix product.
        targets: what is assigned in the same statement.
    """

    evidence: Evidence
    routine: Routine
    node: ast.expr
    put: Callable[[ast.expr], None]
    line: int
    whole: bool = False
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


def bracketed(node: ast.expr) -> str:
    simple = isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call)
    return ast.unparse(node) if simple else f"({ast.unparse(node)})"


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
    """Names of arrays that are neither gradients nor parameters, of the shape of a name where one is looked at."""
    shape = np.shape(site.value) if isinstance(site.value, np.ndarray) else None
    return [
        name
        for name, value in site.scope.items()
        if isinstance(value, np.ndarray) and value.size > 1 and value.dtype.kind == "f"
        if shape in (None, value.shape)
        if not last_name(expression(name)).lower().startswith(("d", "grad")) and last_base(name) not in ("w", "b")
    ]


def last_base(name: str) -> str:
    return canonical(last_name(expression(name))).rstrip("0123456789")


def scaled(site: Site, by: str) -> ast.expr:
    return expression(f"{bracketed(site.node)} {by}")
