"""Several things as one: a layer with several inputs or outputs, a list of inputs, objects in a row.

The other inputs are held like parameters. So each of them gets a row in the table, and `backward` may return their
gradients in a tuple, a list or a dict, or leave them in attributes. Several outputs are laid end to end, and the
gradient for each is cut out of dy again. Of objects in a row, the output of each goes into the next.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twinprop.gradcheck.calling import LayerWay, LossWay, Way
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.fitting import Fitted, cut
from twinprop.gradcheck.guesses import number_for
from twinprop.gradcheck.held import Wrapper, arrays_of, attributes_of, is_float_array
from twinprop.gradcheck.roles import Method
from twinprop.gradcheck.sources import indexes_with, returned_name, returned_names
from twinprop.gradcheck.ways import ways_of

INDEX = re.compile(
    r"(.*_)?(idx|idxs|index|indexes|indices|ids?|tokens?|words?|wordids?|cent(er|re)s?|contexts?|ctx|negs?|negatives?)(_.*)?"
)
"""An input that holds whole numbers, by its name."""


def is_index(made: Any, method: str, name: str) -> bool:
    """Whether an argument of a method is used as an index, or named as one."""
    if INDEX.fullmatch(name.lower()):
        return True
    return indexes_with(getattr(getattr(made, method), "__func__", None), name)


@dataclass
class Plan:
    """What each argument gets: `x`, `y`, `dy0`, `dy1`, `cache`, `out0`, or the name of another input.

    Attributes:
        front, back: the methods.
        given_front, given_back: by the names of their arguments.
        extras: the names of the other inputs.
        outputs: how many outputs have a gradient of their own.
        has_targets: whether it is a loss.
    """

    front: Method
    back: Method
    given_front: dict[str, str]
    given_back: dict[str, str]
    extras: list[str]
    outputs: int
    has_targets: bool


def plan_for(made: Any, front: Method, back: Method) -> Plan | None:
    """How a layer with several inputs is called; None where it is none."""
    needed = front.needed
    if len(needed) < 2 or front.any_number:
        return None
    targets = next((one.name for one in needed[1:] if one.role == "y"), "")
    main = next((one.name for one in needed if one.role == "x"), "")
    main = main or next((one.name for one in needed if not one.name[:1].isupper() and one.name != targets), "")
    if not main:
        return None
    extras = [one.name for one in needed if one.name not in (main, targets)]
    given = {one.name: one.name for one in needed} | {main: "x"} | ({targets: "y"} if targets else {})
    kept = returned_names(getattr(made, front.name))
    alone = returned_name(getattr(made, front.name))
    given_back: dict[str, str] = {}
    upstream = 0
    for one in back.needed:
        if one.name in given:
            given_back[one.name] = given[one.name]
        elif one.role == "dy":
            given_back[one.name], upstream = f"dy{upstream}", upstream + 1
        elif one.role == "cache":
            given_back[one.name] = "cache"
        elif one.name in kept:
            given_back[one.name] = f"out{kept.index(one.name)}"
        elif one.role == "out" or one.name == alone:
            given_back[one.name] = "out0"
        elif "x" not in given_back.values():
            given_back[one.name] = "x"
        else:
            return None
    if not targets and not upstream:
        if len(given_back) != 1:
            return None
        given_back, upstream = dict.fromkeys(given_back, "dy0"), 1
    if targets and not extras and {*given_back.values()} <= {"x", "y"}:
        return None  # a loss as any other
    return Plan(front, back, given, given_back, extras, max(upstream, 1), bool(targets))


class Several(Fitted, Wrapper):
    """A layer that is called by a plan; its other inputs are attributes of this object.

    Attributes:
        returned_names: of what backward returns, as its source tells.
    """

    def __init__(self, made: Any, plan: Plan) -> None:
        super().__init__(made)
        self._plan = plan
        settings = {name: value for name in plan.extras if (value := number_for(name)) is not None}
        self._settings = settings  # epsilon, momentum and the like
        # a static method is given what the object holds
        self._held = [name for name in plan.extras if is_float_array(attributes_of(made).get(name))]
        plan.extras = [name for name in plan.extras if name not in settings and name not in self._held]
        self._free = [(name,) for name in plan.extras]
        self._whole = [name for name in plan.extras if is_index(made, plan.front.name, name)]
        # every index stays below the smallest axis of a matrix that the object holds
        sizes = [size for ref in arrays_of(made) if ref.get().ndim > 1 for size in ref.get().shape]
        self._sizes, self._most = sizes, max(2, min(sizes, default=2))
        self.returned_names = returned_names(getattr(made, plan.back.name))
        for name in plan.extras:
            setattr(self, name, np.zeros(0))

    @property
    def wants_indices(self) -> bool:
        """Whether x itself holds whole numbers."""
        name = next(name for name, given in self._plan.given_front.items() if given == "x")
        return is_index(self._user, self._plan.front.name, name)

    def may_lack(self, name: str) -> bool:
        """Whether an input needs no gradient: beside targets, weights are constants."""
        return name in self._plan.extras and (self._plan.has_targets or super().may_lack(name))

    def _attempt(self, x: Any, y: Any) -> Any:
        return self._go(x, y)

    def _go(self, x: Any, y: Any) -> Any:
        self.resize(x)
        self._inputs = {"x": x, "y": y} | {name: getattr(self, name) for name in self._plan.extras}
        # a layer may keep what it is given and change it
        self._inputs |= self._settings | {name: getattr(self._user, name) for name in self._held}
        given = {name: np.copy(value) for name, value in self._inputs.items()} | self._settings
        returned = self._plan.front.call(self._user, self._plan.given_front, given)
        parts = list(returned) if isinstance(returned, tuple) else [returned]
        self._kept = {f"out{at}": part for at, part in enumerate(parts)}
        arrays = [part for part in parts if is_float_array(part)]
        rest = [part for part in parts if not is_float_array(part)]
        self._kept["cache"] = rest[0] if len(rest) == 1 else tuple(rest)
        self._shapes = [part.shape for part in arrays[: self._plan.outputs]]
        if self._plan.outputs == 1 or len(arrays) < 2:
            return arrays[0] if arrays and not self._plan.has_targets else returned
        return np.concatenate([part.ravel() for part in arrays[: self._plan.outputs]])

    def _to_front(self, dy: Any) -> Any:
        values: dict[str, Any] = {**self._inputs, **self._kept, "rate": 0.01, "dy0": 1.0}
        if dy is not None:
            values |= {f"dy{at}": part for at, part in enumerate(cut(dy, self._shapes))}
        return self._plan.back.call(self._user, self._plan.given_back, values)


class SeveralLayer(Several):
    def forward(self, x: Any) -> Any:
        return self._go(x, None)

    def backward(self, dy: Any) -> Any:
        return self._to_front(dy)


class SeveralLoss(Several):
    def forward(self, x: Any, y: Any) -> Any:
        return self._go(x, y)

    def backward(self) -> Any:
        return self._to_front(None)


class ListOfInputs(Wrapper):
    """A layer that is given a list, as one that adds, multiplies or concatenates; x holds its inputs along axis 0."""

    def __init__(self, made: Any, front: Method, back: Method) -> None:
        super().__init__(made)
        self._methods = front, back

    def _call(self, method: Method, value: Any) -> Any:
        argument = (method.needed or method.offered)[0].name
        return method.call(self._user, {argument: "x"}, {"x": value})

    def forward(self, x: Any) -> Any:
        if np.ndim(x) < 3:
            raise ValueError("several inputs, expected (2, batch, 4)")
        return self._call(self._methods[0], list(x.copy()))

    def backward(self, dy: Any) -> Any:
        returned = self._call(self._methods[1], dy)
        if not isinstance(returned, tuple | list | dict) and np.shape(returned)[:1] != (2,):
            raise ValueError("one gradient for several inputs")
        return returned


class Chain:
    """Layers, one after the other.

    Args:
        parts: objects with a forward and a backward.
        ways: how each is called.
    """

    def __init__(self, parts: Sequence[Any], ways: Sequence[Way]) -> None:
        self.parts, self._ways = list(parts), list(ways)

    def through(self, x: Any, y: Any = None) -> Any:
        self._seen = []
        for part, way in zip(self.parts, self._ways, strict=True):
            before = {name: id(value) for name, value in attributes_of(part).items()}
            out = way.output(part, way.forward.call(part, way.forward_roles, {"x": x, "y": y}), before)
            self._seen.append((np.copy(x), out))
            x = out
        return x

    def back(self, d: Any, y: Any = None) -> Any:
        for part, way, (x, out) in zip(self.parts[::-1], self._ways[::-1], self._seen[::-1], strict=True):
            assert way.backward is not None
            given = {"x": x, "y": y, "out": out, "dy": d, "one": 1.0}
            returned = way.backward.call(part, way.backward_roles, given)
            d = returned if returned is not None else getattr(part, "dinputs", getattr(part, "dx", None))
            d = d[0] if isinstance(d, tuple) else d
        return d

    def forward(self, x: Any) -> Any:
        return self.through(x)

    def backward(self, dy: Any) -> Any:
        return self.back(dy)


class ChainWithLoss(Chain):
    """The same with a loss at the end."""

    def forward(self, x: Any, y: Any) -> Any:  # type: ignore[override]
        self._y = y
        return self.through(x, y)

    def backward(self) -> Any:  # type: ignore[override]
        return self.back(None, self._y)


def chain(parts: Sequence[Any], title: str) -> Chain:
    """Objects in a row.

    Raises:
        SubjectError: one of them is no layer; the last may be a loss.
    """
    ways = []
    for position, part in enumerate(parts):
        kinds = (LayerWay, LossWay) if position == len(parts) - 1 else (LayerWay,)
        way = next((way for way in ways_of(part, type(part).__name__) if isinstance(way, kinds) and way.backward), None)
        if way is None:
            raise SubjectError(
                f"{title}: {type(part).__name__} is no layer; only the last in a row may be a loss.", False
            )
        ways.append(way)
    return (ChainWithLoss if isinstance(ways[-1], LossWay) else Chain)(parts, ways)
