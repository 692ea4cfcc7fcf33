"""The derivative of an activation: missing, of another one, of softmax entry by entry."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations

from twinprop.gradcheck.hints.edits.site import Site, bracketed, expression, is_name, kept_by_forward

DERIVATIVES = {
    "(1 - {}**2)": "tanh",
    "({0} * (1 - {0}))": "sigmoid",
    "({} > 0)": "ReLU",
    "(1 - np.tanh({})**2)": "tanh",
    "(np.exp(-{0}) / (1 + np.exp(-{0}))**2)": "sigmoid",
}
"""Derivatives of activations, by what forward kept; the last two by what went in."""


def derivative_missing(site: Site) -> Iterator[tuple[ast.expr, str]]:
    if not (site.whole or site.product or is_name(site.node)):
        return
    for name in kept_by_forward(site):
        for code, of in DERIVATIVES.items():
            text = f"the derivative of the activation is missing: that of {of}, {code.format(name)[1:-1]}"
            yield expression(f"{bracketed(site.node)} * {code.format(name)}"), text


def derivative_of_held(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """The way back through an activation that the object holds: of what comes from above, or as a factor."""
    if not (site.whole or site.product or is_name(site.node)):
        return
    text = "the derivative of the activation is missing: {}"
    for back in (name for name, value in site.scope.items() if callable(value)):
        yield expression(f"{back}({site.code})"), text.format(f"{back}({site.code})")
        for name in kept_by_forward(site):
            yield expression(f"{bracketed(site.node)} * {back}({name})"), text.format(f"{back}({name})")


def derivative_of_another(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """A product in which one or two factors are replaced by another derivative."""
    factors = factors_of(site.node)
    if len(factors) < 2:
        return
    for lost in [*combinations(range(len(factors)), 1), *combinations(range(len(factors)), 2)]:
        kept = [bracketed(one) for at, one in enumerate(factors) if at not in lost] or ["1.0"]
        there = " * ".join(bracketed(factors[at]) for at in lost)
        for name in kept_by_forward(site):
            for code, of in DERIVATIVES.items():
                right = code.format(name)
                text = f"the wrong derivative: {there} stands where that of {of} belongs, {right[1:-1]}"
                yield expression(f"{' * '.join(kept)} * {right}"), text


def entrywise_softmax(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """d * p * (1 - p), where each output depends on every input."""
    factors = factors_of(site.node)
    codes = [ast.unparse(one) for one in factors]
    for position, code in enumerate(codes):
        for other in range(len(codes)):
            if codes[other] == f"1 - {code}":
                rest = [bracketed(one) for at, one in enumerate(factors) if at not in (position, other)]
                d = " * ".join(rest) or "1.0"
                for axis in ("-1", "0"):
                    right = f"{code} * (({d}) - ({code} * ({d})).sum(axis={axis}, keepdims=True))"
                    text = (
                        "the derivative of softmax is taken entry by entry, p (1 - p). Each output depends on every "
                        "input: "
                        f"p * (d - (p * d).sum(axis={axis}, keepdims=True))"
                    )
                    yield expression(right), text


def factors_of(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return [*factors_of(node.left), *factors_of(node.right)]
    return [node]
