"""What is named and what belongs to it as one object: a function and its gradient, or a loss of parameters and data."""

from __future__ import annotations

import ast
import inspect
import os
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.held import Wrapper
from twinprop.gradcheck.arrays.likely_shapes import FLAT, is_handed_on, is_parameter
from twinprop.gradcheck.faults import PACKAGE, SubjectError
from twinprop.gradcheck.objects.fitting import Path, progress, whole
from twinprop.gradcheck.objects.function_arguments import belongs_to, lacking_parameters, started
from twinprop.gradcheck.objects.functions import (
    BACK,
    COST,
    DERIVATIVE,
    FRONT,
    START,
    FunctionLayer,
    FunctionLossAlone,
    FunctionLossWithCache,
    FunctionNetwork,
    FunctionNetworkWithCost,
    Functions,
    arguments,
    contains,
    imported,
    loss_and_slope,
    partner,
    pick,
    pick_alike,
    returns_loss,
    stem,
)
from twinprop.gradcheck.objects.held_first import HeldFirst, update_of
from twinprop.gradcheck.objects.module_methods import as_methods
from twinprop.gradcheck.objects.planning import plan_for
from twinprop.gradcheck.objects.several import SeveralLoss, SeveralLossAlone, SeveralNetwork
from twinprop.gradcheck.source.lending import modules_beside
from twinprop.gradcheck.source.pairs import plain_partner
from twinprop.gradcheck.source.roles import method_of, role_of
from twinprop.gradcheck.source.sources import nodes_of, parts_unpacked, returned_names

NO_FRONT = (
    "{0}({1}): which function goes forward? Name both: --layer FILE:forward_prop,{0}. If the file has none, write it:\n"
    "    def forward_prop(x, ...): ...  # returns the output, and what {0} is given of the way to it"
)


class Cost(Functions):
    """A loss of x, y and parameters, which may lie in one vector; y may have to be a column.

    Attributes:
        _in_vectors: whether an argument is named as a vector of parameters; else no vectors are tried.
        _flat: whether such an argument is tried as a vector.
        _form: what is tried now: as a vector, y as a column, and only what gives one number and a gradient that fits.
    """

    _flat, _form = True, (True, False, True)

    def __init__(
        self, outputs: int, parts: Mapping[str, Any], parameters: Mapping[str, Any], free: Sequence[Path] = ()
    ) -> None:
        super().__init__(parts, parameters, free)
        self._outputs = outputs
        self._in_vectors = any(FLAT.fullmatch(path[-1].lower()) for path in free if isinstance(path[-1], str))
        vectors = [path[0] for path in free if FLAT.fullmatch(path[0].lower()) and path[0].lower() != "w"]
        for name in [path[0] for path in free if vectors and path[0] not in vectors and is_parameter(path[0])]:
            self._free = [path for path in self._free if path != (name,)]
            setattr(self, name, 0.1)  # beside a vector of all parameters none is one

    @property
    def wanted(self) -> dict[str, tuple[int, ...]]:
        return {"y": (self._outputs,)}

    def may_lack(self, name: str) -> bool:
        """Whether an input needs no gradient: the state that a sequence begins with is a constant."""
        return is_handed_on(name) or super().may_lack(name)

    def fit_to(self, x: Any, y: Any, axis: int | None) -> None:
        """Find the shapes for an x, and for y: parameters in a vector first, whose gradient is as long.

        A matrix for what one number for each sample fits would make several outputs of one.
        """
        if not self._in_vectors:
            self._flat, self._form = False, (False, False, False)
            super().fit_to(x, y, axis)
            return
        some = [y, y[:, 0]] if np.ndim(y) > 1 else [y]
        both = product((True, False), (True, False), some)
        any(self._fits(x, one, axis, flat, exact) for flat, exact, one in both if flat or one is y)

    def _fits(self, x: Any, y: Any, axis: int | None, flat: bool, exact: bool) -> bool:
        columns = (False, True) if np.ndim(y) == 1 else (False,)
        self._flat = flat
        for self._form in ((flat, column, exact) for column in columns):
            super().fit_to(x, self._shaped(y), axis)
            if progress(lambda: whole(self._attempt(x, self._shaped(y))), False)[0]:
                return True
        return False

    def _shaped(self, y: Any) -> Any:
        return np.reshape(y, (-1, 1)) if self._form[1] and np.ndim(y) == 1 else y

    def _part(self, part: str, x: Any, y: Any) -> Any:
        return self._invoke(part, {"x": x, "out": x, "y": self._shaped(y), "rest": x})

    def _attempt(self, x: Any, y: Any) -> Any:
        returned = self._part("cost", x, y)
        parts = tuple(returned) if isinstance(returned, tuple | list) else (returned,)
        if "back" in self._parts:
            parts = (*parts[:1], self._part("back", x, y))
        held = [np.size(one) for name in self._names if isinstance(one := getattr(self, name), np.ndarray)]
        left = parts[1] if len(parts) == 2 and isinstance(parts[1], tuple) else parts[1:]
        sizes = [np.size(one) for one in left if isinstance(one, np.ndarray | np.floating)]
        fits = np.size(parts[0]) == 1 and (len(held) != len(sizes) or sorted(held) == sorted(sizes))
        if self._form[2] and not fits:
            raise ValueError("no number, or a gradient of another size")
        return parts


