"""Plain functions as one object: forward_prop, back_prop, a cost, and the parameters that an init function makes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from twinprop.gradcheck.faults import SubjectError, guarded_call
from twinprop.gradcheck.finding import returned_names
from twinprop.gradcheck.fitting import Fitted, Path, cut
from twinprop.gradcheck.guesses import DROPOUT, filled, number_for
from twinprop.gradcheck.loading import parse_arguments
from twinprop.gradcheck.roles import role_of
from twinprop.gradcheck.sources import keys_read, words_compared
from twinprop.gradcheck.templates import is_parameter

BACK = ("backward", "backprop", "back_prop", "gradient", "grad", "backpropagation", "back")
FRONT = ("forward", "feedforward", "forwardprop", "fprop", "predict")
COST = ("cost", "loss", "entropy", "mse")
START = ("init",)
PARAMETERS = {"parameters", "params", "param", "weights", "theta", "model", "nn", "network", "p"}
"""Names of an argument that is the dict of all parameters."""

COUNTS = re.compile(r"n_?\w{0,2}|num\w*|\w*size|\w*dim|\w*count|[mkg]")
"""Names of arguments that are whole numbers."""


def plain(name: str) -> str:
    return name.lower().replace("_", "")


def contains(name: str, words: Sequence[str]) -> bool:
    return any(plain(word) in plain(name) for word in words)


def looks_like_function_of_network(name: str) -> bool:
    """Whether a function of this name goes forward or back, or is a loss: it is not called to make an object."""
    return contains(name, (*BACK, *FRONT, *COST)) and not contains(name, START)


class Functions(Fitted):
    """The functions of a network, with its parameters as attributes.

    Attributes:
        returned_names: the names of what the backward function returns, as its source tells.
    """

    def __init__(self, parts: Mapping[str, Any], parameters: Mapping[str, Any], free: Sequence[Path] = ()) -> None:
        self._parts, self._names = parts, list(parameters)
        self._free = free
        self._kept: dict[str, Any] = {}
        self._out: Any = None
        self.returned_names = returned_names(parts["back"]) if parts.get("back") else None
        self._names_of_front = returned_names(parts["front"]) if parts.get("front") else []
        self._names_of_back = list(inspect.signature(parts["back"]).parameters) if parts.get("back") else []
        front = list(inspect.signature(parts["front"]).parameters) if parts.get("front") else []
        self._name_of_x = next((name for name in front if name not in parameters), "")
        self._roles_of_back = [role_of(name) for name in self._names_of_back]
        known = {*parameters, *self._names_of_front, self._name_of_x}
        others = [name for name, role in zip(self._names_of_back, self._roles_of_back, strict=True) if not role]
        others, lacking = (
            [name for name in others if name not in known],
            [name for name in parameters if name not in self._names_of_back],
        )
        # what forward calls filters, backward may call W
        self._also = dict(zip(others, lacking, strict=True)) if len(others) == len(lacking) else {}
        self._shapes: list[tuple[int, ...]] = []
        for name, value in parameters.items():
            setattr(self, name, value)

    def _invoke(self, part: str, values: Mapping[str, Any]) -> Any:
        """Call a function: each argument is a parameter, or what forward returned, or has a role."""
        given = {}
        for name, argument in inspect.signature(self._parts[part]).parameters.items():
            if name in self._names or (part == "back" and name in self._also):
                given[name] = getattr(self, self._also.get(name, name))
            elif name in self._kept:
                given[name] = self._kept[name]
            elif part == "back" and name == self._name_of_x:
                given[name] = self._x
            elif role_of(name) in values:
                given[name] = values[role_of(name)]
            elif name.lower() in PARAMETERS and len(self._names) == 1:
                given[name] = getattr(self, self._names[0])
            elif argument.default is inspect.Parameter.empty and "rest" in values:
                given[name] = values["rest"]
        return self._parts[part](**given)

    def _attempt(self, x: Any, y: Any) -> Any:
        return self._invoke("front", {"x": x, "rest": x, "y": y})

    def forward(self, x: Any) -> Any:
        self.resize(x)
        self._x = x
        returned = self._invoke("front", {"x": x, "rest": x})
        parts = returned if isinstance(returned, tuple) else (returned,)
        names = self._names_of_front
        self._kept = {name: part for name, part in zip(names, parts, strict=False) if name}
        outs = [part for part in parts if isinstance(part, np.ndarray)]
        beside = [part for part in parts if not isinstance(part, np.ndarray)]
        several = len([one for one in self._roles_of_back if one == "dy"])
        if len(outs) >= several > 1:
            self._shapes = [part.shape for part in outs[:several]]
            self._beside = beside[0] if len(beside) == 1 else tuple(beside)
            return np.concatenate([part.ravel() for part in outs[:several]])
        if len(parts) == len(names) and len(outs) > 1 and not any(isinstance(part, dict | tuple) for part in parts):
            self._out = outs[-1]  # Z1, A1, Z2, A2: the last is the output
            return self._out
        self._out = outs[0] if outs else None
        self._beside = beside[0] if len(beside) == 1 else parts[1] if len(parts) == 2 else parts[1:]
        return self._out if len(parts) > 1 and outs else returned

    def _go_back(self, values: Mapping[str, Any]) -> Any:
        return self._invoke("back", {"out": self._out, "cache": getattr(self, "_beside", None), **values})


class FunctionLayer(Functions):
    """affine_forward(x, w, b) and affine_backward(dout, cache)."""

    def backward(self, dy: Any) -> Any:
        if not self._shapes:
            return self._go_back({"dy": dy, "rest": dy})
        names = [name for name, role in zip(self._names_of_back, self._roles_of_back, strict=True) if role == "dy"]
        self._kept |= dict(zip(names, cut(dy, self._shapes), strict=False))
        return self._go_back({})


class FunctionNetwork(Functions):
    """forward_prop(params, X) and back_prop(params, cache, X, Y)."""

    def backward(self, x: Any, y: Any) -> Any:
        return self._go_back({"x": x, "y": y})


class FunctionNetworkWithCost(FunctionNetwork):
    """The same with compute_cost(A, Y)."""

    def cost(self, y_hat: Any, y: Any) -> Any:
        return self._invoke("cost", {"out": y_hat, "x": y_hat, "y": y, "rest": y_hat})


class FunctionLoss(Functions):
    """softmax_loss(x, y), or svm_loss(W, X, y, reg), returns the loss and its gradients."""

    def _attempt(self, x: Any, y: Any) -> Any:
        return self.loss(x, y)

    def loss(self, x: Any, y: Any) -> Any:
        return self._invoke("cost", {"x": x, "out": x, "y": y, "rest": x})


class Pair:
    """sigmoid(x) and sigmoid_prime(x), or mse(p, y) and mse_grad(p, y)."""

    def __init__(self, function: Any, derivative: Any) -> None:
        self.forward, self.gradient = function, derivative
        self.returned_names: list[str] = []


def join_functions(
    there: Mapping[str, Any], named: Mapping[str, Any], words: Sequence[str], outputs: int
) -> tuple[Any, str]:
    """The functions that are named, and those of the same module that belong to them, as one object with its title.

    Raises:
        SubjectError: no function goes back.
    """
    own = {name: one for name, one in there.items() if inspect.isfunction(one)}
    name, alone = next(iter(named.items()))
    both = len(named) == 1 and contains(name, COST) and (not contains(name, BACK) or len(returned_names(alone)) > 1)
    back = "" if both else pick(named, BACK) or partner(own, pick(named, FRONT), BACK)
    if not back:
        return FunctionLoss({"cost": alone}, *lacking_parameters([alone], {}, words, outputs)), name
    front = pick(named, FRONT) or partner(own, back, FRONT) or plain_partner(own, back)
    if not front:
        raise SubjectError(
            f"{back}: which function goes forward? Name both: --layer FILE:forward_prop,back_prop.", False
        )
    everything = {**own, **named}
    roles = [role_of(name) for name in inspect.signature(everything[back]).parameters]
    if front == plain_partner(own, back) and not contains(front, FRONT) and "dy" not in roles:
        return Pair(everything[front], everything[back]), f"{front}, {back}"
    cost, start = pick(named, COST) or pick(own, COST), pick(named, START) or pick(own, START)
    start = start if start and belongs_to(everything[start], everything[front]) else ""
    parts = {"front": everything[front], "back": everything[back], "cost": everything.get(cost)}
    try:
        parameters = started(everything[start], parts["front"], words, outputs) if start else {}
    except SubjectError:
        if words:
            raise
        parameters, start = {}, ""  # an init function of something else
    sources = [one for one in parts.values() if one is not None]
    layer = "dy" in roles and "y" not in roles
    more, free = lacking_parameters(sources, parameters, words if not start else (), outputs, not layer)
    kind = FunctionLayer if layer else FunctionNetworkWithCost if cost else FunctionNetwork
    return kind(parts, {**parameters, **more}, free), f"{front}, {back}"


def plain_partner(functions: Mapping[str, Any], back: str) -> str:
    """The function that a derivative is named after: `mse` of `mse_grad`, `sigmoid` of `sigmoid_prime`."""
    for name in functions:
        rest = plain(back).replace(plain(name), "", 1) if plain(name) in plain(back) else ""
        if rest and re.fullmatch(r"(d|grad|gradient|derivative|deriv|prime|backward|backprop|back|bwd|of)+", rest):
            return name
    return ""


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


def started(start: Any, front: Any, words: Sequence[str], outputs: int) -> dict[str, Any]:
    """The parameters that an init function makes, by their names."""
    args, keywords = parse_arguments(words) if words else filled(start, 0, outputs)
    made = guarded_call(f"{start.__name__}", start, *args, **keywords)
    if isinstance(made, dict):
        taken = [name for name in inspect.signature(front).parameters if name.lower() in PARAMETERS]
        return {taken[0]: made} if taken else dict(made)
    parts = made if isinstance(made, tuple) else (made,)
    names = [name for name in returned_names(start) if name]
    if len(names) != len(parts):
        names = [name for name in inspect.signature(front).parameters if role_of(name) != "x"]
    return dict(zip(names, parts, strict=False))


def lacking_parameters(
    functions: Sequence[Any], parameters: Mapping[str, Any], words: Sequence[str], outputs: int, targets: bool = True
) -> tuple[dict[str, Any], list[Path]]:
    """Something for each argument of forward that is no input, and is not there yet.

    Args:
        functions: forward, and then the others, whose source tells what a dict may hold.
        targets: whether an argument that is called y holds them, and is no second input.

    Returns:
        the arguments; and where arrays stand in them that may need another shape.
    """
    needed = inspect.signature(functions[0]).parameters
    lacking = [
        name
        for name, one in needed.items()
        if one.default is inspect.Parameter.empty
        and name not in parameters
        and role_of(name) not in ("x", "out", "dy", "training", "testing", *(("y",) if targets else ()))
        and not (parameters and name.lower() in PARAMETERS)
    ]
    if list(needed)[:1] == lacking[:1] and len(lacking) == len(needed) > 1:
        lacking = lacking[1:]  # nothing is called x: the first argument is
    if words:
        return dict(zip(lacking, parse_arguments(words)[0], strict=False)), []
    guessed = dict(zip(needed, filled(functions[0], 0, outputs)[0], strict=False))
    found: dict[str, Any] = {}
    free: list[Path] = []
    for name in lacking:
        keys = list(dict.fromkeys(key for one in functions for key in keys_read(one, name)))
        if keys:
            found[name] = {key: settled(one, key) for one in functions[:1] for key in keys}
            free += [(name, key) for key, value in found[name].items() if isinstance(value, np.ndarray)]
            continue
        guess = guessed.get(name)
        if is_parameter(name) and not isinstance(guess, np.ndarray):
            guess = None
        unknown = isinstance(guess, int) and number_for(name) is None and not COUNTS.fullmatch(name.lower())
        found[name] = np.zeros(0) if unknown or guess is None else guess
        if isinstance(found[name], np.ndarray):
            free.append((name,))
    return found, free


def settled(function: Any, key: str) -> Any:
    """What an entry of a dict is: a word or a number that is known by its name, else an array."""
    words = words_compared(function, key)
    # x[pad:-pad] is empty without
    value = words[0] if words else 1 if key == "pad" else 0.5 if re.fullmatch(DROPOUT, key) else number_for(key)
    return np.zeros(0) if value is None else value
