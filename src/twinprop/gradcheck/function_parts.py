"""Which functions of a module belong together, and what the one that goes forward is given beside x."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

import numpy as np

from twinprop.gradcheck.faults import guarded_call
from twinprop.gradcheck.fitting import Path, is_parameter
from twinprop.gradcheck.guesses import DROPOUT, filled, number_for
from twinprop.gradcheck.loading import parse_arguments
from twinprop.gradcheck.roles import role_of, word_of
from twinprop.gradcheck.sources import (
    indexes_with,
    is_used,
    keys_read,
    parts_unpacked,
    returned_names,
    words_compared,
)

BACK = ("backward", "backprop", "back_prop", "gradient", "grad", "backpropagation", "back")
DERIVATIVE = ("prime", "deriv")
FRONT = ("forward", "feedforward", "forwardprop", "fprop", "predict")
COST = ("cost", "loss", "entropy", "mse")
START = ("init",)
PARAMETERS = {"parameters", "params", "param", "weights", "theta", "model", "nn", "network", "p"}
"""Names of an argument that is the dict of all parameters."""

COUNTS = re.compile(r"n_?\w{0,2}|num\w*|\w*size|\w*dim|\w*count|[mkg]")
"""Names of arguments that are whole numbers."""

MORE_THAN_A_WORD = 8
"""Letters in a row that names of what belongs together share."""


def contains(name: str, words: Sequence[str]) -> bool:
    return any(word_of(word) in word_of(name) for word in words)


def looks_like_function_of_network(name: str) -> bool:
    """Whether a function of this name goes forward or back, or is a loss: it is not called to make an object."""
    return contains(name, (*BACK, *DERIVATIVE, *FRONT, *COST)) and not contains(name, START)


def plain_partner(functions: Mapping[str, Any], back: str) -> str:
    """The function that a derivative is named after: `mse` of `mse_grad`, `sigmoid` of `sigmoid_prime`."""
    for name in functions:
        rest = word_of(back).replace(word_of(name), "", 1) if word_of(name) in word_of(back) else ""
        if rest and re.fullmatch(r"(d|grad|gradient|derivative|deriv|prime|backward|backprop|back|bwd|of)+", rest):
            return name
    return ""


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

    def nearness(other: str) -> tuple[bool, bool, bool, int, bool]:
        without_more = len(stem(other)) > 0 and stem(other) in stem(name)
        begins = other.lower().startswith(name.split("_")[0].lower())
        return stem(other) == stem(name), keeps(other), without_more, shared(other, name), begins

    fit = [other for other in functions if other != name and (contains(other, words) or keeps(other))]
    return max(fit, key=nearness, default="")


def stem(name: str) -> str:
    """A name without the word for its direction."""
    return re.sub("|".join(sorted(map(word_of, (*BACK, *FRONT)), key=len, reverse=True)), "", word_of(name))


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
    if list(needed)[:1] == lacking[:1] and not any(role_of(name) in ("x", "out") for name in needed):
        main = next((name for name in lacking if not is_parameter(name)), lacking[0])
        lacking.remove(main)  # nothing is called x: the first argument is that is no parameter
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
        if indexes_with(functions[0], name) or not is_used(functions[0], name):
            found[name] = 1 if is_used(functions[0], name) else None  # a row; nobody looks at it
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