class FunctionLoss(Cost):
    """softmax_loss(x, y), or svm_loss(W, X, y, reg), returns the loss and its gradients."""

    def loss(self, x: Any, y: Any) -> Any:
        return self._part("cost", x, y)


class FunctionLossOfX(Cost):
    """autoencoder_cost(theta, X), or naive_softmax(center, at, outside), which has no targets."""

    def loss(self, x: Any) -> Any:
        self.resize(x)
        return self._part("cost", x, None)


class FunctionLossAndSlope(Cost):
    """costFunction(theta, X, y) and gradient(theta, X, y)."""

    def forward(self, x: Any, y: Any) -> Any:  # type: ignore[override]
        return self._part("cost", x, y)

    def backward(self, x: Any, y: Any) -> Any:
        returned = self._part("back", x, y)
        return returned[1] if returns_loss(self._parts["back"]) else returned


class VectorLoss(Wrapper):
    """loss(p) and gradient(p), where p is taken apart: `K, r, t0 = p`."""

    def __init__(self, cost: Any, back: Any, parts: int) -> None:
        super().__init__(as_methods([cost, back]))
        self._names = cost.__name__, back.__name__
        self.wanted = {"x": (parts,)} if parts else {}

    def loss(self, p: Any) -> Any:
        return getattr(self._user, self._names[0])(p)

    def gradient(self, p: Any) -> Any:
        returned = getattr(self._user, self._names[1])(p)
        return np.array(returned, float) if isinstance(returned, list | tuple) else returned


class Pair:
    """sigmoid(x) and sigmoid_prime(x), or mse(p, y) and mse_grad(p, y)."""

    def __init__(self, function: Any, derivative: Any) -> None:
        self.forward, self.gradient = function, derivative
        self._parts = {"front": function, "back": derivative}
        self.returned_names: list[str] = []


def loss_of(functions: Sequence[Any], words: Sequence[str], outputs: int) -> Cost:
    """A loss that returns its gradient, or a loss and its gradient, as an object."""
    found = lacking_parameters(functions, {}, words, outputs)
    if len(functions) > 1:
        return FunctionLossAndSlope(outputs, dict(zip(("cost", "back"), functions, strict=True)), *found)
    taken = list(inspect.signature(functions[0]).parameters)
    targets = "y" in map(role_of, taken) or (len(taken) < 3 and not any(map(is_parameter, taken)))
    kind = FunctionLoss if targets else FunctionLossOfX
    return kind(outputs, {"cost": functions[0]}, *found)


def step_of(front: Any, back: Any) -> SeveralNetwork | None:
    """A step of a sequence, whose backward is given the targets and the gradients of its states."""
    methods = as_methods([front, back])
    plan = plan_for(methods, *(method_of(methods, one.__name__) for one in (front, back)))
    return SeveralNetwork(methods, plan) if plan is not None and plan.is_network else None


def loss_alone(front: Any, back: Any) -> SeveralLoss | None:
    """A loss, whose backward needs nothing but what that has kept."""
    methods = as_methods([front, back])
    plan = plan_for(methods, *(method_of(methods, one.__name__) for one in (front, back)))
    if plan is None or plan.upstream:
        return None
    return (SeveralLoss if plan.has_targets else SeveralLossAlone)(methods, plan)


