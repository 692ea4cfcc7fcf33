"""With which settings a class could also be made: other words, flags, and numbers that switch something on.

What they may be is read from what its source does with them, and from how its author makes it elsewhere. A setting that
only what goes back looks at is none of these: it is one of the step, as a clip or a momentum.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from twinprop.gradcheck.lending import kinds_of
from twinprop.gradcheck.loops import PENALTY
from twinprop.gradcheck.roles import FLAGS, role_of, word_of
from twinprop.gradcheck.sources import aliases, names, nodes_of, passed_on, words_compared, words_of_entries

ACTIVATIONS = {"relu", "sigmoid", "tanh", "softmax", "linear", "leaky_relu", "identity", "mean", "sum"}
"""Words that choose what a class computes."""

GOES_BACK = re.compile(r"back|grad|deriv|prime|update|step|fit|train|optim|bptt")
"""Words in names of functions that go back, or train."""

OF_STEP = re.compile(r"clip|moment|nesterov|adam|optim|shuffle|decay")
"""Words in names of flags and numbers that change a step, beyond the gradient."""

PLAIN = (str, int, float, bool, type(None))


class Untried(NamedTuple):
    """A setting with which a class was not made.

    Attributes:
        name, value: the argument, and what it may be.
        words: of a command line that make it so; none where that is not tried.
        penalty: whether it is the number of a penalty.
        used: whether its author makes it so elsewhere.
    """

    name: str
    value: Any
    words: Sequence[str] = ()
    penalty: bool = False
    used: bool = False


def setting(name: str, value: Any) -> str:
    """As a command line has it."""
    return f"{name}={value}"


def untried_settings(
    found: Any, given: Mapping[str, Any], elsewhere: Sequence[Mapping[str, Any]] = ()
) -> list[Untried]:
    """What a class offers, and was not made with.

    Args:
        given: its arguments, by their names.
        elsewhere: those with which its author makes others.
    """
    left_out: list[Untried] = []
    kinds = [kind for kind in kinds_of(found) if kind is not object]
    own = inspect.signature(found).parameters if kinds else {}
    for others in elsewhere:
        both = {one.name: (given.get(one.name, one.default), others.get(one.name, one.default)) for one in own.values()}
        new = {name: value for name, (old, value) in both.items() if repr(old) != repr(value)}
        chosen = [name for name in new if len({tuple(choices(kinds, name, value)) for value in both[name]}) > 1]
        if chosen and all(map(is_plain, new.values())):
            left_out.append(Untried(chosen[0], new[chosen[0]], [setting(*one) for one in new.items()], used=True))
    for one in own.values():
        value = given.get(one.name, one.default)
        left_out += words_left_out(kinds, one.name, value)
        other = other_number(one.name, value)
        if other is not None and any(looked_at(kind, one.name) for kind in kinds):
            penalty = PENALTY.fullmatch(word_of(one.name)) is not None
            left_out.append(Untried(one.name, other, [setting(one.name, other)], penalty))
    flags = {one.name: one.default for kind in kinds if inspect.isclass(kind) for one in flags_of_methods(kind)}
    left_out += [Untried(one, not old, [setting(one, not old)]) for one, old in flags.items() if one not in own]
    return left_out


def words_left_out(kinds: Sequence[Any], name: str, value: Any) -> list[Untried]:
    """The activations that an argument may name, and does not, each in all places; of several, the last stays.

    A softmax is not tried: as a layer it mostly counts on a loss that knows it. So may the last layer.
    """
    there = list(words_in(value, name))
    some = words_offered(kinds, name, value)
    left = [word for word in dict.fromkeys(some) if word not in [used for _, used in there]]
    chosen = [at for at, (_, used) in enumerate(there) if used in some]
    if not chosen or not ACTIVATIONS & {word.lower() for word in some}:
        return []
    free = chosen[:-1] or chosen
    values = {word: with_words(value, dict.fromkeys(free, word), iter(range(len(there)))) for word in left}
    return [
        Untried(name, word, [] if word.lower() == "softmax" else [setting(name, other)])
        for word, other in values.items()
    ]


def words_offered(kinds: Sequence[Any], name: str, value: Any) -> list[str]:
    """The words that an argument may be, or that may stand in it where there are some."""
    keys = dict.fromkeys(key for key, _ in words_in(value, name))
    read = [words_compared(kind, key) for kind in kinds for key in keys]
    return [word for words in [*read, *(words_of_entries(kind, name) for kind in kinds)] for word in words]


def words_in(value: Any, key: str) -> Iterator[tuple[str, str]]:
    """The words in lists and dicts, each with its key."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from words_in(one, key)
    elif isinstance(value, dict):
        for inner, one in value.items():
            yield from words_in(one, str(inner))


