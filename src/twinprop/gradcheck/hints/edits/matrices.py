"""A matrix the wrong way round, and one array in the place of another."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from twinprop.gradcheck.gradient_names import canonical, stems
from twinprop.gradcheck.hints.edits.site import Site, alike, bracketed, expression, is_name, last_name


def transpose(site: Site) -> Iterator[tuple[ast.expr, str]]:
    node = site.node
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value, f"{ast.unparse(node.value)} is the wrong way round"
    elif site.product or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)):
        yield expression(f"{bracketed(node)}.T"), f"{site.code} is the wrong way round"


def product_order(site: Site) -> Iterator[tuple[ast.expr, str]]:
    node = site.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        yield ast.BinOp(node.right, ast.MatMult(), node.left), "the factors of the product are in the wrong order"


def gradient_for_weight(site: Site) -> Iterator[tuple[ast.expr, str]]:
    name = last_name(site.node)
    for other in alike(site):
        if canonical(last_name(expression(other))) in stems(name):
            yield expression(other), f"the gradient {site.code} stands where the weight {other} belongs"


def another_array(site: Site) -> Iterator[tuple[ast.expr, str]]:
    if is_name(site.node):
        for other in alike(site):
            if other not in site.targets:
                yield expression(other), f"{site.code} stands where {other} belongs"


def another_array_throughout(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """The same where a name stands several times, as in a * (1 - a)."""
    if not site.whole:
        return
    codes = [ast.unparse(one) for one in ast.walk(site.node) if isinstance(one, ast.expr) and is_name(one)]
    for code in dict.fromkeys(code for code in codes if codes.count(code) > 1):
        inner = replace(site, node=expression(code))
        for other in alike(inner):
            yield Renamed(code, other).visit(copy.deepcopy(site.node)), f"{code} stands where {other} belongs"


class Renamed(ast.NodeTransformer):
    """Puts another expression wherever one stands."""

    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, ast.expr) and ast.unparse(node) == self.old:
            return expression(self.new)
        return self.generic_visit(node)
