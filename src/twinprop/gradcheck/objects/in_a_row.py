"""Objects in a row as one: the output of each goes into the next; the last may be a loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.held import attributes_of
from twinprop.gradcheck.calling.way import LayerWay, LossWay, Way
from twinprop.gradcheck.calling.ways import ways_of
from twinprop.gradcheck.faults import SubjectError


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
