"""A mask the wrong way round, an index that is off, one place in place of all, a number cut off or clipped."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator

import numpy as np

from twinprop.gradcheck.hints.edits.site import Renamed, Site, bracketed, expression, is_name

WHOLE = re.compile(r"astype\(.*(int|long)|astype\(['\"][<>=|]?[iu]\d")
"""A conversion to whole numbers."""

OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Gt: ast.Lt, ast.Lt: ast.Gt, ast.GtE: ast.Lt, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}  # fmt: skip


COMPLEMENT: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Gt: ast.LtE, ast.Lt: ast.GtE}

OF_ZEROS: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Lt: ast.LtE, ast.LtE: ast.Lt}

SCALED = "scaled down where its norm is large. Do that after the check, or in the optimizer"


NORM = re.compile(r"(total|sum|global|grads?|gradients?|l2|g)?_?norm(_?2|_?sq)?")
"""What the norm of all gradients is called."""


def of_norm(site: Site, node: ast.expr) -> bool:
    """Whether a norm, or what was computed from one, stands in an expression."""
    named = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    assigned = [one for one in ast.walk(site.routine.tree) if isinstance(one, ast.Assign)]
    sources = [one.value for one in assigned if named & {ast.unparse(target) for target in one.targets}]
    texts = [ast.unparse(one) for one in (node, *sources)]
    numbers = [
        one.id
        for source in (node, *sources)
        for one in ast.walk(source)
        if isinstance(one, ast.Name) and np.ndim(site.scope.get(one.id, [])) == 0
    ]
    taken = any(re.search(r"\bnorm\(|sqrt\(.*sum", one) and "axis" not in one for one in texts)
    return taken or any(NORM.fullmatch(name.lower()) for name in numbers)


def mask(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """A comparison, and what turns a mask round where it is used."""
    node = site.node
    text = f"the mask {site.code} is the wrong way round"
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in OPPOSITE:
        opposite = ast.Compare(node.left, [OPPOSITE[type(node.ops[0])]()], node.comparators)
        yield opposite, SCALED if of_norm(site, node) else text
        # where ReLU has returned 0, what is not above it is not below it
        if type(node.ops[0]) in COMPLEMENT:
            yield ast.Compare(node.left, [COMPLEMENT[type(node.ops[0])]()], node.comparators), text
        yield from other_side(site, node)
        if type(node.ops[0]) in OF_ZEROS and ast.unparse(node.comparators[0]) in ("0", "0.0"):
            # where ReLU has returned 0, its derivative is 0
            other = ast.Compare(node.left, [OF_ZEROS[type(node.ops[0])]()], node.comparators)
            yield other, f"{site.code} counts what is 0 on the wrong side; that is {ast.unparse(other)}"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert | ast.Not):
        yield node.operand, text
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and ast.unparse(node.left) == "1":
        yield node.right, text
    elif isinstance(node, ast.Call) and ast.unparse(node.func) == "np.where" and len(node.args) == 3:
        yield ast.Call(node.func, [node.args[0], node.args[2], node.args[1]], []), text


def other_side(site: Site, node: ast.Compare) -> Iterator[tuple[ast.expr, str]]:
    """`x > high`, where what is below a lower bound counts as well; and `x < high`, where what is above it does not.

    A condition on a number alone, as `i != last`, is left out.
    """
    if isinstance(node.ops[0], ast.Eq | ast.NotEq):
        yield ast.Constant(True), f"the condition {site.code} leaves something out"
        return
    bound = ast.unparse(node.comparators[0])
    numbers = [name for name, value in site.scope.items() if np.ndim(value) == 0 and name != bound]
    for other in [f"-{bracketed(node.comparators[0])}", *numbers]:
        opposite = ast.unparse(ast.Compare(node.left, [OPPOSITE[type(node.ops[0])]()], [expression(other)]))
        for sign in "|&":
            both = f"({site.code}) {sign} ({opposite})"
            yield expression(both), f"{site.code} is one side of the mask alone: {both}"


def mask_not_turned(site: Site) -> Iterator[tuple[ast.expr, str]]:
    if is_name(site.node) and isinstance(site.value, np.ndarray) and site.value.dtype.kind == "b":
        yield ast.UnaryOp(ast.Invert(), site.node), f"the mask {site.code} is the wrong way round"
    elif is_name(site.node) and re.search(rf"\b1(\.0?)? - {re.escape(site.code)}\b", site.evidence.text):
        yield expression(f"(1 - {site.code})"), f"{site.code} stands where 1 - {site.code} belongs"


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


def another_place(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """`dx[:, i:i + n]` where `dx[:, at:at + n]` belongs: another number throughout the brackets."""
    parts = site.node.elts if isinstance(site.node, ast.Tuple) else [site.node]
    if not any(isinstance(one, ast.Slice) for one in parts):
        return
    held = {name: value for name, value in site.scope.items() if type(value) is int and name.isidentifier()}
    own = {one.id for one in ast.walk(site.node) if isinstance(one, ast.Name)} & held.keys()
    for name in sorted(own):
        for other in (one for one in held if one not in own):
            new = Renamed(name, other).visit(copy.deepcopy(site.node))
            yield new, f"{name} stands where {other} belongs, in [{site.code.strip('()')}]"


def first_alone(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """`d[0]`, or `d[:, :, 0, 0]`, where the sum over these axes belongs."""
    if not isinstance(site.node, ast.Subscript):
        return
    several = isinstance(site.node.slice, ast.Tuple)
    parts = site.node.slice.elts if isinstance(site.node.slice, ast.Tuple) else [site.node.slice]
    axes = [at for at, one in enumerate(parts) if isinstance(one, ast.Constant) and type(one.value) is int]
    if axes and all(isinstance(one, ast.Slice) and not one.lower for at, one in enumerate(parts) if at not in axes):
        told = f"{bracketed(site.node.value)}.sum(axis={tuple(axes) if len(axes) > 1 else axes[0]})"
        what = "place" if several else "entry"
        yield expression(told), f"{site.code} is one {what} alone, where all have to be summed: {told}"


def other_direction(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """`np.cumsum(d)` where each entry has to gather what comes after it, or the other way round."""
    for call in (one for one in ast.walk(site.node) if isinstance(one, ast.Call) and site.whole):
        if ast.unparse(call.func) == "np.cumsum" and call.args and not ast.unparse(call.args[0]).endswith("[::-1]"):
            code = bracketed(call.args[0])
            new = f"np.cumsum({code}[::-1], axis=0)[::-1]"
            told = f"{ast.unparse(call)} gathers in the wrong direction: {new}"
            yield Renamed(ast.unparse(call), new).visit(copy.deepcopy(site.node)), told
    if re.search(r"np\.cumsum\(.*\[::-1\].*\)\[::-1\]", site.code):
        new = site.code.replace("[::-1]", "")
        yield expression(new), f"{site.code} gathers in the wrong direction: {new}"


def mask_missing(site: Site) -> Iterator[tuple[ast.expr, str]]:
    """A mask that forward has kept, or was given."""
    if not (site.whole or is_name(site.node)):
        return
    for name, value in site.scope.items():
        if isinstance(value, np.ndarray) and value.dtype.kind == "b":
            for code in (name, f"{name}[..., None]"):
                yield expression(f"{bracketed(site.node)} * {code}"), f"the mask {code} is missing"


def constant(site: Site) -> Iterator[tuple[ast.expr, str]]:
    node = site.node
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        near = (1, node.value + 1, node.value - 1, node.value * 2, node.value / 2, -node.value)
        for value in dict.fromkeys((*near, *site.evidence.constants)):
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
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        for factor, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(factor, ast.Call | ast.Name | ast.BinOp) and of_norm(site, factor):
                yield other, SCALED
    if not isinstance(node, ast.Call):
        return
    name = ast.unparse(node.func)
    if name.endswith("clip"):
        inner, bounds = (node.args[0], node.args[1:]) if name.startswith("n") else (node.func.value, node.args)  # type: ignore[attr-defined]
        text = f"clipped to [{', '.join(map(ast.unparse, bounds))}]. Clip after the check, or in the optimizer"
        yield inner, text
