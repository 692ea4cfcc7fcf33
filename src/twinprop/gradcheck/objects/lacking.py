"""An object that lacks something is given it: x, y or dy in its attributes, sizes by the method that makes the rest.

`NeuralNetwork(x, y)` with `feedforward()` and `backprop()`, `feed({"x": x})`, a graph's `bottom.value` and `top.grad`:
each is put in its place before the call, and what comes out is looked for in the attributes. A layer that learns its
sizes after its constructor is built: by the method that makes what forward lacks.
"""

from __future__ import annotations

import ast
import copy
import inspect
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import product
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.held import ArrayRef, Wrapper, arrays_of, attributes_of, is_number, names_gradient
from twinprop.gradcheck.calling.naming import BACKWARD, FORWARD, held_by, named
from twinprop.gradcheck.calling.upkeep import RATE, PlainSteps
from twinprop.gradcheck.objects.guesses import INPUTS, usual
from twinprop.gradcheck.objects.stacking import BUILDER
from twinprop.gradcheck.source.loops import own
from twinprop.gradcheck.source.roles import Method, method_of, role_of, word_of
from twinprop.gradcheck.source.sources import nodes_of, own_attributes, tree_of

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
        own = {name for method in (front, back) for name in stored_attributes(getattr(type(made), method.name, None))}
        for name in sorted(lacking_attributes(made) - {*attributes_of(made)} - own):  # a method sets it before
            if (role := role_of(name)) in self._places:
                self._places[role].append(ArrayRef(name, made, name))
        self._empty = [ref for ref in arrays_of(made, is_place) if ref.get() is None]
        held = {role: [np.shape(ref.get()) for ref in refs] for role, refs in self._places.items()}
        self.wanted = {
            role: shapes[0] for role, some in held.items() if (shapes := [one for one in some if len(one) > 1])
        }
        self._x: Any = None
        self._y: Any = None
        if back.has("rate"):
            self.learning_rate = RATE  # where the check finds it, so that no factor is taken for a part of it

    def _put(self, role: str, value: Any) -> None:
        for ref in self._places[role]:
            ref.set(np.copy(value))

    def _call(self, method: Method, dy: Any = None) -> Any:
        values = {"x": self._x, "y": self._y, "dy": dy, "out": self._out}
        roles = ("y", "dy") if method is self._front else (*values,)  # the scores that a loss is given are its x
        known = {one.name: one.role if one.role in roles else "x" for one in method.needed}
        rate = getattr(self, "learning_rate", RATE)
        return method.call(self._user, known, {**values, "rate": rate, "optimizer": PlainSteps(rate)})

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
        out = self._go(x)
        if np.ndim(x) > 1 and not np.ndim(out):
            raise ValueError(f"{self._front.name} left a number, and no outputs of several samples")
        return out

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


SHAPES: tuple[Any, ...] = ((INPUTS,), (5, INPUTS), (6, 7, 2), (2, 6, 7), (5, 2, 6, 7), (5, 6, 7, 2))
"""What an argument that is called a shape may be."""

SIZE_OF_INPUT = re.compile(
    r"(n|num)?_?in(put|puts)?_?(shape|size|dims?|features|units|channels|n)?|fan_in|prev_(size|units|dim)"
)
"""Names of attributes that a network sets, once it knows what a layer is given."""

NO_BUILDERS = ("set", "load", "update", "train", "fit", "step", "save", "get", "apply", "zero", "clear", "predict")
"""Beginnings of names of methods that make nothing new."""


def built(made: Any) -> Iterator[Any]:
    """Copies of an object after each of its methods that makes what it lacks, with likely arguments."""
    sizes = [name for name in lacking_attributes(made) if SIZE_OF_INPUT.fullmatch(name.lower().strip("_"))]
    sizes += [name for name, value in attributes_of(made).items() if value is made]  # by mistake, in a size's place
    for method in builders(made):
        kept = stored_attributes(getattr(type(made), method))
        unset = [name for name in sizes if name not in kept]
        for values in likely_arguments(getattr(made, method)):
            for size in (INPUTS, *SHAPES) if unset else (None,):
                try:
                    one = copy.deepcopy(made)
                    for name in unset:  # what a network would set
                        setattr(one, name, size)
                    getattr(one, method)(*values)
                except Exception:  # not in this way
                    continue
                yield one
    if names := missing_parameters(made):
        with suppress(Exception):  # it cannot be copied
            one = copy.deepcopy(made)
            for name in names:
                setattr(one, name, 0.5 * np.random.randn(INPUTS))
            yield one


def missing_parameters(made: Any) -> set[str]:
    """Attributes that are None, that forward computes with, and that backward changes: a network would set them."""
    front, back = (getattr(type(made), named(made, names), None) for names in (FORWARD, BACKWARD))
    used = {
        one.attr
        for node in nodes_of(front)
        if isinstance(node, ast.BinOp)
        for one in (node.left, node.right)
        if isinstance(one, ast.Attribute) and ast.unparse(one.value) == "self"
    }
    return (used & lacking_attributes(made) & stored_attributes(back)) - stored_attributes(front)


def lacking_attributes(made: Any) -> set[str]:
    """Attributes that an object's methods use, and that are missing or None."""
    kinds = [kind for kind in type(made).__mro__ if kind is not object]
    loads = {node.attr for kind in kinds for node in own_attributes(kind) if isinstance(node.ctx, ast.Load)}
    return {name for name in loads if lacks(held_by(made, name))}


def lacks(value: Any) -> bool:
    """Whether nothing is there, or a dict with nothing in it."""
    return value is None or (isinstance(value, dict) and bool(value) and all(map(lacks, value.values())))


def builders(made: Any) -> list[str]:
    """The methods that assign an attribute which is missing or None, the one that assigns most of them first."""
    lacking = lacking_attributes(made)
    passes = {named(made, FORWARD), named(made, BACKWARD)}
    counts: dict[str, int] = {}
    for name in dir(made):
        method = getattr(type(made), name, None)
        special = name.startswith("__") and name != "__call__"
        if special or name in passes or not inspect.isfunction(method):
            continue
        told = BUILDER.fullmatch(word_of(name))
        if told or not name.lower().lstrip("_").startswith(NO_BUILDERS):
            # what another method of the class makes is made, too
            called = [getattr(type(made), one.attr, None) for one in own_attributes(method) if one.attr not in passes]
            stores = {name for one in (method, *filter(inspect.isfunction, called)) for name in stored_attributes(one)}
            counts[name] = len(stores & lacking)
    some = [name for name, count in counts.items() if count or BUILDER.fullmatch(word_of(name))]
    return sorted(some, key=lambda name: -counts[name])


def stored_attributes(method: Any) -> set[str]:
    """Attributes that a method assigns, or in which it assigns an entry, as `self.params["W"]`."""
    tree = tree_of(method)
    return {part.attr for part, stored in own(tree) if stored} if tree is not None else set()


def likely_arguments(method: Any) -> Iterator[tuple[Any, ...]]:
    """Values for the arguments that a method needs."""
    needed = [
        one
        for one in inspect.signature(method).parameters.values()
        if one.default is one.empty and one.kind == one.POSITIONAL_OR_KEYWORD
    ]
    choices = []
    for one in needed:
        plain = () if "shape" in one.name.lower() else (usual(one.name, 0, 1, method),)
        choices.append((*plain, *SHAPES) if re.search("shape|size|dim", one.name.lower()) else plain)
    yield from product(*choices)
