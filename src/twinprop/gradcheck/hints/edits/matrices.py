"""A matrix the wrong way round, one array in the place of another; another axis, a term or a statement amiss."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.comparison import same_numbers
from twinprop.gradcheck.arrays.held import canonical, is_bare, stems
from twinprop.gradcheck.hints.edits.site import (
    Renamed,
    Site,
    alike,
    bracketed,
    expression,
    is_name,
    is_sum,
    kept_by_forward,
    last_name,
    scaled,
)


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
    elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("outer") and len(node.args) == 2:
        turned = ast.Call(node.func, node.args[::-1], [])
        yield turned, f"the outer product is the wrong way round: {ast.unparse(turned)}"


def kind_of_product(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """`@` for `*`, or the other way round, where square matrices allow both."""
    node = site.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        yield ast.BinOp(node.left, ast.Mult(), node.right), f"{site.code}: @ stands where * belongs, entry by entry"
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        text = f"{site.code}: * stands where the matrix product @ belongs"
        yield ast.BinOp(node.left, ast.MatMult(), node.right), text


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


def another_list(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """`activations[-l]` where `zs[-l]` belongs."""
    node = site.node
    if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name | ast.Attribute):
        return
    held = [name.partition("[")[0] for name in site.scope if "[" in name]
    own = ast.unparse(node.value)
    for name in dict.fromkeys(name for name in held if name != own) if own in held else ():
        place = ast.unparse(node).removeprefix(own)
        yield expression(f"{name}{place}"), f"{site.code} stands where {name}{place} belongs"


LETTERS = re.compile(r"([A-Za-z_]+)(%\w|\{.*|)")
"""The name of an entry that is numbered, before its number."""


def another_key(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """`cache["A%d" % l]` where `cache["Z%d" % l]` belongs, also of `f"A{l}"` and `"A" + str(l)`; or another number."""
    node = site.node
    plain = isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and np.ndim(site.value) == 0
    numbered = isinstance(node, ast.Subscript) and isinstance(node.slice, ast.BinOp | ast.JoinedStr)
    if not isinstance(node, ast.Subscript) or not (plain or numbered):
        return
    words = [one.value for one in ast.walk(node.slice) if isinstance(one, ast.Constant)]
    own = next((found for one in words if isinstance(one, str) and (found := LETTERS.fullmatch(one))), None)
    holder = re.escape(ast.unparse(node.value))
    others = re.findall(rf"{holder}\[f?['\"]([A-Za-z_]+)[%{{'\"]", site.evidence.text)
    for other in dict.fromkeys(others) if own is not None else ():
        new = copy.deepcopy(node)
        for one in ast.walk(new.slice):
            if isinstance(one, ast.Constant) and own is not None and one.value == own[0]:
                one.value = f"{other}{own[2]}"
        yield new, f"{site.code} stands where {ast.unparse(new)} belongs"


def less_another(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """`d * H` where `d * (H - x)` belongs, as of H * T + x * (1 - T)."""
    if is_name(site.node) and isinstance(site.value, np.ndarray) and not site.whole and not site.product:
        for name in kept_by_forward(site):
            if name != site.code:
                yield expression(f"({site.code} - {name})"), f"{site.code} stands where {site.code} - {name} belongs"


def bias_in_penalty(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """`lam * Theta`, where the loss leaves out the column, or the row, that is multiplied by 1."""
    node = site.node
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult):
        return
    for part in (node.left, node.right):
        value = site.scope.get(ast.unparse(part))
        if is_name(part) and isinstance(value, np.ndarray) and value.ndim == 2:
            code = ast.unparse(part)
            for axis, mask, what in ((1, "", "column"), (0, "[:, None]", "row")):
                kept = f"(__import__('numpy').arange({code}.shape[{axis}]) > 0){mask}"
                told = f"the first {what} of {code}, which is that of the bias, is penalised here, and not in the loss"
                yield expression(f"{bracketed(node)} * {kept}"), told


AXES = ("0", "1", "-1", "(0, 1)", "(0, 2, 3)", "(0, 1, 2)", "(1, 2)", "(2, 3)", "(1, 2, 3)", "(2, 3, 4)")


def axis_of_sum(site: Site) -> Iterator[tuple[ast.expr, str]]:
    node = site.node
    name = node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
    if not isinstance(node, ast.Call) or name not in ("sum", "mean"):
        return
    of_numpy = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) in ("np", "numpy")
    what = bracketed(node.args[0] if of_numpy and node.args else node.func.value)  # type: ignore[attr-defined]
    old = next((key.value for key in node.keywords if key.arg == "axis"), None)
    positional = node.args[1 if of_numpy else 0 :]
    old = positional[0] if positional else old
    said = f"axis {ast.unparse(old)}" if old is not None else "everything"
    for axis in AXES:
        for keep in ("", ", keepdims=True"):
            text = f"summed over {said}, not over axis {axis}"
            if said == f"axis {axis}":
                text = f"the shape is not that of the bias: {'write' if keep else 'leave out'} keepdims=True"
            yield expression(f"{what}.{name}(axis={axis}{keep})"), text
    if name == "mean":
        kept = ", ".join(map(ast.unparse, [*positional, *node.keywords]))
        yield expression(f"{what}.sum({kept})"), "the mean is taken where the sum belongs"


def sum_of_another(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """A sum of the gradient of the weight in place of that of the layer's sum."""
    node = site.node
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("sum", "mean")):
        return
    of_numpy = ast.unparse(node.func.value) in ("np", "numpy") and bool(node.args)
    old = node.args[0] if of_numpy else node.func.value
    value = site.scope.get(ast.unparse(old))
    for name, other in site.scope.items():
        if isinstance(value, np.ndarray) and isinstance(other, np.ndarray) and other.ndim == value.ndim > 1:
            new = copy.deepcopy(node)
            if of_numpy:
                new.args[0] = expression(name)
            else:
                new.func.value = expression(name)  # type: ignore[attr-defined]
            why = "the bias is added after the product with the weight, so its gradient is a sum of that of the result"
            yield new, f"{ast.unparse(old)} is summed in place of {name}: {why}"