def with_words(value: Any, other: Mapping[int, str], places: Iterator[int]) -> Any:
    """The same with other words in some places."""
    if isinstance(value, str):
        return other.get(next(places), value)
    if isinstance(value, list | tuple):
        return type(value)(with_words(one, other, places) for one in value)
    if isinstance(value, dict):
        return {key: with_words(one, other, places) for key, one in value.items()}
    return value


def choices(kinds: Sequence[Any], name: str, value: Any) -> list[Any]:
    """The words in an argument that a class offers, or the flag that it is."""
    some = words_offered(kinds, name, value)
    return [value] if isinstance(value, bool) else [word for _, word in words_in(value, name) if word in some]


def is_plain(value: Any) -> bool:
    """Whether a command line can hold it."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return isinstance(value, (*PLAIN, list, tuple, dict)) and all(map(is_plain, inner))


def other_number(name: str, value: Any) -> Any:
    """The other value of a flag, or what switches a penalty or a dropout on that is off; None for what is neither."""
    word = word_of(name)
    if OF_STEP.search(word) or role_of(name) in FLAGS or not isinstance(value, int | float):
        return None
    if isinstance(value, bool):
        return not value
    drops = ("drop" in word and value == 0) or ("keep" in word and value == 1)
    return 0.5 if drops else 0.1 if value == 0 and PENALTY.fullmatch(word) else None


@cache
def looked_at(found: Any, name: str, deeper: int = 2, kept: bool = False) -> bool:
    """Whether what goes forward does something else for another value of an argument, here or where it is passed on to.

    Args:
        kept: whether that has to be kept by self, for what goes back.
    """
    held = {one.rpartition(".")[2] for one in aliases(found, name)}
    for function in nodes_of(found):
        if not isinstance(function, ast.FunctionDef) or GOES_BACK.search(function.name.lower()):
            continue
        for node in ast.walk(function):
            test = node.test if isinstance(node, ast.If | ast.IfExp) else node if isinstance(node, ast.BinOp) else None
            if test is None or not any(names(part, one) for part in ast.walk(test) for one in held):
                continue
            if not isinstance(node, ast.If) or any(changes(one, kept) for part in node.body for one in ast.walk(part)):
                return True
    return any(deeper and looked_at(called, argument, deeper - 1) for called, argument in passed_on(found, name))


def changes(node: ast.AST, kept: bool) -> bool:
    """Whether a statement computes something."""
    if kept:
        return isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    return isinstance(node, ast.Assign | ast.AugAssign | ast.Return) or getattr(node, "attr", "") == "append"


def flags_of_methods(kind: type) -> Iterator[inspect.Parameter]:
    """The flags of its methods with a default that what goes back knows of."""
    methods = [one for name, one in vars(kind).items() if inspect.isfunction(one) and name != "__init__"]
    flags = [(method, one) for method in methods for one in inspect.signature(method).parameters.values()]
    flags = [(method, one) for method, one in flags if isinstance(one.default, bool)]
    both = [one.name for method, one in flags if GOES_BACK.search(method.__name__.lower())]
    for method, one in flags:
        plain = other_number(one.name, one.default) is not None and not GOES_BACK.search(method.__name__.lower())
        if plain and looked_at(method, one.name, kept=one.name not in both):
            yield one


def with_defaults(found: Mapping[str, Any], words: Sequence[str]) -> list[str]:
    """The words of a command line that are no flags of methods; of those, classes get other defaults."""
    return [word for word in words if not any(is_default_now(one, *word.partition("=")[::2]) for one in found.values())]


def is_default_now(found: Any, name: str, value: str) -> bool:
    """Whether methods of a class have taken a flag for their default, which its constructor does not have."""
    if not inspect.isclass(found) or value not in ("True", "False") or name in inspect.signature(found).parameters:
        return False
    taken = False
    for method in [one for kind in kinds_of(found) for one in vars(kind).values() if inspect.isfunction(one)]:
        several = inspect.signature(method).parameters.values()
        defaults = {one.name: one.default for one in several if one.default is not one.empty}
        if isinstance(defaults.get(name), bool):
            taken, defaults[name] = True, value == "True"
            by_name = method.__kwdefaults__ or {}
            method.__defaults__ = tuple(one for key, one in defaults.items() if key not in by_name)
            method.__kwdefaults__ = {key: defaults[key] for key in by_name} or None
    return taken
