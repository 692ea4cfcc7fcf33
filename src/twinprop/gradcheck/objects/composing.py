"""A class is judged by those of its methods that put derivatives together: with a gradient from above, or of samples.

`input_gradients()` may return a matrix of weights; what `compose_to_input(J)` makes of it and of J is dx.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

from twinprop.gradcheck.arrays.finding import Found
from twinprop.gradcheck.arrays.held import Wrapper, arrays_of, plain_shape, wrapped_in
from twinprop.gradcheck.calling.naming import held_by
from twinprop.gradcheck.source.roles import Method, method_of
from twinprop.gradcheck.source.sources import nodes_of, own_attributes

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


def reduced(made: Any, shapes: Collection[tuple[int, ...]]) -> Iterator[Found]:
    """Gradients for each sample, where the class itself takes the sum or the mean of them: `one.dW.mean(axis=0)`.

    Args:
        shapes: of the parameters.
    """
    kind: Any = type(wrapped_in(made))
    known = reductions(kind)
    for one in (place for ref in arrays_of(made) if known for place in (ref, *ref.also)):
        how, axis = known.get(one.attribute, ("", 0))
        array = one.get()
        if how and array.ndim > max(axis, 1) and array.shape not in shapes:
            value = getattr(array, how)(axis)
            alike = [shape for shape in shapes if plain_shape(value.shape) == plain_shape(shape)]
            if alike:
                shape = value.shape if value.shape in alike else alike[0]
                yield Found(f"{how} of {one.name}", one.attribute, one.keys, one.owner, value.reshape(shape))


@cache
def reductions(kind: type) -> dict[str, tuple[str, int]]:
    """The attributes that the methods of a class take a sum or a mean of, with that and the axis."""
    known = {}
    for node in (node for _, method in inspect.getmembers(kind, inspect.isfunction) for node in nodes_of(method)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("sum", "mean"):
            of = node.args[0] if node.args else node.func.value  # np.mean(a, axis=0), or a.mean(axis=0)
            axis = next((ast.unparse(one.value) for one in node.keywords if one.arg == "axis"), "")
            if isinstance(of, ast.Attribute) and axis.lstrip("-").isdigit():
                known[of.attr] = node.func.attr, int(axis)
    return known
