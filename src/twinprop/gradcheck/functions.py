"""Plain functions as one object: forward_prop, back_prop, a cost, and the parameters that an init function makes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from twinprop.gradcheck.faults import SubjectError, guarded_call
from twinprop.gradcheck.finding import returned_names
from twinprop.gradcheck.loading import parse_arguments
from twinprop.gradcheck.roles import role_of

BACK = ("backward", "backprop", "back_prop", "gradient", "grad", "backpropagation")
FRONT = ("forward", "feedforward", "forwardprop", "fprop", "predict")
COST = ("cost", "loss", "entropy", "mse")
START = ("init",)
PARAMETERS = {"parameters", "params", "param", "weights", "theta", "model", "nn", "network", "p"}
"""Names of an argument that is the dict of all parameters."""

Filler = Callable[[Callable[..., Any]], tuple[list[Any], dict[str, Any]]]


def plain(name: str) -> str:
    return name.lower().replace("_", "")


def contains(name: str, words: Sequence[str]) -> bool:
    return any(plain(word) in plain(name) for word in words)


def looks_like_function_of_network(name: str) -> bool:
    """Whether a function of this name goes forward or back, or is a loss: it is not called to make an object."""
    return contains(name, (*BACK, *FRONT, *COST)) and not contains(name, START)


class Functions:
    """The functions of a network, with its parameters as attributes.

    Attributes:
        returned_names: the names of what the backward function returns, as its source tells.
    """

    def __init__(self, parts: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
        self._parts, self._names = parts, list(parameters)
        self._kept: dict[str, Any] = {}
        self._out: Any = None
        self.returned_names = returned_names(parts["back"]) if parts.get("back") else None
        self._names_of_front = returned_names(parts["front"]) if parts.get("front") else []
        for name, value in parameters.items():
            setattr(self, name, value)

    def _invoke(self, part: str, values: Mapping[str, Any]) -> Any:
        """Call a function: each argument is a parameter, or what forward returned, or has a role."""
        given = {}
        for name, argument in inspect.signature(self._parts[part]).parameters.items():
            if name in self._names:
                given[name] = getattr(self, name)
            elif name in self._kept:
                given[name] = self._kept[name]
            elif role_of(name) in values:
                given[name] = values[role_of(name)]
            elif name.lower() in PARAMETERS and len(self._names) == 1:
                given[name] = getattr(self, self._names[0])
            elif argument.default is inspect.Parameter.empty and "rest" in values:
                given[name] = values["rest"]
        return self._parts[part](**given)

    def forward(self, x: Any) -> Any:
        returned = self._invoke("front", {"x": x, "rest": x})
        parts = returned if isinstance(returned, tuple) else (returned,)
        names = self._names_of_front
        self._kept = {name: part for name, part in zip(names, parts, strict=False) if name}
        outs = [part for part in parts if isinstance(part, np.ndarray)]
        if len(parts) == len(names) and len(outs) > 1 and not any(isinstance(part, dict | tuple) for part in parts):
            self._out = outs[-1]  # Z1, A1, Z2, A2: the last is the output
            return self._out
        self._out = outs[0] if outs else None
        self._beside = parts[1] if len(parts) == 2 else parts[1:]
        return returned

    def _go_back(self, values: Mapping[str, Any]) -> Any:
        return self._invoke("back", {"out": self._out, "cache": getattr(self, "_beside", None), **values})


class FunctionLayer(Functions):
    """affine_forward(x, w, b) and affine_backward(dout, cache)."""

    def backward(self, dy: Any) -> Any:
        return self._go_back({"dy": dy, "rest": dy})


class FunctionNetwork(Functions):
    """forward_prop(params, X) and back_prop(params, cache, X, Y)."""

    def backward(self, x: Any, y: Any) -> Any:
        return self._go_back({"x": x, "y": y})


class FunctionNetworkWithCost(FunctionNetwork):
    """The same with compute_cost(A, Y)."""

    def cost(self, y_hat: Any, y: Any) -> Any:
        return self._invoke("cost", {"out": y_hat, "x": y_hat, "y": y, "rest": y_hat})


class FunctionLoss(Functions):
    """softmax_loss(x, y) returns the loss and its gradient."""

    def loss(self, x: Any, y: Any) -> Any:
        return self._invoke("cost", {"x": x, "out": x, "y": y, "rest": x})


def join_functions(
    there: Mapping[str, Any], named: Mapping[str, Any], words: Sequence[str], filled: Filler
) -> tuple[Any, str]:
    """The functions that are named, and those of the same module that belong to them, as one object with its title.

    Raises:
        SubjectError: no function goes back.
    """
    own = {name: one for name, one in there.items() if inspect.isfunction(one)}
    back = pick(named, BACK) or (
        "" if pick(named, COST) and len(named) == 1 else partner(own, pick(named, FRONT), BACK)
    )
    if not back:
        name, loss = next(iter(named.items()))
        return FunctionLoss({"cost": loss}, missing_parameters(loss, {}, words, filled)), name
    front = pick(named, FRONT) or partner(own, back, FRONT)
    if not front:
        raise SubjectError(
            f"{back}: which function goes forward? Name both: --layer FILE:forward_prop,back_prop.", False
        )
    cost, start = pick(named, COST) or pick(own, COST), pick(named, START) or pick(own, START)
    everything = {**own, **named}
    start = start if start and belongs_to(everything[start], everything[front]) else ""
    parts = {"front": everything[front], "back": everything[back], "cost": everything.get(cost)}
    parameters = started(everything[start], parts["front"], words, filled) if start else {}
    parameters = missing_parameters(parts["front"], parameters, words if not start else (), filled)
    roles = [role_of(name) for name in inspect.signature(parts["back"]).parameters]
    layer = "dy" in roles and "y" not in roles
    kind = FunctionLayer if layer else FunctionNetworkWithCost if cost else FunctionNetwork
    return kind(parts, parameters), f"{front}, {back}"


def pick(functions: Mapping[str, Any], words: Sequence[str]) -> str:
    """The first function whose name has one of the words."""
    return next((name for word in words for name in functions if contains(name, (word,))), "")


def partner(functions: Mapping[str, Any], name: str, words: Sequence[str]) -> str:
    """The function that belongs to another: affine_forward to affine_backward."""
    fit = [other for other in functions if contains(other, words) and other != name]
    prefix = name.split("_")[0].lower()
    return next((other for other in fit if other.lower().startswith(prefix)), fit[0] if fit else "")


def belongs_to(start: Any, front: Any) -> bool:
    """Whether an init function makes what a forward function is given."""
    needed = inspect.signature(front).parameters
    made = returned_names(start)
    if any(name.lower() in PARAMETERS for name in needed) or set(made) & set(needed):
        return True
    return len(made) == len([name for name in needed if role_of(name) != "x"]) and not any(made)


def started(start: Any, front: Any, words: Sequence[str], filled: Filler) -> dict[str, Any]:
    """The parameters that an init function makes, by their names."""
    args, keywords = parse_arguments(words) if words else filled(start)
    made = guarded_call(f"{start.__name__}", start, *args, **keywords)
    if isinstance(made, dict):
        taken = [name for name in inspect.signature(front).parameters if name.lower() in PARAMETERS]
        return {taken[0]: made} if taken else dict(made)
    parts = made if isinstance(made, tuple) else (made,)
    names = [name for name in returned_names(start) if name]
    if len(names) != len(parts):
        names = [name for name in inspect.signature(front).parameters if role_of(name) != "x"]
    return dict(zip(names, parts, strict=False))


def missing_parameters(
    front: Any, parameters: Mapping[str, Any], words: Sequence[str], filled: Filler
) -> dict[str, Any]:
    """The parameters, with an array for each argument of forward that is none of them and no input."""
    needed = inspect.signature(front).parameters
    lacking = [
        name
        for name, one in needed.items()
        if one.default is inspect.Parameter.empty
        and name not in parameters
        and role_of(name) not in ("x", "y", "out", "dy", "training", "testing")
        and not (parameters and name.lower() in PARAMETERS)
    ]
    given = parse_arguments(words)[0] if words else filled(front)[0][len([n for n in needed if n not in lacking]) :]
    if not words:
        everything = dict(zip(needed, filled(front)[0], strict=False))
        given = [everything[name] for name in lacking if name in everything]
    if list(needed)[:1] == lacking[:1] and len(lacking) == len(needed) > 1:
        lacking = lacking[1:]  # nothing is called x: the first argument is
        given = given[-len(lacking) :]
    return {**parameters, **dict(zip(lacking, given, strict=False))}
