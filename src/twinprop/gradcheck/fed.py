"""An object that is given nothing: x, y or dy stand in its attributes, where its constructor or a setter puts them.

`NeuralNetwork(x, y)` with `feedforward()` and `backprop()`, `feed({"x": x})`, a graph's `bottom.value` and `top.grad`:
each is put in its place before the call, and what comes out is looked for in the attributes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from twinprop.gradcheck.gradient_names import names_gradient
from twinprop.gradcheck.held import ArrayRef, Wrapper, arrays_of, is_number
from twinprop.gradcheck.roles import Method, method_of, role_of
from twinprop.gradcheck.upkeep import RATE, PlainSteps

VALUES = ("value", "val", "data", "values")
"""What an object that holds an array and its gradient calls the array."""

IN_AND_OUT = {"bottom": "x", "bottoms": "x", "top": "out", "placeholder": ""}
"""Names of such objects, beside those that tell a role of their own."""

OUTPUTS = ("loss", "cost", "activatedoutput", "outputnodes", "outputlayer", "output", "out", "a", "yhat", "ypred", "y")


def is_place(value: Any) -> bool:
    return value is None or isinstance(value, np.ndarray) or is_number(value)


def role_of_place(ref: ArrayRef) -> str:
    """What stands in a place, as its name or that of its holder tells."""
    *holders, last = [part for part in ref.name.replace("['", ".").replace("']", "").split(".") if part]
    if last.lower() in VALUES and holders:
        return IN_AND_OUT.get(holders[-1].lower(), role_of(holders[-1]))
    return role_of(last)


class Fed(Wrapper):
    """An object whose methods are called with what they ask for, and find the rest in its attributes.

    Args:
        front, back: the methods; cost, where it has one, that of its loss.

    Attributes:
        wanted: the shapes of x and y that it holds already.
    """

    def __init__(self, made: Any, front: Method, back: Method, cost: Method | None) -> None:
        super().__init__(made)
        self._front, self._back, self._cost = front, back, cost
        self._places: dict[str, list[ArrayRef]] = {"x": [], "y": []}
        for ref in arrays_of(made, is_place):
            if (role := role_of_place(ref)) in self._places:
                self._places[role].append(ref)
        self._empty = [ref for ref in arrays_of(made, is_place) if ref.get() is None]
        self.wanted = {role: shape for role in self._places if (shape := self._shape_held(role))}
        self._x: Any = None
        self._y: Any = None

    def _shape_held(self, role: str) -> tuple[int, ...]:
        return next((np.shape(ref.get()) for ref in self._places[role] if np.ndim(ref.get()) > 1), ())

    def _put(self, role: str, value: Any) -> None:
        for ref in self._places[role]:
            ref.set(np.copy(value))

    def _call(self, method: Method, dy: Any = None) -> Any:
        values = {"x": self._x, "y": self._y, "dy": dy, "out": self._out, "training": True, "testing": False}
        known = {one.name: one.role if one.role in values else "x" for one in method.needed}
        return method.call(self._user, known, {**values, "rate": RATE, "optimizer": PlainSteps(RATE)})

    def _go(self, x: Any) -> Any:
        self._x, self._out = x, None
        self._put("x", x)
        if self._y is not None:
            self._put("y", self._y)
        before = {ref.name: (id(ref.get()), np.copy(ref.get())) for ref in arrays_of(self._user)}
        self._out = self._call(self._front)
        self._out_place: ArrayRef | None = None
        if not isinstance(self._out, np.ndarray | float):
            self._out = self._left(before)
        return np.copy(self._out)

    def _left(self, before: dict[str, tuple[int, Any]]) -> Any:
        """The output that forward has left: a new array or number that is called one."""
        found: list[tuple[int, ArrayRef]] = []
        for ref in arrays_of(self._user, lambda value: isinstance(value, np.ndarray) or is_number(value)):
            *holders, last = ref.name.lower().replace("_", "").split(".")
            name = holders[-1] if last in VALUES and holders else last
            name = "output" if IN_AND_OUT.get(name) == "out" else name
            old = before.get(ref.name)
            fresh = old is None or old[0] != id(ref.get()) or not np.array_equal(old[1], ref.get(), equal_nan=True)
            if name in OUTPUTS and fresh and ref not in self._places["y"]:
                found.append((OUTPUTS.index(name), ref))
        if not found:
            raise ValueError(f"{self._front.name} returned nothing, and left no output")
        self._out_place = min(found, key=lambda one: one[0])[1]
        return self._out_place.get()

    def _gradients_of(self, places: Sequence[ArrayRef | None]) -> list[ArrayRef]:
        """The places that are named as gradients of others."""
        held = arrays_of(self._user, is_place)
        return [
            ref
            for ref in held
            for place in places
            if place is not None and ref.owner is place.owner and names_gradient(ref.attribute, ref.keys, place)
        ]

    def _go_back(self, dy: Any = None) -> Any:
        of_x = self._gradients_of(self._places["x"])
        for ref in of_x:
            ref.set(np.zeros(np.shape(self._x)))
        of_out = self._gradients_of([self._out_place]) if dy is not None else []
        for ref in self._empty:
            if any(ref.attribute == one.attribute and ref.keys for one in of_out):
                ref.set(None)  # dz of the batch before
        for ref in of_out:
            ref.set(np.copy(dy))
        returned = self._call(self._back, dy)
        left = next((ref.get() for ref in of_x if isinstance(ref.get(), np.ndarray)), None)
        return left if returned is None and left is not None else returned


class FedLayer(Fed):
    def forward(self, x: Any) -> Any:
        out = self._go(x)
        if not np.ndim(out):
            raise ValueError(f"{self._front.name} left a number, and no output")
        return out

    def backward(self, dy: Any) -> Any:
        return self._go_back(dy)


class FedLoss(Fed):
    def forward(self, x: Any, y: Any) -> Any:
        self._y = y
        out = self._go(x)
        place = "" if self._out_place is None else self._out_place.name.lower()
        if np.size(out) != 1 or (np.ndim(out) and not re.search("loss|cost", place)):
            raise ValueError(f"{self._front.name} left an output, and no loss")
        return out

    def backward(self) -> Any:
        return self._go_back()


class FedNetwork(Fed):
    def forward(self, x: Any) -> Any:
        return self._go(x)

    def backward(self, y: Any) -> Any:
        self._y = y
        self._put("y", y)
        return self._go_back()


class FedNetworkWithLoss(FedNetwork):
    def loss(self, y_hat: Any, y: Any) -> Any:
        self._y = y
        self._put("y", y)
        assert self._cost is not None
        return self._call(self._cost)


def with_places(made: Any, front: str, back: str, cost: str) -> Iterator[Any]:
    """An object as one that is given x, y and dy, where it finds one of them in its attributes."""
    if not front or not back:
        return
    methods = method_of(made, front), method_of(made, back), method_of(made, cost) if cost else None
    own = [one.name for one in methods[0].needed]
    if own and any(one.role not in ("x", "out") and one.name not in own for one in methods[1].needed):
        return
    if len(methods[0].needed) > 1 or methods[0].any_number:
        return
    fed = Fed(made, *methods)
    has_y = bool(fed._places["y"]) or any(one.role == "y" for one in methods[1].needed)
    if not methods[0].needed and not fed._places["x"]:
        return
    if has_y and cost and not methods[2].needed:  # type: ignore[union-attr]
        yield FedNetworkWithLoss(made, *methods)
    if has_y:
        yield FedNetwork(made, *methods)
        yield FedLoss(made, *methods)
    yield FedLayer(made, *methods)
