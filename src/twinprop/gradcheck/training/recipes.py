"""How an author makes an object: what is called, with which arguments, and what is done with it before it is used.

A recipe is followed as often as one likes: with sizes as they are in the script, or with small ones in their place.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.held import may_hold_arrays, shown_argument
from twinprop.gradcheck.calling.upkeep import PlainSteps
from twinprop.gradcheck.faults import patient
from twinprop.gradcheck.objects.guesses import HIDDEN, INPUTS, OUTPUTS, number_for, usual
from twinprop.gradcheck.source.loops import BATCH, OFF
from twinprop.gradcheck.source.roles import role_of, word_of
from twinprop.gradcheck.source.sources import parameters_of

SMALL = (3, 4, 6, 7, 8, 9, 11, 12, 13, 14)
"""What stands for the sizes of a script, in their order."""

LARGE = 10
"""A size from which on a smaller one is taken."""

SAMPLES = 5
"""Of the data that stand in for those of a script."""

KEPT = re.compile(r"seed|randomstate|epochs?|\w*iter\w*|verbose|\w*every|kernel\w*|stride\w*|pad\w*")
"""Whole numbers that are no sizes of layers."""

LEFT_OUT = re.compile(rf"{OFF.pattern}|\w*(reg|dropout)\w*|keepprob|clip\w*")
"""What changes a step, or the loss, beyond the gradient: it stays at its default."""

COUNT = re.compile(r"\.shape\b|\blen\(|(\b|_)(size|dim|dims|num|n|count|shape)(\b|_)")
"""What is a number, by its text."""

SHAPED = re.compile("zeros|ones|empty|full|eye|randn|^rand(om)?$|normal|uniform|sample")
"""Functions of NumPy that are given sizes."""

LETTERS = {
    **dict.fromkeys(("i", "d", "n_in", "nin"), INPUTS),
    **dict.fromkeys(("h", "n_h", "nh"), HIDDEN),
    **dict.fromkeys(("o", "k", "n_out", "nout"), OUTPUTS),
}
"""Sizes by the name of an argument that nobody gives: the same wherever it stands."""

LONGEST = 100
"""Characters of a title."""


@dataclass(eq=False)
class Unknown:
    """What a script computes from its data, or reads.

    Attributes:
        text: as the script says it.
        real: what the module holds under that name; None if nothing.
    """

    text: str
    real: Any = None


@dataclass(eq=False)
class Recipe:
    """An object that a script makes.

    Attributes:
        kind: the class, or the function.
        place: `main.py:31`.
        later: what is done with it, in order: the name of a method with its arguments, or `=name` with a value.
        closed: whether it is used from here on.
    """

    kind: Any
    arguments: list[Any]
    keywords: dict[str, Any]
    place: str = ""
    later: list[tuple[str, list[Any], dict[str, Any]]] = field(default_factory=list)
    closed: bool = False


@dataclass(eq=False)
class Member:
    """An attribute of an object that a script makes."""

    owner: Recipe
    name: str


@dataclass(eq=False)
class Written:
    """A function in a script: its tree, the names around it, and how to get itself; or what a command line says."""

    node: Any
    scope: Any
    real: Callable[[], Any]


def numbers_in(value: Any, name: str = "", seen: set[int] | None = None) -> Iterator[int]:
    """The whole numbers in a recipe that may be sizes; recipes may hold each other."""
    seen = set() if seen is None else seen
    if type(value) is int and not KEPT.fullmatch(word_of(name)) and not BATCH.fullmatch(word_of(name)):
        yield value
    elif isinstance(value, list | tuple | set):
        for one in value:
            yield from numbers_in(one, name, seen)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from numbers_in(one, str(key), seen)
    elif isinstance(value, Member):
        yield from numbers_in(value.owner, "", seen)
    elif isinstance(value, Recipe) and id(value) not in seen:
        seen.add(id(value))
        calls = [(value.kind, value.arguments, value.keywords)]
        calls += [(getattr(value.kind, what.lstrip("="), None), args, words) for what, args, words in value.later]
        for called, args, words in calls:
            for key, one in bound(called, args, words).items():
                yield from numbers_in(one, key, seen)


def bound(called: Any, args: Sequence[Any], keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments by their names, as far as those are known."""
    names = [one.name for one in named_parameters(called)]
    return {**{names[at] if at < len(names) else str(at): one for at, one in enumerate(args)}, **keywords}


