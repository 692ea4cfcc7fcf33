"""A term of a sum that is missing or too many, and one array under two names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import numpy as np

from twinprop.gradcheck.hints.edits.site import Site, bracketed, expression, is_name, kept_by_forward, scaled


def missing_term(site: Site) -> Iterator[tuple[ast.expr, str]]:
    if site.whole:
        for name, value in site.scope.items():
            if isinstance(value, np.ndarray) and value.size > 1 and value.dtype.kind == "f" and site.code not in name:
                text = f"a term is missing: {name}, the gradient of another branch, has to be added"
                yield scaled(site, f"+ {name}"), text


def mean_term(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """What a normalisation subtracts: the mean, and the part along the normalised numbers."""
    node = site.node
    if not (site.whole or is_name(node)):
        return
    code = bracketed(node)
    text = "the term of the mean is missing: mean and variance depend on every sample, too"
    kept = {name: site.scope.get(name) for name in kept_by_forward(site)}
    for axis in ("0", "-1", "(0, 2, 3)"):
        if any(is_even(value, axis, 1, 0.0) for value in kept.values()):
            yield expression(f"{code} - {code}.mean(axis={axis}, keepdims=True)"), text
    for name, value in kept.items():
        for axis in ("0", "-1", "(0, 2, 3)"):
            if is_even(value, axis, 2, 1.0):
                what = f"{code} - {name} * ({code} * {name}).mean(axis={axis}, keepdims=True)"
                yield expression(what), text.replace("mean is", "variance is")


def is_even(value: Any, axis: str, power: int, mean: float) -> bool:
    """Whether the mean of an array, or of its squares, is one and the same along an axis, as of normalised numbers."""
    axes = ast.literal_eval(axis)
    needed = 4 if axis.startswith("(") else 2 if axis == "0" else 1
    if not isinstance(value, np.ndarray) or value.ndim < needed or value.size < 2:
        return False
    means = (value**power).mean(axis=axes)
    return means.size < value.size and bool(np.allclose(means, mean, atol=0.02))


def superfluous_term(site: Site) -> Iterator[tuple[ast.expr, str]]:
    node = site.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        yield node.left, f"{ast.unparse(node.right)} is one term too many"


def copied(site: Site) -> Iterator[tuple[ast.expr, str]]:
    if site.whole and is_name(site.node):
        yield expression(f"{site.code}.copy()"), f"{site.code} is the same array under two names: work on a copy"
