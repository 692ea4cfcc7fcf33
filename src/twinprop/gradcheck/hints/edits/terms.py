"""A term of a sum that is missing or too many, and one array under two names."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import numpy as np

from twinprop.gradcheck.hints.edits.site import (
    Site,
    bracketed,
    expression,
    is_name,
    kept_by_forward,
    scaled,
)


def missing_term(site: Site) -> Iterator[tuple[ast.expr, str]]:
    if site.whole:
        for name, value in site.scope.items():
            if isinstance(value, np.ndarray) and value.size > 1 and value.dtype.kind == "f" and name != site.code:
                text = f"a term is missing: {name}, the gradient of another branch, has to be added"
                yield scaled(site, f"+ {name}"), text


def mean_term(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """What a normalisation subtracts: the mean, and the part along the normalised numbers."""
    node = site.node
    if not (site.whole or is_name(node)):
        return
    code = bracketed(node)
    text = "the term of the mean is missing: mean and variance depend on every sample, too"
    for axis in ("0", "-1", "(0, 2, 3)"):
        yield expression(f"{code} - {code}.mean(axis={axis}, keepdims=True)"), text
    for name in kept_by_forward(site):
        for axis in ("0", "-1", "(0, 2, 3)"):
            what = f"{code} - {name} * ({code} * {name}).mean(axis={axis}, keepdims=True)"
            yield expression(what), text.replace("mean is", "variance is")


def superfluous_term(site: Site) -> Iterator[tuple[ast.expr, str]]:
    node = site.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        yield node.left, f"{ast.unparse(node.right)} is one term too many"


def copied(site: Site) -> Iterator[tuple[ast.expr, str]]:
    if site.whole and is_name(site.node):
        yield expression(f"{site.code}.copy()"), f"{site.code} is the same array under two names: work on a copy"
