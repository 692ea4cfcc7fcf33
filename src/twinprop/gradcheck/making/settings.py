"""With which settings a class could also be made: other words, flags, numbers that switch something on, a layer more.

What they may be is read from what its source does with them, and from how its author makes it elsewhere. A setting that
only what goes back looks at is none of these: it is one of the step, as a clip or a momentum.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from twinprop.gradcheck.calling.way import Way
from twinprop.gradcheck.objects.guesses import COUNT_OF_LAYERS, HIDDEN, SIZES
from twinprop.gradcheck.source.lending import kinds_of
from twinprop.gradcheck.source.loading import parse_argument
from twinprop.gradcheck.source.loops import PENALTY
from twinprop.gradcheck.source.roles import FLAGS, Method, role_of, word_of
from twinprop.gradcheck.source.sources import aliases, names, nodes_of, parameters_of, passed_on
from twinprop.gradcheck.source.words import words_compared, words_of_entries

ACTIVATIONS = {"relu", "sigmoid", "tanh", "softmax", "linear", "leaky_relu", "identity", "mean", "sum"}
"""Words that choose what a class computes."""

GOES_BACK = re.compile(r"back|grad|deriv|prime|update|step|fit|train|optim|bptt", re.IGNORECASE)
"""Words in names of functions that go back, or train."""

OF_STEP = re.compile(r"clip|moment|nesterov|adam|optim|shuffle|decay")
"""Words in names of flags and numbers that change a step, beyond the gradient."""

NAMES_SIZES = re.compile(rf"{SIZES}|\w*(size|dim|layer|hidden|node|neuron|unit)\w*")
"""Words in names of lists of sizes."""

COMPUTES = (ast.Assign, ast.AugAssign, ast.Return)

QUOTED = re.compile(r"'([^']*)'(:?)")
"""A word in what Python shows of a value, or a key."""


class Untried(NamedTuple):
    """An argument of a class, and what it may be and was not."""

    name: str
    value: Any
    words: Sequence[str] = ()
    """Of a command line that make it so; none where that is not tried."""
    used: bool = False
    """Whether its author makes it so elsewhere."""
    offered: bool = True
    """Whether the class says that it can be made so; else it is no loss if it cannot."""


def untried_settings(
    found: Any, given: Mapping[str, Any], elsewhere: Sequence[Mapping[str, Any]] = ()
) -> Iterator[Untried]:
    """What a class offers beside the arguments given to it: those that its author gives elsewhere, then all others."""
    kinds = [kind for kind in kinds_of(found) if kind is not object]
    defaults = {one.name: one.default for one in inspect.signature(found).parameters.values()} if kinds else {}
    now = {**defaults, **given}
    for one in elsewhere:
        both = {name: one.get(name, default) for name, default in defaults.items()}
        new = {name: value for name, value in both.items() if shown(value) != shown(now[name])}
        chosen = [name for name in new if choices(kinds, name, now[name]) != choices(kinds, name, new[name])]
        if chosen and all(map(is_plain, new.values())):
            yield Untried(chosen[0], new[chosen[0]], [f"{name}={shown(value)}" for name, value in new.items()], True)
    for name in defaults:
        yield from words_left_out(kinds, name, now[name])
        other = other_number(name, now[name])
        if other is not None and any(looked_at(kind, name) for kind in kinds):
            yield Untried(name, other, [f"{name}={other}"])
        more = larger(name, now)
        if more is not None:
            yield Untried(name, more, [f"{name}={shown(more)}"], offered=False)


def words_left_out(kinds: Sequence[Any], name: str, value: Any) -> Iterator[Untried]:
    """The activations that an argument may name, and does not, each in all places; of several, the last stays.

    A softmax is not tried: as a layer it mostly counts on a loss that knows it. So may the last layer.
    """
    some, text = words_offered(kinds, name, value), shown(value)
    places = [told.span(1) for told in QUOTED.finditer(text) if not told[2] and told[1] in some]
    if not places or not ACTIVATIONS & {word.lower() for word in some} or not is_plain(value):
        return
    for word in [one for one in dict.fromkeys(some) if one not in choices(kinds, name, value)]:
        other = text
        for start, end in reversed(places[:-1] or places):
            other = other[:start] + word + other[end:]
        plain = word if isinstance(value, str) and parse_argument(word) == word else other  # without quotes of Python's
        yield Untried(name, word, [] if word.lower() == "softmax" else [f"{name}={plain}"])


def words_offered(kinds: Sequence[Any], name: str, value: Any) -> list[str]:
    """The words that an argument may be, or that may stand in it where there are some."""
    keys = [name, *(word for word, key in QUOTED.findall(shown(value)) if key)]
    read = [words_compared(kind, key) for kind in kinds for key in keys]
    return [word for words in [*read, *(words_of_entries(kind, name) for kind in kinds)] for word in words]


def choices(kinds: Sequence[Any], name: str, value: Any) -> list[Any]:
    """The words in an argument that a class offers, or the flag that it is."""
    some = words_offered(kinds, name, value)
    words = [word for word, key in QUOTED.findall(shown(value)) if not key and word in some]
    return [value] if isinstance(value, bool) else words


def shown(value: Any) -> str:
    """As Python shows it; empty where a method of the student's for that raises."""
    try:
        return repr(value)
    except Exception:
        return ""


