"""The object under test is made: of a class and its arguments, of several classes in a row, of plain functions."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from twinprop.gradcheck.chain import chain
from twinprop.gradcheck.faults import SubjectError, guarded_call
from twinprop.gradcheck.functions import join_functions, looks_like_function_of_network
from twinprop.gradcheck.loading import load_attributes, parse_arguments
from twinprop.gradcheck.roles import role_of

INPUTS, HIDDEN, OUTPUTS = 4, 6, 3
"""Sizes that are taken where none are given."""


def make(spec: str, words: Sequence[str]) -> tuple[Any, str]:
    """What `FILE:Class`, `FILE:Class,Class` or `FILE:function,function` names, ready to be called, with its title.

    Raises:
        SubjectError: it cannot be found or made.
    """
    module, found = load_attributes(spec)
    if any(inspect.isfunction(one) and looks_like_function_of_network(name) for name, one in found.items()):
        return join_functions(vars(module), found, words, filled)
    if len(found) == 1:
        ((name, one),) = found.items()
        return make_one(name, one, words)
    made = [make_one(name, one, words if takes_arguments(one) else ()) for name, one in found.items()]
    return chain([one for one, _ in made], ", ".join(found)), ", ".join(title for _, title in made)


def takes_arguments(found: Any) -> bool:
    return callable(found) and bool(inspect.signature(found).parameters)


def make_one(name: str, found: Any, words: Sequence[str]) -> tuple[Any, str]:
    """An object of a class, or what a function makes, with its title."""
    if not callable(found):
        return found, name
    args, keywords = parse_arguments(words)
    if not words:
        args, keywords = filled(found)
    shown = [*map(shown_argument, args), *(f"{key}={shown_argument(value)}" for key, value in keywords.items())]
    title = f"{name}({', '.join(shown)})"
    try:
        return guarded_call(title, found, *args, **keywords), title
    except SubjectError as error:
        if isinstance(error.__cause__, TypeError):
            raise SubjectError(
                f"{error}\n  Give the arguments of its constructor: --args 4 3; an array by its shape: --args 4x3 3x."
            ) from error
        raise


def shown_argument(value: Any) -> str:
    """`4×3` of an array."""
    return "×".join(map(str, value.shape)) if isinstance(value, np.ndarray) else repr(value)


def filled(f: Callable[..., Any]) -> tuple[list[Any], dict[str, Any]]:
    """Usual values for the arguments that a constructor needs, by their names."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        return [], {}
    kinds = inspect.Parameter
    needed = [one for one in parameters if one.default is kinds.empty and one.kind == kinds.POSITIONAL_OR_KEYWORD]
    values = [usual(one.name, position, len(needed)) for position, one in enumerate(needed)]
    if "conv" in getattr(f, "__name__", "").lower():  # a kernel has four axes
        images = (OUTPUTS, 2, 3, 3)
        values = [0.5 * np.random.randn(*images) if np.ndim(value) == 2 else value for value in values]
    return values, {}


def tanh_prime(x: Any) -> Any:
    """The derivative of tanh, which is taken where an activation is needed."""
    return 1 - np.tanh(x) ** 2


def usual(name: str, position: int, count: int) -> Any:
    """A usual value for an argument of a constructor."""
    word = name.lower().replace("_", "")
    number = int(match[0]) if (match := re.search(r"\d+$", word)) else 0
    base = word.rstrip("0123456789")
    wide = number == 0 or number > 1
    if base in ("w", "weight", "weights", "kernel"):
        return 0.5 * np.random.randn(
            *((INPUTS, OUTPUTS) if number == 0 else (HIDDEN, OUTPUTS) if wide else (INPUTS, HIDDEN))
        )
    if base in ("b", "bias", "biases"):
        return 0.5 * np.random.randn(OUTPUTS if wide else HIDDEN)
    if base in ("gamma", "beta"):
        return 1 + 0.1 * np.random.randn(INPUTS)
    if base in (
        "sizes",
        "layers",
        "layersizes",
        "layerdims",
        "dims",
        "layersdims",
        "architecture",
        "shape",
        "topology",
    ):
        return [INPUTS, HIDDEN, OUTPUTS]
    if word.startswith(("activation", "act", "func", "f", "phi")) and word.endswith(
        ("prime", "derivative", "deriv", "grad")
    ):
        return tanh_prime
    if word in ("activation", "activationfunction", "act", "func", "activationfunc", "phi"):
        return np.tanh
    if role_of(name) == "rate":
        return 0.1
    if base in (
        "p",
        "dropout",
        "rate",
        "dropoutrate",
        "droprate",
        "keepprob",
        "pdrop",
        "ratio",
        "dropoutratio",
        "prob",
    ):
        return 0.5
    if "hid" in word or base in ("nh", "h"):
        return HIDDEN
    if "out" in word or "class" in word or base in ("ny", "o"):
        return OUTPUTS
    if "in" in word or base in ("nx", "i", "d", "dim", "n", "features"):
        return INPUTS
    return INPUTS if position == 0 else OUTPUTS if position == count - 1 else HIDDEN