def changed(recipe: Recipe, settings: Mapping[str, Any]) -> Recipe:
    """A recipe with some arguments as they are given here."""
    left = {name: Written(None, None, lambda one=one: one) for name, one in settings.items()}  # type: ignore[misc]
    args = [left.pop(name, one) for name, one in bound(recipe.kind, recipe.arguments, {}).items()]
    return replace(recipe, arguments=args, keywords={**recipe.keywords, **left})


def named_parameters(called: Any) -> list[inspect.Parameter]:
    """The arguments of what is called that have names, but for `self`."""
    found = parameters_of(called)
    bare = inspect.isfunction(called) and found and found[0].name == "self"  # a method, by its class
    return [one for one in found[1 if bare else 0 :] if one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)]


def small_sizes(recipe: Recipe) -> dict[int, int]:
    """A small number for each large size of a recipe, in the same order; the small ones stay."""
    there = set(numbers_in(recipe))
    large = sorted(one for one in there if one >= LARGE)
    free = [one for one in SMALL if one not in there][len(large) < 2 :]
    return dict(zip(large, free, strict=False))


class Cook:
    """Follows a recipe, and what it is made of, with other sizes."""

    def __init__(self, sizes: Mapping[int, int]) -> None:
        self.sizes = sizes
        self.done: dict[int, Any] = {}

    def made(self, recipe: Recipe) -> Any:
        """The object.

        Raises:
            Exception: whatever its class raises.
        """
        if id(recipe) in self.done:
            return self.done[id(recipe)]
        name = getattr(recipe.kind, "__name__", "")
        steps = isinstance(recipe.kind, type) and re.search("adam|rmsprop|momentum|adagrad|optimi[sz]er", name.lower())
        if role_of(name) == "optimizer" or steps:  # its own would not be plain
            self.done[id(recipe)] = PlainSteps()
            return self.done[id(recipe)]
        own = self if not is_numpys(recipe.kind) or SHAPED.search(recipe.kind.__name__) else Cook({})
        args, keywords = own.given(recipe.kind, recipe.arguments, recipe.keywords)
        with patient():
            made = self.done[id(recipe)] = recipe.kind(*args, **keywords)
        for what, args, keywords in recipe.later:
            if what.startswith("="):
                if not isinstance(args[0], Unknown):  # weights that are read from a file
                    setattr(made, what[1:], self.value(args[0], what[1:]))
                continue
            method = getattr(made, what)
            unsure = any(isinstance(one, Unknown) for one in [*args, *keywords.values()])
            args, keywords = self.given(method, args, keywords)
            try:
                method(*args, **keywords)
            except Exception:
                if not unsure:  # with data that is not there
                    raise
        return made

    def given(self, called: Any, args: list[Any], keywords: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments as they are passed on."""
        parameters = named_parameters(called)
        by_name = {one.name: one for one in parameters}
        needed = [one.name for one in parameters if one.default is one.empty]

        def value(one: Any, name: str) -> Any:
            if isinstance(one, Unknown) and one.text.endswith((".shape", ".shape[1:]")):
                return (INPUTS,) if one.text.endswith("]") else (5, INPUTS)
            if isinstance(one, Unknown) and name in by_name:
                if COUNT.search(one.text.lower()):
                    known = number_for(name)
                    return known if type(known) is int else size_named(one.text)
                if role_of(name) in ("x", "y"):
                    return data_named(one.text, role_of(name))
                if by_name[name].default is not inspect.Parameter.empty:
                    return by_name[name].default
                guess = usual(name, needed.index(name), len(needed), called, OUTPUTS, by_name[name].annotation)
                return LETTERS.get(one.text.lower(), guess) if type(guess) is int else guess
            left = by_name[name].default if name in by_name else inspect.Parameter.empty
            if LEFT_OUT.fullmatch(word_of(name)) and isinstance(left, int | float) and not isinstance(one, Written):
                return left
            return self.value(one, name)

        names = [one.name for one in parameters]
        first = [value(one, names[at] if at < len(names) else "") for at, one in enumerate(args)]
        return first, {name: value(one, name) for name, one in keywords.items()}

    def value(self, value: Any, name: str = "") -> Any:
        """A value of a script as it is passed on for an argument of that name."""
        if BATCH.fullmatch(word_of(name)) and isinstance(value, int | Unknown):
            return number_for("batch")
        if role_of(name) == "optimizer" and not isinstance(value, str | None):
            return PlainSteps if isinstance(value, type) else PlainSteps()
        if type(value) is int:
            return value if KEPT.fullmatch(word_of(name)) else self.sizes.get(value, value)
        if isinstance(value, list | tuple | set):
            return type(value)(self.value(one, name) for one in value)
        if isinstance(value, dict):
            return {key: self.value(one, str(key)) for key, one in value.items()}
        if isinstance(value, Recipe):
            return self.made(value)
        if isinstance(value, Member):
            return self.value(getattr(self.made(value.owner), value.name), name)
        if isinstance(value, Unknown):
            return size_named(value.text)
        return value.real() if isinstance(value, Written) else value

    def title(self, recipe: Recipe) -> str:
        """`Net([4, 6, 3], activation='relu'), add(Dense(3, 2))`."""

        def call(name: str, called: Any, args: list[Any], keywords: dict[str, Any]) -> str:
            shown_args, shown_keywords = self.given(called, args, keywords)
            some = [self.shown(one, real) for one, real in zip(args, shown_args, strict=True)]
            some += [f"{key}={self.shown(one, shown_keywords[key])}" for key, one in keywords.items()]
            return f"{name}({', '.join(some)})"

        calls = [call(recipe.kind.__name__, recipe.kind, recipe.arguments, recipe.keywords)]
        for what, args, keywords in recipe.later:
            if what.startswith("=") and isinstance(args[0], Unknown):
                continue
            if what.startswith("="):
                calls.append(f"{what[1:]} = {self.shown(args[0], self.value(args[0], what[1:]))}")
            else:
                calls.append(call(what, getattr(self.made(recipe), what), args, keywords))
        while len(", ".join(calls)) > LONGEST and len(calls) > 2:
            calls[-2:] = ["..."]
        return ", ".join(calls)

    def shown(self, value: Any, real: Any) -> str:
        if isinstance(value, Recipe) and isinstance(value.kind, type) and may_hold_arrays(real):
            return self.title(Recipe(value.kind, value.arguments, value.keywords))
        if isinstance(value, list | tuple) and isinstance(real, list | tuple) and len(value) == len(real):
            some = ", ".join(map(self.shown, value, real))
            return f"[{some}]" if isinstance(value, list) else f"({some})"
        return shown_argument(real)


def data_named(text: str, role: str, count: int = SAMPLES) -> Any:
    """Some samples of what a script has under that name, in columns if it is turned there."""
    found = np.random.randn(count, INPUTS) if role == "x" else np.eye(OUTPUTS)[np.arange(count) % OUTPUTS]
    return found.T if text.endswith((".T", ".transpose()")) else found


def is_numpys(called: Any) -> bool:
    owner = getattr(called, "__self__", None)
    module = getattr(called, "__module__", None) or type(called if owner is None else owner).__module__
    return bool(module.partition(".")[0] == "numpy")


def size_named(text: str) -> int:
    """The size of what a script computes it from, by its words."""
    word = text.lower()
    if re.search("hid", word):
        return HIDDEN
    return OUTPUTS if re.search(r"class|label|target|out|unique|^len\(set|\by", word) else INPUTS
