"""A mask the wrong way round, an index off by one, a number, a fraction thrown away, a clipped gradient."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import numpy as np

from twinprop.gradcheck.hints.edits.site import Site, bracketed, expression, is_name

WHOLE = re.compile(r"astype\(.*(int|long)|astype\(['\"][<>=|]?[iu]\d")
"""A conversion to whole numbers."""

OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Gt: ast.Lt, ast.Lt: ast.Gt, ast.GtE: ast.Lt, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}  # fmt: skip


def mask(site: Site) -> Iterator[tuple[ast.expr, str]]:
    node = site.node
    text = f"the mask {site.code} is the wrong way round"
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in OPPOSITE:
        yield ast.Compare(node.left, [OPPOSITE[type(node.ops[0])]()], node.comparators), text
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert | ast.Not):
        yield node.operand, text
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and ast.unparse(node.left) == "1":
        yield node.right, text
    elif is_name(node) and isinstance(site.value, np.ndarray) and site.value.dtype.kind == "b":
        yield ast.UnaryOp(ast.Invert(), node), text
    elif isinstance(node, ast.Call) and ast.unparse(node.func) == "np.where" and len(node.args) == 3:
        yield ast.Call(node.func, [node.args[0], node.args[2], node.args[1]], []), text


def index(site: Site) -> Iterator[tuple[ast.expr, str]]:
    node = site.node
    if not isinstance(node, ast.Subscript) or isinstance(getattr(node.slice, "value", None), str):
        return
    text = f"{site.code}: the index is off by one"
    holder = bracketed(node.value)
    inner = ast.unparse(ast.Subscript(ast.Name("x"), node.slice)).removeprefix("x")
    if any(isinstance(one, ast.Call | ast.Attribute) for one in ast.walk(node.slice)):
        return
    names = dict.fromkeys(one.id for one in ast.walk(node.slice) if isinstance(one, ast.Name))
    changes = [(rf"\b{name} {op} 1\b", name) for name in names for op in (r"\+", "-")]
    changes += [(rf"\b{name}\b", f"{name} {op} 1") for name in names for op in "+-"]
    for old, new in [*changes, (r"(?<=[\[, ]):-1(?=[\],])", "1:"), (r"(?<=[\[, ])1:(?=[\],])", ":-1")]:
        if re.search(old, inner):
            yield expression(holder + re.sub(old, new, inner)), text


def constant(site: Site) -> Iterator[tuple[ast.expr, str]]:
    node = site.node
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        for value in dict.fromkeys((1, node.value + 1, node.value - 1, node.value * 2, node.value / 2, -node.value)):
            yield ast.Constant(value), f"the number {node.value} is wrong: {value:g} is right"


def true_division(site: Site) -> Iterator[tuple[ast.expr, str]]:
    node = site.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv):
        yield ast.BinOp(node.left, ast.Div(), node.right), "// throws the fraction away: divide by /"
    elif (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "astype"
        and WHOLE.search(site.code)
    ):
        yield node.func.value, "a conversion to whole numbers throws the fraction away"
    elif (
        isinstance(node, ast.Call) and ast.unparse(node.func) in ("int", "round", "np.round", "np.floor") and node.args
    ):
        yield node.args[0], f"{ast.unparse(node.func)} throws the fraction away"


def clipping(site: Site) -> Iterator[tuple[ast.expr, str]]:
    node = site.node
    if not isinstance(node, ast.Call):
        return
    name = ast.unparse(node.func)
    if name.endswith("clip"):
        inner, bounds = (node.args[0], node.args[1:]) if name.startswith("n") else (node.func.value, node.args)  # type: ignore[attr-defined]
        text = f"clipped to [{', '.join(map(ast.unparse, bounds))}]. Clip after the check, or in the optimizer"
        yield inner, text
    elif len(node.args) == 1 and not node.keywords:
        yield node.args[0], f"{name} is applied once too often"
