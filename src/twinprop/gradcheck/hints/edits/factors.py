"""A wrong sign, a lost 1/n or 2, a factor too many."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import numpy as np

from twinprop.gradcheck.hints.edits.site import Site, scaled


def sign(site: Site) -> Iterator[tuple[ast.expr, str]]:
    node = site.node
    text = "the sign is wrong"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand, text
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        yield ast.BinOp(node.right, ast.Sub(), node.left), text
        yield ast.BinOp(node.left, ast.Add(), node.right), text
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield ast.BinOp(node.left, ast.Sub(), node.right), text
    elif site.whole:
        yield ast.UnaryOp(ast.USub(), node), text


def count_of_samples(site: Site) -> Iterator[tuple[ast.expr, str]]:
    # what is the number of samples itself
    counts = isinstance(site.node, ast.Attribute | ast.Subscript | ast.Call) and (
        "shape" in site.code or site.code.startswith(("len(", "np.size(", "float(len("))
    )
    if not counts and (site.whole or isinstance(site.node, ast.BinOp)):
        n, numbers = site.evidence.samples, site.evidence.numbers
        if n > 1:
            yield scaled(site, f"/ {n}"), f"1/n is missing: divide by the {n} samples"
            yield scaled(site, f"* {n}"), f"divided by the {n} samples, n, once too often"
        if numbers > n:
            yield scaled(site, f"/ {numbers}"), f"divide by the count of all {numbers} numbers"
            yield scaled(site, f"* {numbers}"), f"divided by the count of all {numbers} numbers once too often"
            yield (
                scaled(site, f"/ {numbers // n}"),
                f"divide by the count of all {numbers} numbers, not by that of samples",
            )
            yield (
                scaled(site, f"* {numbers // n}"),
                f"divide by the {n} samples, not by the count of all {numbers} numbers",
            )


def factor(site: Site) -> Iterator[tuple[ast.expr, str]]:
    if not site.whole:
        return
    for name, value in site.scope.items():
        if np.ndim(value) == 0 and isinstance(value, float) and value not in (0.0, 1.0, -1.0):
            if 0 < value < 1:
                yield (
                    scaled(site, f"/ (1 - {name})"),
                    f"the factor 1/(1 - {name}) is missing, by which forward multiplies",
                )
            yield scaled(site, f"* {name}"), f"the factor {name} is missing"
            yield scaled(site, f"/ {name}"), f"the factor 1/{name} is missing"
    square = (
        "the 2 is missing that the derivative of a square has"
        if not site.evidence.is_layer
        else "a factor 2 is missing"
    )
    yield scaled(site, "* 2"), square
    yield scaled(site, "/ 2"), "twice too large"


def superfluous_factor(site: Site) -> Iterator[tuple[ast.expr, str]]:
    node = site.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        yield node.left, f"{ast.unparse(node.right)} is one factor too many"
        if isinstance(node.op, ast.Mult):
            yield node.right, f"{ast.unparse(node.left)} is one factor too many"
