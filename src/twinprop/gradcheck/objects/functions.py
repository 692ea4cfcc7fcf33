"""Plain functions as one object: which belong together, and the parameters that an init function makes.

forward_prop, back_prop and a cost; affine_forward and affine_backward; a function and its slope.
"""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.held import canonical, stems
from twinprop.gradcheck.arrays.likely_shapes import BIAS, is_parameter
from twinprop.gradcheck.calling.returned import last_of
from twinprop.gradcheck.calling.upkeep import RATE, leaves
from twinprop.gradcheck.faults import SubjectError, is_users
from twinprop.gradcheck.objects.fitting import Fitted, Path, UnlikeError, cut
from twinprop.gradcheck.objects.function_arguments import weights_read
from twinprop.gradcheck.objects.guesses import PARAMETERS, number_for
from twinprop.gradcheck.objects.module_methods import called_with
from twinprop.gradcheck.objects.new_weights import put_in_place
from twinprop.gradcheck.source.indexing import indexes_with
from twinprop.gradcheck.source.loops import PENALTY
from twinprop.gradcheck.source.roles import role_of, word_of
from twinprop.gradcheck.source.sources import keys_read, parts_unpacked, returned_name, returned_names
from twinprop.gradcheck.source.stand_ins import afresh
from twinprop.gradcheck.source.words import words_compared

BACK = ("backward", "backwardprop", "backprop", "back_prop", "gradient", "grad", "backpropagation", "back")
DERIVATIVE = ("prime", "deriv")
FRONT = ("forward", "feedforward", "forwardprop", "fprop", "predict")
COST = ("cost", "loss", "entropy", "mse")
START = ("init",)

LOSS = re.compile(r"j|f|jval|jreg|\w*(cost|loss)")
"""What a loss is called that a function returns."""

MORE_THAN_A_WORD = 8
"""Letters in a row that names of what belongs together share."""

TOO_ALIKE = 3
"""Letters that a name must share more than another one, to be taken."""


def contains(name: str, words: Sequence[str]) -> bool:
    return any(word_of(word) in word_of(name) for word in words)


def looks_like_function_of_network(name: str) -> bool:
    """Whether a function of this name goes forward or back, or is a loss: it is not called to make an object."""
    return contains(name, (*BACK, *DERIVATIVE, *FRONT, *COST)) and not contains(name, START)


def pick(functions: Mapping[str, Any], words: Sequence[str]) -> str:
    """The first function whose name has one of the words."""
    return next((name for word in words for name in functions if contains(name, (word,))), "")


def pick_alike(functions: Mapping[str, Any], words: Sequence[str], name: str) -> str:
    """The same, of those that share more than a word with another: `cost_with_penalty` for `backward_with_penalty`."""
    others = {other: one for other, one in functions.items() if other != name}
    alike = {other: one for other, one in others.items() if shared(other, name) >= MORE_THAN_A_WORD}
    return pick(alike, words) or pick(functions, words)


def shared(one: str, other: str) -> int:
    """How many letters in a row two names have in common, without the words for directions."""
    return SequenceMatcher(None, stem(one), stem(other), autojunk=False).find_longest_match().size


def partner(functions: Mapping[str, Any], name: str, words: Sequence[str]) -> str:
    """The function that belongs to another: affine_forward to affine_backward, by its name or by what it keeps."""
    own = functions.get(name)
    needed = list(inspect.signature(own).parameters) if own else []
    unpacked = [set(parts) for one in needed if (parts := parts_unpacked(own, one))]

    def keeps(other: str) -> bool:
        """Whether it returns (z, cache) for (dz, cache), or is given what is unpacked from a cache."""
        made = returned_names(functions[other])
        named = len(made) > 1 and made[0] not in needed and all(one in needed or f"d{one}" in needed for one in made)
        return named or set(inspect.signature(functions[other]).parameters) in unpacked

    def nearness(other: str) -> tuple[bool, bool, bool, bool, int, bool]:
        without_more = len(stem(other)) > 0 and stem(other) in stem(name)
        begins = other.lower().startswith(name.split("_")[0].lower())
        rounds = contains(other, ("predict",))  # it may return classes
        return stem(other) == stem(name), keeps(other), without_more, not rounds, shared(other, name), begins

    fit = [other for other in functions if other != name and (contains(other, words) or keeps(other))]
    return max(fit, key=nearness, default="")


