"""How methods with several arguments belong together: what backward is given was given to forward, or returned by it.

That is told by names where they are the same, then by what they are for; what is left over on both sides is one.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.held import attributes_of, canonical, is_float_array, objects_of, stems
from twinprop.gradcheck.source.roles import Argument, Method, role_of
from twinprop.gradcheck.source.sources import (
    keys_read,
    left_names,
    nodes_of,
    returned_name,
    returned_names,
)

BESIDE = re.compile(r"(?<=.)_?(next|prev|later|after|s)$|(?<=.)_(t|ext|above|up|out|curr?|total)$|^(next|prev)_?")
"""What the name of a gradient has more than that of its state, or a state more: `dh_next` of `h`, or of `h_t`."""


def asserted_shapes(found: Any, made: Any) -> dict[str, tuple[int, ...]]:
    """The shapes that a function of a method asserts its arguments to have: `assert x.shape == (self.n, 1)`."""
    code = getattr(found, "__wrapped__", getattr(found, "__func__", found))
    shapes: dict[str, tuple[int, ...]] = {}
    for node in nodes_of(code):
        test = node.test if isinstance(node, ast.Assert) else None
        if isinstance(test, ast.Compare) and ast.unparse(test.left).endswith(".shape"):
            with suppress(Exception):  # it is known later
                read = compile(ast.Expression(test.comparators[0]), "<shape>", "eval")
                shapes[ast.unparse(test.left)[: -len(".shape")]] = tuple(eval(read, code.__globals__, {"self": made}))
    return shapes


def holds_floats(made: Any, name: str) -> bool:
    """Whether an attribute of that name is an array, or a list or a dict of some."""
    return any(map(is_float_array, objects_of(attributes_of(made).get(name), np.ndarray)))


@dataclass
class Plan:
    """What each argument gets: `x`, `y`, `dy0`, `dy1`, `cache`, `out0`, or the name of another input.

    Attributes:
        front, back: the methods; no `back` where forward returns the gradients.
        given_front, given_back: by the names of their arguments.
        extras: the names of the other inputs.
        kept: the names of what forward returns.
        upstream: the names of the gradients that backward is given.
        has_targets: whether forward is a loss.
        cost: the method for the loss, where backward is given the targets; given_cost, what that is given.
        left: whether what is `kept` is left in attributes, not returned.
    """

    front: Method
    back: Method | None
    given_front: dict[str, str]
    given_back: dict[str, str]
    extras: list[str]
    kept: list[str]
    upstream: list[str]
    has_targets: bool
    cost: Method | None = None
    given_cost: dict[str, str] = field(default_factory=dict)
    left: bool = False

    @property
    def is_network(self) -> bool:
        """Whether the targets come with backward."""
        return not self.has_targets and "y" in self.given_back.values()


def plan_for(made: Any, front: Method, back: Method | None, cost: Method | None = None) -> Plan | None:
    """How what has several inputs, or returns what backward is given, is called; None where it is neither."""
    needed = front.needed
    function = getattr(getattr(made, front.name), "__func__", None)
    if any(keys_read(function, one.name) for one in needed if not one.keyword and not holds_floats(made, one.name)):
        return None  # a dict of all parameters
    alone = len(needed) < 2 and (back is None or len(back.needed) < 2)
    if not needed or alone or (front.any_number and not needed[-1].keyword):
        return None
    given_y = next((one.name for one in needed[1:] if one.role == "y"), "")
    slopes = {
        stem for name in (returned_names(getattr(made, back.name)) if back is not None else ()) for stem in stems(name)
    }
    targets = "" if canonical(given_y) in slopes else given_y  # what has a gradient of its own is an input
    main = next((one.name for one in needed if one.role == "x"), "")
    main = main or next((one.name for one in needed if not one.name[:1].isupper() and one.name != given_y), "")
    if not main:
        return None
    extras = [one.name for one in needed if one.name not in (main, targets)]
    given = {one.name: one.name for one in needed} | {main: "x"} | ({targets: "y"} if targets else {})
    kept = returned_names(getattr(made, front.name)) or [returned_name(getattr(made, front.name))]
    left = left_names(getattr(made, front.name)) if back is not None else []
    if back is not None and left:
        told = [position_of(one.name, left) for one in back.needed if one.role == "dy"]
        kept = left if told and None not in told else left[-1:]
    given_back = linked(back.needed, given, kept) if back is not None else {}
    upstream = [name for name, what in (given_back or {}).items() if what.startswith("dy")]
    if given_back is None or (len(needed) < 2 and not {f"out{at}" for at in range(len(kept))} & {*given_back.values()}):
        return None
    plan = Plan(front, back, given, given_back, extras, kept, upstream, bool(targets), left=bool(left))
    if back is not None and not targets and not upstream and not plan.is_network:
        if {*given_back.values()} <= {"cache"} and not back.has("dy"):
            return plan  # a loss of all its inputs
        if len(given_back) != 1:
            return None
        plan.given_back, plan.upstream = dict.fromkeys(given_back, "dy0"), [*given_back]
    if targets and not extras and {*given_back.values()} <= {"x", "y"}:
        return None  # a loss as any other
    if plan.is_network and cost is not None and cost.name not in (front.name, back and back.name):
        called = given | {name: what for name, what in given_back.items() if what.startswith("out")}
        of_cost = linked(cost.needed, called, kept) or {}
        if "y" in of_cost.values() and "x" not in of_cost.values():
            plan.cost, plan.given_cost = cost, of_cost
    return plan


def makers_of(made: Any, back: Method) -> list[str]:
    """The methods that return several things which backward is given under the same names."""
    asked = {one.name for one in back.needed}
    own = {name: inspect.getattr_static(made, name, None) for name in dir(made) if name != back.name}
    methods = [name for name, one in own.items() if isinstance(one, FunctionType | MethodType)]  # a property may raise
    return [name for name in methods if len(asked & {*returned_names(getattr(made, name))}) > 1]


def linked(asked: Sequence[Argument], given: dict[str, str], kept: Sequence[str]) -> dict[str, str] | None:
    """What the arguments of a method are given, after forward; None where that is not known of one.

    Args:
        given: what forward is given.
        kept: the names of what it returned.
    """
    found: dict[str, str] = {}
    upstream = 0
    for one in asked:
        if one.name in given:
            found[one.name] = given[one.name]
        elif one.name in kept:
            found[one.name] = f"out{kept.index(one.name)}"
        elif len(inside := [at for at, name in enumerate(kept) if is_part_of(one, name)]) == 1:
            found[one.name] = f"out{inside[0]}"
        elif one.role in ("y", "cache"):
            found[one.name] = one.role
        elif one.role == "dy":
            found[one.name], upstream = f"dy{upstream}", upstream + 1
    names = [one.name for one in asked if one.name not in found]
    left = [at for at in range(len(kept)) if f"out{at}" not in found.values()]
    for one in (one for one in asked if one.name in names and one.role == "out"):
        alike = outputs_among(kept, left) or left or [0]
        found[one.name] = f"out{alike[0]}"
        left = [at for at in left if at != alike[0]]
    names = [name for name in names if name not in found]
    if len(names) == len(left) and any(kept):
        return found | {name: f"out{at}" for name, at in zip(names, left, strict=True)}
    if len(names) == 1 and "x" not in found.values():
        return found | {names[0]: "x"}
    return None if names else found


def is_part_of(one: Argument, other: str) -> bool:
    """Whether one of two names ends with the other: `probs` and `output_probs`, but not `cell` and `d_cell`."""
    return other.endswith(f"_{one.name}") or (one.role != "dy" and bool(other) and one.name.endswith(f"_{other}"))


def outputs_among(kept: Sequence[str], places: Sequence[int]) -> list[int]:
    """The places of what is called as an output; of a1, a2 and a3, the last comes first."""
    named = [at for at in places if role_of(kept[at] if at < len(kept) else "") == "out"]
    return sorted(named, key=lambda at: -int(re.sub(r".*?(\d*)$", r"0\1", kept[at])))


def position_of(upstream: str, kept: Sequence[str]) -> int | None:
    """Which part of what forward returned a gradient is that of, as its name tells."""
    own = {canonical(name) for name in (*stems(upstream), *(BESIDE.sub("", one) for one in stems(upstream)))}
    return next((at for at, name in enumerate(kept) if name and {canonical(name), BESIDE.sub("", name)} & own), None)
