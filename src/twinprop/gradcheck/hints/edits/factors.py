"""A wrong sign, a factor too many or too few, a derivative of another function, a mask or an index that is off."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.comparison import CLOSE
from twinprop.gradcheck.calling.way import DerivativeWay
from twinprop.gradcheck.hints.edits.site import (
    Site,
    bracketed,
    expression,
    is_name,
    kept_by_forward,
    last_name,
    scaled,
)
from twinprop.gradcheck.source.roles import role_of

WRONG_SIGN = "the sign is wrong"


def sign(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """A sign that is there: a minus before something, or the order of a difference."""
    node = site.node
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand, WRONG_SIGN
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        yield ast.BinOp(node.right, ast.Sub(), node.left), WRONG_SIGN
        yield ast.BinOp(node.left, ast.Add(), node.right), WRONG_SIGN
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield ast.BinOp(node.left, ast.Sub(), node.right), WRONG_SIGN


def sign_of_step(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """`+=` for `-=`."""
    if site.added:
        yield ast.UnaryOp(ast.USub(), site.node), WRONG_SIGN


def sign_lost(site: Site) -> Iterator[tuple[ast.expr, str]]:
    if site.whole and not is_count(site, site.node):
        yield ast.UnaryOp(ast.USub(), site.node), WRONG_SIGN


def sign_of_argument(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """`sigmoid(m)` where `sigmoid(-m)` belongs."""
    node = site.node
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords and isinstance(node.func, ast.Name):
        turned = ast.Call(node.func, [ast.UnaryOp(ast.USub(), node.args[0])], [])
        yield turned, f"the sign inside is wrong: {ast.unparse(turned)}"


def of_targets(site: Site) -> bool:
    """Whether an expression subtracts the targets."""
    node = site.node
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and role_of(last_name(node.right)) == "y"


def masked_or_divided(site: Site) -> bool:
    """Whether a mask stands in an expression, or it is divided already."""
    if isinstance(site.node, ast.BinOp) and isinstance(site.node.op, ast.Div):
        return True
    names = [one for one in ast.walk(site.node) if isinstance(one, ast.expr) and is_name(one)]
    return any("mask" in ast.unparse(one).lower() for one in names)


def is_count(site: Site, node: ast.expr) -> bool:
    """Whether an expression is a number of samples or of entries."""
    code = ast.unparse(node)
    sized = isinstance(node, ast.Attribute | ast.Subscript | ast.Call) and (
        "shape" in code or code.startswith(("len(", "np.size(", "float(len("))
    )
    value = site.scope.get(code)
    return sized or (isinstance(value, int | np.integer) and value in (site.evidence.samples, site.evidence.numbers))


def superfluous_count(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """`x / n`, or `1 / n * x`, where n is divided by already."""
    match site.node:
        case ast.BinOp(rest, ast.Div(), count) if is_count(site, count):
            pass
        case ast.BinOp(ast.BinOp(_, ast.Div(), count), ast.Mult(), rest) if is_count(site, count):
            pass
        case _:
            return
    n = site.evidence.samples
    of_samples = all(abs(n * k - 1) < CLOSE for k in site.evidence.too_large)
    yield rest, f"divided by {f'the {n} samples, n,' if of_samples else ast.unparse(count)} once too often"


def written_factor(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """`2 * x`, `x * 2` or `4 / m`, of a gradient that is too large by this number."""
    match site.node:
        case ast.BinOp(ast.Constant(value), ast.Mult(), rest) | ast.BinOp(rest, ast.Mult(), ast.Constant(value)):
            pass
        case ast.BinOp(ast.Constant(value), ast.Div(), divisor):
            rest = ast.BinOp(ast.Constant(1), ast.Div(), divisor)
        case ast.BinOp(ast.BinOp(ast.Constant(value), ast.Div(), divisor), ast.Mult(), other):
            rest = ast.BinOp(ast.BinOp(ast.Constant(1), ast.Div(), divisor), ast.Mult(), other)
        case _:
            return
    if isinstance(value, int | float) and any(abs(value / k - 1) < CLOSE for k in site.evidence.too_large):
        yield rest, f"{value:g} is one factor too many"


def count_of_samples(site: Site) -> Iterator[tuple[ast.expr, str]]:
    if (site.whole or isinstance(site.node, ast.BinOp)) and not is_count(site, site.node):
        n, numbers = site.evidence.samples, site.evidence.numbers
        if any(type(value) is int and value == n for name, value in site.scope.items() if name.startswith("self.")):
            return  # which of the two is missing cannot be told: `factor` names the other
        several, too_large = numbers > n, site.evidence.too_large
        for by, needed, text in (
            (1 / n, n > 1, f"1/n is missing: divide by the {n} samples"),
            (n, n > 1, f"divided by the {n} samples, n, once too often"),
            (1 / numbers, several, f"divide by the count of all {numbers} numbers"),
            (numbers, several, f"divided by the count of all {numbers} numbers once too often"),
            (n / numbers, several, f"divide by the count of all {numbers} numbers, not by that of samples"),
            (numbers / n, several, f"divide by the {n} samples, not by the count of all {numbers} numbers"),
        ):
            # what stands in a denominator helps the other way round
            if needed and (not too_large or any(abs(by * k - 1) < CLOSE for k in too_large)):
                yield scaled(site, f"* {by:g}" if by > 1 else f"/ {round(1 / by)}"), text


def factor(site: Site) -> Iterator[tuple[ast.expr, str]]:
    if not site.whole:
        return
    for name, value in site.scope.items():
        if type(value) is int and value > 1 and name.startswith("self."):
            for code in (name, f"({name} * {name})", f"{name} ** 0.5"):
                yield scaled(site, f"/ {code}"), f"the factor 1/{code.strip('()')} is missing"
                yield scaled(site, f"* {code}"), f"the factor {code.strip('()')} is missing"
        if isinstance(value, np.ndarray) and value.ndim == 2 and value.dtype.kind in "iu":
            code = f"{name}.shape[1]"
            yield scaled(site, f"/ {code}"), f"the factor 1/{code} is missing, as of a mean over {name}"
        number = np.ndim(value) == 0 and np.asarray(value).dtype.kind == "f"
        known = number and name != ast.unparse(site.node) and value not in (0.0, 1.0, -1.0)
        if known:
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


def sign_of_weight(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """`np.ones_like(W)`, where the derivative of |W| is its sign."""
    node = site.node
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "np.ones_like" and len(node.args) == 1:
        right = f"np.sign({ast.unparse(node.args[0])})"
        yield expression(right), f"{site.code} stands where the derivative of a magnitude belongs, {right}"


def factor_of_term(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """The 1/2, or the 2, of one term of several."""
    node = site.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.MatMult) and not site.whole:
        yield scaled(site, "* 2"), f"a factor 2 is missing in {site.code}"
        yield scaled(site, "/ 2"), f"{site.code} is twice too large"


def factor_of_forward(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """An array that forward multiplies by, as the x of a slope a * x."""
    node = site.node
    product = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)
    named = is_name(node) and isinstance(site.value, np.ndarray) and site.value.dtype.kind == "f"
    if isinstance(node, ast.Compare) or not (site.whole or product or named):
        return
    for name in kept_by_forward(site if named else replace(site, node=ast.Constant(None))):
        if name != site.code:  # which is a power
            yield expression(f"{bracketed(node)} * {name}"), f"the factor {name} is missing"


def superfluous_derivative(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """`d * a * (1 - a)` where there is no activation."""
    factors = factors_of(site.node)
    codes = [ast.unparse(one) for one in factors]
    for at, code in enumerate(codes):
        if f"1 - {code}" in codes and len(codes) > 2:
            rest = [
                bracketed(one) for other, one in enumerate(factors) if other not in (at, codes.index(f"1 - {code}"))
            ]
            text = f"the derivative of a sigmoid, {code} * (1 - {code}), is one factor too many"
            yield expression(" * ".join(rest)), text


def superfluous_call(site: Site) -> Iterator[tuple[ast.expr, str]]:
    node = site.node
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        yield node.args[0], f"{ast.unparse(node.func)} is applied once too often"


def square_of_divisor(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """`/ s` where 1 / s is differentiated, which gives -1 / s²."""
    node = site.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not is_count(site, node.right):
        divisor = bracketed(node.right)
        squared = ast.BinOp(node.left, ast.Div(), expression(f"{divisor} ** 2"))
        yield squared, f"divided by {divisor}, where its square belongs: {divisor} ** 2"


def superfluous_factor(site: Site) -> Iterator[tuple[ast.expr, str]]:
    node = site.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        yield node.left, f"{ast.unparse(node.right)} is one factor too many"
        if isinstance(node.op, ast.Mult):
            yield node.right, f"{ast.unparse(node.left)} is one factor too many"


DERIVATIVES = {
    "(1 - {}**2)": "tanh",
    "({0} * (1 - {0}))": "sigmoid",
    "({} > 0)": "ReLU",
    "(1 - np.tanh({})**2)": "tanh",
    "(np.exp(-{0}) / (1 + np.exp(-{0}))**2)": "sigmoid",
    "(({0} > -1) & ({0} < 1))": "what forward clips to [-1, 1]",
    "(({0} > 0) & ({0} < 6))": "ReLU6",
}
"""Derivatives of activations, by what forward kept; the last four by what went in."""

INNER = {
    "log1p": "(1 / (1 + {}))",
    "log": "(1 / {})",
    "sqrt": "(0.5 / np.sqrt({}))",
    "exp": "(np.exp({}))",
    "sin": "(np.cos({}))",
    "cos": "(-np.sin({}))",
    "arctan": "(1 / (1 + {}**2))",
    "softplus": "(1 / (1 + np.exp(-{})))",
}
"""Derivatives of functions by what they are called; they are looked at where something calls them."""


def derivatives(site: Site) -> Iterator[tuple[str, str]]:
    """The codes of derivatives, and of what they are."""
    yield from DERIVATIVES.items()
    yield from ((code, name) for name, code in INNER.items() if re.search(rf"\b{name}\(", site.evidence.text))


def derivative_missing(site: Site) -> Iterator[tuple[ast.expr, str]]:
    if not (site.whole or site.product or is_name(site.node)):
        return
    for name in kept_by_forward(site):
        for code, of in derivatives(site):
            what = "activation" if of in (*DERIVATIVES.values(), "softplus") else "inner function"
            text = f"the derivative of the {what} is missing: that of {of}, {code.format(name)[1:-1]}"
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
    """A product in which one or two factors are replaced by another derivative, or all that a derivative returns."""
    factors = factors_of(site.node)
    if len(factors) < 2 and not (site.whole and isinstance(site.evidence.trial.subject.way, DerivativeWay)):
        return
    for lost in [*combinations(range(len(factors)), 1), *combinations(range(len(factors)), 2)]:
        kept = [bracketed(one) for at, one in enumerate(factors) if at not in lost] or ["1.0"]
        there = " * ".join(bracketed(factors[at]) for at in lost)
        for name in kept_by_forward(site):
            for code, of in derivatives(site):
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
                p: Any = site.scope.get(code)
                for axis in ("-1", "0"):
                    if np.ndim(p) and not np.allclose(np.sum(p, int(axis)), 1):
                        continue  # it is no softmax
                    right = f"{code} * (({d}) - ({code} * ({d})).sum(axis={axis}, keepdims=True))"
                    text = (
                        "the derivative of softmax is taken entry by entry, p (1 - p). Each output depends on every "
                        "input: "
                        f"p * (d - (p * d).sum(axis={axis}, keepdims=True))"
                    )
                    yield expression(right), text


def softmax_missing(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """The way back through a softmax, where there is none, or a call for its derivative that goes entry by entry."""
    factors = factors_of(site.node)
    calls = [
        at for at, one in enumerate(factors) if isinstance(one, ast.Call) and "softmax" in ast.unparse(one).lower()
    ]
    if not (site.whole or calls):
        return
    rest = [bracketed(one) for at, one in enumerate(factors) if at not in calls] if calls else [bracketed(site.node)]
    d = " * ".join(rest) or "1.0"
    for name in kept_by_forward(replace(site, node=ast.Constant(None))):
        p: Any = site.scope[name]
        for axis in ("-1", "0")[: p.ndim]:
            if np.all(p > 0) and np.allclose(p.sum(int(axis)), 1):
                right = f"{name} * (({d}) - ({name} * ({d})).sum(axis={axis}, keepdims=True))"
                told = f"{name} * (d - ({name} * d).sum(axis={axis}, keepdims=True))"
                entry = "the derivative of softmax is taken entry by entry. Each output depends on every input"
                lost = "the derivative of softmax is missing, which p - y of its cross entropy alone holds"
                yield expression(right), f"{entry if calls else lost}: {told}"


def softmax_twice(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """p - y from a loss, which a softmax multiplies by its derivative again."""
    node, y = site.node, site.evidence.trial.inputs.y
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        p, of_y = (site.scope.get(ast.unparse(one)) for one in (node.left, node.right))
        if (
            y is not None
            and of_y is not None
            and np.array_equal(of_y, y)
            and isinstance(p, np.ndarray)
            and np.all(p > 0)
        ):
            p, y = bracketed(node.left), bracketed(node.right)
            for right, of in ((f"-{y} / {p}", "softmax"), (f"({p} - {y}) / ({p} * (1 - {p}))", "sigmoid")):
                text = f"{site.code} holds the derivative of the {of}, which is taken again after that"
                yield expression(f"({right})"), f"{text}. Of the loss alone it is {right}"


def factors_of(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return [*factors_of(node.left), *factors_of(node.right)]
    return [node]


def power(site: Site) -> Iterator[tuple[ast.expr, str]]:
    if is_name(site.node) and isinstance(site.value, np.ndarray | float):
        for by in (2, 3):
            yield expression(f"{site.code} ** {by}"), f"{site.code} stands where {site.code} ** {by} belongs"