def imported(there: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """A module's own functions, and those of the user's modules that it imports, where one alone has the name."""
    modules = [one for one in there.values() if inspect.ismodule(one) and is_users(getattr(one, "__file__", "") or "")]
    others = [(name, one) for module in modules for name, one in vars(module).items() if inspect.isfunction(one)]
    names = [name for name, _ in others]
    return {name: one for name, one in others if names.count(name) == 1 and "test" not in name.lower()} | {**own}


def arguments(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


def returns_loss(function: Any) -> bool:
    """Whether a function of data returns `J, grad`, or `grads, cost`, whatever it is called."""
    names, roles = [*map(word_of, returned_names(function))], [*map(role_of, arguments(function))]
    data = "x" in roles and not {"out", "cache", "dy"} & {*roles}
    losses = [name for name in (names[0], names[-1]) if LOSS.fullmatch(name)] if len(names) > 1 else []
    return data and bool(losses) and (losses[0] == names[0] or names[0].startswith("grad"))


def loss_and_slope(functions: Mapping[str, Any], named: Mapping[str, Any]) -> tuple[str, str] | None:
    """The loss and its gradient, which take the same parameters and data; None where those named are something else.

    Raises:
        SubjectError: several functions may be the one that is not named.
    """
    name, *more = named
    taken = arguments(named[name])
    if len(taken) < 3 or len(more) > 1 or not any(map(is_parameter, taken)) or (not more and returns_loss(named[name])):
        return None
    goes_back = contains(name, (*BACK, *DERIVATIVE))
    kinds = [(*COST, "objective", "likelihood"), (*BACK, *DERIVATIVE)]
    alike = [
        other
        for other in more or functions
        if other != name
        and sorted(map(purpose, arguments(functions[other]))) == sorted(map(purpose, taken))
        and contains(other, kinds[not goes_back])
        and contains(other, kinds[1]) != goes_back
    ]
    alike.sort(key=lambda other: -shared(other, name))
    if len(alike) > 1 and shared(alike[0], name) < shared(alike[1], name) + TOO_ALIKE:
        told = " or ".join(f"--layer FILE:{other},{name}" for other in alike)
        raise SubjectError(f"{name}: which function belongs to it? Name both: {told}.", False)
    if not alike:
        return None
    return (alike[0], name) if goes_back else (name, alike[0])


def purpose(name: str) -> str:
    """What an argument is for; X is in one function what X_batch is in another."""
    role = role_of(name)
    return role if role in ("x", "y") else name


@cache
def keys_of(function: Any, name: str) -> frozenset[str]:
    """The keys that a function reads of a dict; it is asked with each call."""
    return frozenset(keys_read(function, name))


def stem(name: str) -> str:
    """A name without the word for its direction."""
    words = "|".join(sorted(map(word_of, (*BACK, *FRONT)), key=len, reverse=True))
    return re.sub(f"({words})(agation|agate)?", "", word_of(name))


class Functions(Fitted):
    """The functions of a network, with its parameters as attributes.

    Attributes:
        returned_names: the names of what the backward function returns, as its source tells.
        _shared: weights that stand in the module; for each call those of this object are put there.
    """

    def __init__(self, parts: Mapping[str, Any], parameters: Mapping[str, Any], free: Sequence[Path] = ()) -> None:
        self._parts, self._names = parts, list(parameters)
        self._free = free
        self._kept: dict[str, Any] = {}
        self._out: Any = None
        self._beside: Any = None
        self.returned_names = returned_names(parts.get("back") or parts["cost"])
        self._names_of_front = returned_names(parts["front"]) if parts.get("front") else []
        self._names_of_back = list(inspect.signature(parts["back"]).parameters) if parts.get("back") else []
        front = list(inspect.signature(parts["front"]).parameters) if parts.get("front") else []
        self._name_of_x = next((name for name in front if name not in parameters), "")
        self._roles_of_back = [role_of(name) for name in self._names_of_back]
        known = {*parameters, *self._names_of_front, self._name_of_x}
        others = [name for name, role in zip(self._names_of_back, self._roles_of_back, strict=True) if not role]
        others = [name for name in others if name not in known and self._number(name) is None]
        lacking = [
            name
            for name, value in parameters.items()
            if name not in self._names_of_back and not isinstance(value, dict) and not BIAS.fullmatch(name.lower())
        ]
        # what forward calls filters, backward may call W
        self._also = dict(zip(others, lacking, strict=True)) if len(others) == len(lacking) else {}
        known |= {name for name in (*self._names_of_back, *front) if role_of(name) in ("x", "y", "out", "dy")}
        asked = {name: words_compared(parts["back"], name) for name in self._names_of_back if name not in known}
        self._words = {name: list(words) for name, words in asked.items() if words}
        self._shapes: list[tuple[int, ...]] = []
        self._shared = weights_read([one for one in parts.values() if one is not None])
        self._sizes = [size for one in self._shared.values() if one.ndim > 1 for size in one.shape]
        back = parts.get("back")
        if back is not None and any(role_of(name) == "rate" for name in arguments(back)):
            self.learning_rate = RATE  # where the check finds it, so that no factor is taken for a part of it
        for name, value in [*self._shared.items(), *parameters.items()]:
            setattr(self, name, value)

    @property
    def wants_indices(self) -> bool:
        """Whether x holds whole numbers."""
        front = self._parts.get("front") or self._parts["cost"]
        return any(role_of(name) == "x" and indexes_with(front, name) for name in arguments(front))

    def may_lack(self, name: str) -> bool:
        """Whether a parameter needs no gradient: beside `W1_grad`, all but W1."""
        back = self._parts.get("back")
        own = stems(back.__name__) & {*map(canonical, self._names)} if back is not None else set()
        return (bool(own) and canonical(name) not in own) or super().may_lack(name)

    def in_other_words(self) -> Iterator[Functions]:
        """Copies whose backward does the other things that it can, as `mode == "mse"` tells."""
        for name, words in self._words.items():
            for word in words[1:]:
                other = copy.deepcopy(self)
                other._words = {**self._words, name: [word]}
                yield other

    def _invoke(self, part: str, values: Mapping[str, Any]) -> Any:
        """Call a function: each argument is a parameter, or what forward returned, or has a role."""
        given = {}
        values = {"rate": getattr(self, "learning_rate", RATE), **values}
        dicts = [*self._kept.values(), *(getattr(self, name) for name in self._names)]
        for name, argument in inspect.signature(self._parts[part]).parameters.items():
            keys = keys_of(self._parts[part], name) if name not in (*self._names, *self._kept) else frozenset()
            if keys and (held := [one for one in dicts if isinstance(one, dict) and keys <= {*one}]):
                given[name] = held[0]  # what it is called there does not matter
            elif name in (*self._names, *self._shared) or (part == "back" and name in self._also):
                given[name] = afresh(getattr(self, self._also.get(name, name)))
            elif name in self._kept and part != "front":
                given[name] = self._kept[name]
            elif part == "back" and name == self._name_of_x:
                given[name] = self._x
            elif role_of(name) in values:
                given[name] = values[role_of(name)]
            elif name.lower() in PARAMETERS and len(self._names) == 1:
                given[name] = getattr(self, self._names[0])
            elif argument.default is inspect.Parameter.empty and (number := self._number(name)) is not None:
                given[name] = number
            elif argument.default is inspect.Parameter.empty and "rest" in values:
                given[name] = values["rest"]
        return called_with(self, self._shared, self._parts[part], given)

    def _number(self, name: str) -> Any:
        """A number or a word that backward or the cost is given: as forward has it, else a usual one; None for others.

        A penalty that the cost does not have is 0.
        """
        takes = {part: inspect.signature(one).parameters for part, one in self._parts.items() if one is not None}
        of_front = takes["front"].get(name) if "front" in takes else None
        if of_front is not None and of_front.default is not inspect.Parameter.empty:
            return of_front.default
        if words := getattr(self, "_words", {}).get(name):
            return words[0]
        penalty = PENALTY.fullmatch(word_of(name)) is not None
        return 0.0 if penalty and name not in takes.get("cost", ()) else number_for(name) if penalty else None

    def _attempt(self, x: Any, y: Any) -> Any:
        return self._invoke("front", {"x": x, "rest": x, "y": y})

    def forward(self, x: Any) -> Any:
        self.resize(x)
        self._x = x
        returned = self._invoke("front", {"x": x, "rest": x})
        if isinstance(returned, dict | list) and (last := last_of(returned)) is not None:
            kept = {returned_name(self._parts["front"]): returned}
            self._kept, self._out, self._beside = kept, last, returned
            return self._out
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
        with_cache = len(parts) == 2 and "cache" in self._roles_of_back
        plain = not with_cache and not any(isinstance(part, dict | tuple) for part in parts)
        if len(parts) == len(names) and len(outs) > 1 and plain:
            # of Z1, A1, Z2, A2 the last is the output; h is none, where y_hat is there
            called = [part for name, part in zip(names, parts, strict=True) if role_of(name) == "out" and np.ndim(part)]
            self._out = (called or outs)[-1]
            return self._out
        self._out = outs[0] if outs else None
        self._beside = beside[0] if len(beside) == 1 else parts[1] if len(parts) == 2 else parts[1:]
        return self._out if len(parts) > 1 and outs else returned

    def _go_back(self, values: Mapping[str, Any]) -> Any:
        values = {"out": self._out, "cache": getattr(self, "_beside", None), **values}
        if not hasattr(self, "learning_rate"):
            return self._invoke("back", values)

        def step(rate: float | None) -> Any:
            one = self if rate is None else copy.deepcopy(self)
            return one._invoke("back", values if rate is None else {**copy.deepcopy(values), "rate": rate})

        return put_in_place(step, leaves([getattr(self, name) for name in (*self._names, *self._shared)]))


class FunctionLayer(Functions):
    """affine_forward(x, w, b) and affine_backward(dout, cache)."""

    def backward(self, dy: Any) -> Any:
        if not self._shapes:
            return self._go_back({"dy": dy, "rest": self._x if "dy" in self._roles_of_back else dy})
        names = [name for name, role in zip(self._names_of_back, self._roles_of_back, strict=True) if role == "dy"]
        self._kept |= dict(zip(names, cut(dy, self._shapes), strict=False))
        return self._go_back({})

    def _attempt(self, x: Any, y: Any) -> Any:
        return self.forward(x)

    def _attempt_back(self, out: Any) -> None:
        returned = self.backward(np.ones_like(out))
        listed = list(returned.values() if isinstance(returned, dict) else returned)
        names = list(returned if isinstance(returned, dict) else self.returned_names or ())
        found = [np.squeeze(one).shape for one in listed if isinstance(one, np.ndarray)]
        right = 0
        for path in self._free:
            own = np.squeeze(self._at(path)).shape
            named = [found[at] for at, name in enumerate(names[: len(found)]) if name == f"d{path[-1]}"]
            right += own in (named or found) or not (named or len(found) > len(self._free))
        if right < len(self._free):
            raise UnlikeError(right)


class FunctionNetwork(Functions):
    """forward_prop(params, X) and back_prop(params, cache, X, Y)."""

    def backward(self, x: Any, y: Any) -> Any:
        return self._go_back({"x": x, "y": y, "rest": self._out})


class FunctionLossWithCache(FunctionNetwork):
    """forward_prop(X, Y, params) returns the loss and a cache, which back_prop(X, Y, cache) is given."""

    given_data = True
    """X are samples, and nothing that has a gradient."""

    def forward(self, x: Any, y: Any) -> Any:  # type: ignore[override]
        self.resize(x)
        self._x = x
        loss, *cache = self._invoke("front", {"x": x, "rest": x, "y": y})
        self._kept, self._out = {}, None
        self._beside = cache[0] if len(cache) == 1 else tuple(cache)
        return np.reshape(loss, ())

    def backward(self, x: Any, y: Any) -> Any:
        return self._go_back({"x": x, "y": y, "rest": x})


class FunctionLossAlone(FunctionNetwork):
    """encode(params, X), loss(acts, X, params) and gradients(params, acts, X): what goes in has to come out again."""

    loss_alone = True

    def forward(self, x: Any) -> Any:
        super().forward(x)
        return self._invoke("cost", {"x": x, "rest": x})

    def backward(self) -> Any:  # type: ignore[override]
        return self._go_back({"x": self._x, "rest": self._x})


class FunctionNetworkWithCost(FunctionNetwork):
    """The same with compute_cost(A, Y)."""

    def cost(self, y_hat: Any, y: Any) -> Any:
        return self._invoke("cost", {"out": y_hat, "x": y_hat, "y": y, "rest": y_hat})