def not_summed(site: Site) -> Iterator[tuple[ast.expr, str]]:
    if site.whole:
        for axis in ("0", "1", "(0, 1)", "(0, 2, 3)"):
            for keep in ("", ", keepdims=True"):
                text = f"not summed over axis {axis}, that of the samples"
                yield expression(f"{bracketed(site.node)}.sum(axis={axis}{keep})"), text


def missing_term(site: Site) -> Iterator[tuple[ast.expr, str]]:
    yield from other_half(site)
    if not site.whole:
        return
    yield scaled(site, "+ 1"), "the term 1 is missing"
    targets, weights = site.evidence.trial.inputs.y, site.evidence.trial.parameters
    for name, value in site.scope.items():
        if isinstance(value, np.ndarray) and value.size > 1 and value.dtype.kind == "f" and site.code not in name:
            if targets is not None and same_numbers(value, targets):
                yield scaled(site, f"- {name}"), f"a term is missing: {name}, the targets, has to be subtracted"
            if name not in site.targets:  # that is += in place of =
                what = "the penalty" if any(value is one.get() for one in weights) else "another branch"
                text = f"a term is missing: {name}, the gradient of {what}, has to be added"
                yield scaled(site, f"+ {name}"), text


def forgotten(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """A name that is given a value, and that nothing reads, as of what comes from the step after."""
    names = [one for one in ast.walk(site.routine.tree) if isinstance(one, ast.Name)]
    read = {one.id for one in names if isinstance(one.ctx, ast.Load)}
    unread = dict.fromkeys(one.id for one in names if isinstance(one.ctx, ast.Store) and one.id not in read)
    if isinstance(site.node, ast.BinOp | ast.Call) or (is_name(site.node) and site.product):
        for name in (one for one in unread if one not in site.targets and one in site.scope):
            text = f"a term is missing: {name}, which nothing reads, has to be added"
            yield expression(f"({ast.unparse(site.node)} + {name})"), text


def other_half(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """`-y / p`, or `(1 - y) / (1 - p)`, where the binary cross entropy has both."""
    match site.node:
        case ast.BinOp(ast.UnaryOp(ast.USub(), y), ast.Div(), p) | ast.UnaryOp(ast.USub(), ast.BinOp(y, ast.Div(), p)):
            rest = f"(1 - {bracketed(y)}) / (1 - {bracketed(p)})"
            yield scaled(site, f"+ {rest}"), f"the term of 1 - {ast.unparse(y)} is missing: {rest}"
        case ast.BinOp(ast.BinOp(ast.Constant(1), ast.Sub(), y), ast.Div(), ast.BinOp(ast.Constant(1), ast.Sub(), p)):
            rest = f"{bracketed(y)} / {bracketed(p)}"
            yield scaled(site, f"- {rest}"), f"the term of {ast.unparse(y)} is missing: -{rest}"


def mean_term(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """What a normalisation subtracts: the mean, and the part along the normalised numbers; or both."""
    node = site.node
    if not (site.whole or is_sum(node) or is_name(node)):
        return
    code = bracketed(node)
    text = "the term of the {} is missing: mean and variance depend on every number that they are taken of, too"
    both = "mean and variance are taken for constants, and depend on every number that they are taken of"
    kept = {name: site.scope.get(name) for name in kept_by_forward(site)}
    for axis in ("0", "-1", "(0, 2, 3)"):
        over = f".mean(axis={axis}, keepdims=True)"
        if any(is_even(value, axis, 1, 0.0) for value in kept.values()):
            yield expression(f"{code} - {code}{over}"), text.format("mean")
        for name in [name for name, value in kept.items() if is_even(value, axis, 2, 1.0)]:
            along = f"{name} * ({code} * {name}){over}"
            yield expression(f"{code} - {along}"), text.format("variance")
            yield expression(f"{code} - {code}{over} - {along}"), both


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


def repeated_index(statement: ast.stmt, later: str) -> Iterator[tuple[list[ast.stmt], str]]:
    """`dW[rows] += d`, which adds once where a row is named twice."""
    if not isinstance(statement, ast.AugAssign | ast.Assign):
        return
    target: ast.expr = statement.target if isinstance(statement, ast.AugAssign) else statement.targets[0]
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Name | ast.Attribute):
        told = f"np.add.at({', '.join(map(ast.unparse, (target.value, target.slice, statement.value)))})"
        text = f"{ast.unparse(target)} counts an index once that stands there twice: {told}"
        yield [ast.Expr(expression(f"__import__('numpy'){told[2:]}"), lineno=statement.lineno)], text


StatementEdit = Callable[[ast.stmt, str], Iterator[tuple[list[ast.stmt], str]]]
"""Of a statement and the code after it: statements in its place, and what to say."""


MOMENT = re.compile(r"_*(v|m|s|mt|vt)(_.*)?|.*(vel|moment|mom_).*|.*_(v|m)")
"""What an optimizer adds up, which is used where it is changed."""


def update_before_use(statement: ast.stmt, later: str) -> Iterator[tuple[list[ast.stmt], str]]:
    """`W -= lr * dW` or `W = W - lr * dW`, where W is no gradient, and stands in what follows."""
    if isinstance(statement, ast.AugAssign | ast.Assign):
        target = statement.target if isinstance(statement, ast.AugAssign) else statement.targets[0]
        value, code = statement.value, ast.unparse(target)
        sum_of_it = isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Sub)
        own = isinstance(statement, ast.AugAssign) or (sum_of_it and code in ast.unparse(value))
        name = last_name(target)
        # gamma is no gradient of amma
        of = [stem for stem in stems(name) if re.search(rf"(?<![a-z0-9]){re.escape(stem)}(?![a-z0-9])", later.lower())]
        if own and code in later and not of and not is_bare(name) and not MOMENT.fullmatch(name.lower()):
            yield [], f"{code} is changed before it is used: the update belongs at the end of backward"


def sum_replaced(statement: ast.stmt, later: str) -> Iterator[tuple[list[ast.stmt], str]]:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        if isinstance(target, ast.Name | ast.Attribute | ast.Subscript):
            text = f"{ast.unparse(target)} is replaced where it has to be added up: += in place of ="
            yield [ast.AugAssign(target, ast.Add(), statement.value, lineno=statement.lineno)], text
    elif isinstance(statement, ast.AugAssign):
        text = f"{ast.unparse(statement.target)} is added up where it has to be replaced"
        yield [ast.Assign([statement.target], statement.value, lineno=statement.lineno)], text


def array_for_each(statement: ast.stmt, later: str) -> Iterator[tuple[list[ast.stmt], str]]:
    if isinstance(statement, ast.Assign) and len(statement.targets) > 1:
        names = " and ".join(map(ast.unparse, statement.targets))
        values = [copy.deepcopy(statement.value) for _ in statement.targets]
        pairs = zip(statement.targets, values, strict=True)
        apart: list[ast.stmt] = [ast.Assign([target], value, lineno=statement.lineno) for target, value in pairs]
        yield apart, f"{names} are the same array: make one for each"


def violations(statement: ast.stmt, later: str) -> Iterator[tuple[list[ast.stmt], str]]:
    """`mask[rows, y] = -1`, where a hinge loss of several classes counts the margins that are violated."""
    target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Tuple) and len(target.slice.elts) == 2:
        code = ast.unparse(target.value)
        if isinstance(statement, ast.Assign) and re.fullmatch(r"-1(\.0?)?", ast.unparse(statement.value)):
            right = f"{ast.unparse(target)} = -{code}.sum(axis=1)"
            new = ast.copy_location(ast.parse(right).body[0], statement)
            yield [new], f"the right class counts once for each margin that is violated, not once: {right}"


STATEMENTS: tuple[StatementEdit, ...] = (
    array_for_each,
    update_before_use,
    repeated_index,
    sum_replaced,
    violations,
)
"""Each edit of a statement; they are tried before those of expressions."""