def join_functions(
    there: Mapping[str, Any], named: Mapping[str, Any], words: Sequence[str], outputs: int
) -> tuple[Any, str]:
    """The functions that are named, and those of the same module that belong to them, as one object with its title.

    Raises:
        SubjectError: no function goes back.
    """
    tests = [name for name in there if "test" in name.lower()]
    functions = {name: one for name, one in there.items() if inspect.isfunction(one) and name not in tests}
    own = {name: one for name, one in functions.items() if not one.__module__.startswith(PACKAGE)} | {**named}
    if pair := loss_and_slope(own, named):
        return loss_of([own[one] for one in pair], words, outputs), ", ".join(pair)
    name, alone = next(iter(named.items()))
    told_as_cost = contains(name, COST) and (not contains(name, BACK) or len(returned_names(alone)) > 1)
    told_as_cost = told_as_cost and not plain_partner(own, name)  # d_mse of mse
    both = len(named) == 1 and (told_as_cost or returns_loss(alone))
    by_word = pick(named, BACK) or pick(named, DERIVATIVE) or (name if plain_partner(own, name) else "")
    back = "" if both else by_word or partner(own, pick(named, FRONT), BACK)
    if not back:
        return loss_of([alone], words, outputs), name
    plain = plain_partner(own, back) or next((other for other in named if other != back and len(named) == 2), "")
    told = [other for other in named if other != back and not contains(other, COST)]
    near = partner(own, back, FRONT)
    near = plain if plain and stem(near) != stem(back) else near
    place = ""
    if not near and (near := partner(beside := imported(there, own), back, FRONT)):
        own |= beside
    elif not near:
        beside, place = in_a_file_beside(own[back])
        near, own = partner(beside, back, FRONT), beside | own
    front = pick(named, FRONT) or (told[0] if len(told) == 1 else near)
    cost = pick_alike(own, COST, back)
    if not front and cost and arguments(own[cost]) == arguments(own[back]) and len(arguments(own[back])) == 1:
        (taken,) = arguments(own[back])
        return VectorLoss(own[cost], own[back], len(parts_unpacked(own[back], taken))), f"{cost}, {back}"
    if not front:
        raise SubjectError(NO_FRONT.format(back, ", ".join(inspect.signature(own[back]).parameters)), False)
    roles = [role_of(name) for name in inspect.signature(own[back]).parameters]
    slope = len(arguments(own[back])) <= len(arguments(own[front]))
    if front == plain and slope and not contains(front, FRONT) and "dy" not in roles:
        return Pair(own[front], own[back]), f"{front}, {back}"
    if {"dy", "y"} <= {*roles} and (step := step_of(own[front], own[back])) is not None:
        return step, f"{front}, {back}"
    if {*roles} <= {"cache"} and (loss := loss_alone(own[front], own[back])) is not None:
        return loss, f"{front}, {back}"
    cost, start = pick(named, COST) or pick_alike(own, COST, back), pick(named, START) or pick(own, START)
    start = start if start and belongs_to(own[start], own[front]) else maker_for(own, front)
    parts = {"front": own[front], "back": own[back], "cost": own.get(cost)}
    try:
        parameters = started(own[start], parts["front"], words, outputs) if start else {}
    except SubjectError:
        if words:
            raise
        parameters, start = {}, ""  # an init function of something else
    first = arguments(own[front])[:1]
    listed = first == arguments(own[back])[:1] == [*parameters] and isinstance(parameters[first[0]], list)
    if listed and (update := update_of(own, first[0])):
        held = HeldFirst(first[0], parameters[first[0]], own[front], own[back], own[update])
        return held, f"{front}, {back}, {update}"
    sources = [one for one in parts.values() if one is not None]
    layer = "dy" in roles and "y" not in roles
    more, free = lacking_parameters(sources, parameters, words if not start else (), outputs, not layer)
    network: type[Functions] = FunctionNetworkWithCost if cost else FunctionNetwork
    if cost and not {"y", "dy"} & {*roles} and {*arguments(own[cost])} <= {*arguments(own[back])}:
        network = FunctionLossAlone
    given_y = "y" in map(role_of, arguments(own[front])) and {"y", "cache"} <= {*roles}
    if given_y and contains(next(iter(returned_names(own[front])), ""), COST):
        network = FunctionLossWithCache
    return (FunctionLayer if layer else network)(parts, {**parameters, **more}, free), f"{front}{place}, {back}"


def maker_for(functions: Mapping[str, Any], front: str) -> str:
    """The function that makes what forward is given: `p = start(sizes)` and `forward(x, p)`; empty for none."""
    nodes = nodes_of(inspect.getmodule(functions[front]))
    calls = [one for one in nodes if isinstance(one, ast.Call) and ast.unparse(one.func) == front]
    given = {ast.unparse(value) for one in calls for value in [*one.args[1:], *(word.value for word in one.keywords)]}
    made = [one for one in nodes if isinstance(one, ast.Assign) and isinstance(one.value, ast.Call)]
    named = [(ast.unparse(one.value.func), {*map(ast.unparse, one.targets)}) for one in made]  # type: ignore[attr-defined]
    return next((name for name, targets in named if name in functions and name != front and targets & given), "")


def in_a_file_beside(back: Any) -> tuple[dict[str, Any], str]:
    """The functions of a file beside that goes forward where this one goes back, with its name; else none."""
    name, module = back.__name__, inspect.getmodule(back)
    for one in modules_beside(module, {rf"\w*({'|'.join(FRONT)})\w*"}) if module is not None else ():
        found = {other: function for other, function in vars(one).items() if inspect.isfunction(function)}
        if stem(partner(found, name, FRONT)) == stem(name) != "":
            return found, f" of {os.path.basename(str(one.__file__))}"
    return {}, ""