def is_plain(value: Any) -> bool:
    """Whether a command line can hold it."""
    return repr(parse_argument(shown(value))) == shown(value)


def other_number(name: str, value: Any) -> Any:
    """The other value of a flag, or what switches a penalty or a dropout on that is off; None for what is neither."""
    word = word_of(name)
    if OF_STEP.search(word) or role_of(name) in FLAGS or not isinstance(value, int | float):
        return None
    if isinstance(value, bool):
        return not value
    drops = ("drop" in word and value == 0) or ("keep" in word and value == 1)
    return 0.5 if drops else 0.1 if value == 0 and PENALTY.fullmatch(word) else None


def larger(name: str, now: Mapping[str, Any]) -> Any:
    """One hidden layer more, a stride of 2 or the like, which hides no mistake of 1; None for what is none of these.

    Of several lists one goes with the other, so none is changed.
    """
    value, word = now[name], word_of(name)
    if isinstance(value, list | tuple):
        ends = 0 if "hid" in word else 1  # whether the last is the size of the outputs
        alone = sum(isinstance(one, list | tuple) for one in now.values()) == 1
        sizes = len(value) > ends and all(type(one) is int and one > 1 for one in value)
        if not (alone and sizes and NAMES_SIZES.fullmatch(word)):
            return None
        place = len(value) - ends
        return type(value)([*value[:place], HIDDEN - 1, *value[place:]])
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if COUNT_OF_LAYERS.fullmatch(word) or word in ("stride", "dilation"):
        return 2 if value == 1 else None
    if re.fullmatch(r"alpha|(negative_?)?slope|leak\w*", word) and value == 0:
        return 0.1
    return 1 if word in ("padding", "pad") and value == 0 else None


def penalised(made: Any, way: Way) -> tuple[Way, list[str]]:
    """A way to call an object with each penalty switched on that is 0 by default in its loss, and their names."""
    cost = way.loss_method or (way.forward if way.is_loss and not way.guesses else None)

    def roles(method: Method | None, own: Mapping[str, str]) -> dict[str, str]:
        there = [one.name for one in parameters_of(getattr(made, method.name))] if method is not None else []
        return {**own, **dict.fromkeys([name for name in there if name in off], "penalty")}

    some = parameters_of(getattr(made, cost.name)) if cost is not None else []
    zeros = [one.name for one in some if type(one.default) in (int, float) and not one.default]
    off = [name for name in zeros if PENALTY.fullmatch(word_of(name))]
    other = replace(
        way,
        forward_roles=roles(way.forward, way.forward_roles),
        backward_roles=roles(way.backward, way.backward_roles),
        loss_roles=roles(way.loss_method, way.loss_roles),
    )
    return other, off


@cache
def looked_at(found: Any, name: str, deeper: int = 2) -> bool:
    """Whether what goes forward computes something else for another argument, here or where that is passed on to."""
    held = {one.rpartition(".")[2] for one in aliases(found, name)}
    functions = [one for one in nodes_of(found) if isinstance(one, ast.FunctionDef) and not GOES_BACK.search(one.name)]
    for node in (node for one in functions for node in ast.walk(one)):
        test = node.test if isinstance(node, ast.If | ast.IfExp) else node if isinstance(node, ast.BinOp) else None
        if test is not None and any(names(part, one) for part in ast.walk(test) for one in held):
            parts = [part for one in node.body for part in ast.walk(one)] if isinstance(node, ast.If) else []
            if not parts or any(isinstance(one, COMPUTES) or getattr(one, "attr", "") == "append" for one in parts):
                return True
    return any(deeper and looked_at(called, argument, deeper - 1) for called, argument in passed_on(found, name))
