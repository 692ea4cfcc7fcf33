"""A layer that returns local derivatives is judged by its methods that compose them with a gradient from above.

`input_gradients()` may return a matrix of weights; what `compose_to_input(J)` makes of it and of J is dx.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from twinprop.gradcheck.held import Wrapper, arrays_of
from twinprop.gradcheck.roles import Method, method_of
from twinprop.gradcheck.sources import own_attributes
from twinprop.gradcheck.ways import held_by

LOCAL = re.compile(r".*(grad|jacob|deriv).*")
"""Methods that return local derivatives."""

OF_INPUT = re.compile(r".*(input|dx|_x).*")


class Composed(Wrapper):
    """forward(x), and backward(dy) that returns what each composing method makes of dy, that of the input first."""

    def __init__(self, made: Any, front: Method, back: list[Method]) -> None:
        super().__init__(made)
        self._front, self._back = front, back
        self.told = [f"{', '.join(one.name for one in back)}: what composes the local derivatives was called."]
        self.returned_names: list[str] = []

    def forward(self, x: Any) -> Any:
        return self._front.call(self._user, {one.name: "x" for one in self._front.needed}, {"x": x})

    def backward(self, dy: Any) -> Any:
        dx, *rest = (one.call(self._user, {one.needed[0].name: "dy"}, {"dy": dy}) for one in self._back)
        return (dx, *rest) if rest else dx


def composed(made: Any, forward: str) -> Iterator[Composed]:
    """An object with the methods that compose its local derivatives, if it has such."""
    front = method_of(made, forward) if forward else None
    if front is None or len(front.needed) != 1:
        return
    several = []
    for name in dir(type(made)):
        function = getattr(type(made), name)
        method = method_of(made, name) if callable(function) and not name.startswith("__") else None
        if method is not None and len(method.needed) == 1 and name != forward:
            local = [one.attr for one in own_attributes(function) if LOCAL.fullmatch(one.attr) and one.attr != name]
            local = [one for one in local if callable(held_by(made, one)) and not method_of(made, one).needed]
            several += [(not OF_INPUT.fullmatch(one), method) for one in local[:1]]
    several.sort(key=lambda one: one[0])
    some = [method for of_weights, method in several if not of_weights or next(iter(arrays_of(made)), None) is not None]
    if several and not several[0][0]:
        yield Composed(made, front, some)
