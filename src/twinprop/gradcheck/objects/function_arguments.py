"""What functions are given beside x: the parameters that an init function makes, and what is there for each other."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.held import FloatArray, is_float_array, objects_of
from twinprop.gradcheck.arrays.likely_shapes import is_parameter
from twinprop.gradcheck.faults import guarded_call
from twinprop.gradcheck.objects.fitting import Path
from twinprop.gradcheck.objects.guesses import (
    COUNTS,
    DROPOUT,
    HIDDEN,
    INPUTS,
    PARAMETERS,
    filled,
    layer_sizes,
    list_of,
    number_for,
)
from twinprop.gradcheck.source.indexing import indexes_with
from twinprop.gradcheck.source.lending import rank
from twinprop.gradcheck.source.loading import parse_arguments
from twinprop.gradcheck.source.roles import role_of
from twinprop.gradcheck.source.sources import (
    divides_by,
    is_dict_there,
    is_used,
    keys_read,
    returned_name,
    returned_names,
)
from twinprop.gradcheck.source.words import words_compared, words_of_entries


def belongs_to(start: Any, front: Any) -> bool:
    """Whether an init function makes what a forward function is given."""
    needed = inspect.signature(front).parameters
    made = returned_names(start)
    if any(name.lower() in PARAMETERS for name in needed) or {*made, returned_name(start)} & set(needed):
        return True
    return len(made) == len([name for name in needed if role_of(name) != "x"]) and not any(made)


def started(start: Any, front: Any, words: Sequence[str], outputs: int) -> dict[str, Any]:
    """The parameters that an init function makes, by their names."""
    args, keywords = parse_arguments(words) if words else filled(start, 0, outputs)
    if not words:  # as many layers as forward reads
        args = [layer_sizes(front, outputs) if list_of(one) == [INPUTS, HIDDEN, outputs] else one for one in args]
    made = guarded_call(f"{start.__name__}", start, *args, **keywords)
    if isinstance(made, dict):
        own = returned_name(start)
        taken = [name for name in inspect.signature(front).parameters if name.lower() in PARAMETERS or name == own]
        return {taken[0]: made} if taken else dict(made)
    parts = made if isinstance(made, tuple) and not hasattr(made, "_fields") else (made,)  # a namedtuple is one
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
    lacking = lacking_names(functions[0], parameters, targets)
    if words:
        return dict(zip(lacking, parse_arguments(words)[0], strict=False)), []
    guessed = dict(zip(inspect.signature(functions[0]).parameters, filled(functions[0], 0, outputs)[0], strict=False))
    depth = sum(min(one.shape, default=0) > 1 for one in objects_of([*parameters.values()], np.ndarray)) or 2
    found = {
        name: words_by_layer(functions[0], name, depth) or value_for(functions, name, guessed.get(name))
        for name in lacking
    }
    free = [(name,) for name, value in found.items() if is_float_array(value)]
    dicts = {name: value for name, value in found.items() if isinstance(value, dict)}
    inner = [(name, key) for name, held in dicts.items() for key, one in held.items() if isinstance(one, np.ndarray)]
    return found, sorted([*free, *inner], key=lambda path: lacking.index(path[0]))


def lacking_names(front: Any, parameters: Mapping[str, Any], targets: bool) -> list[str]:
    """The arguments of forward that nothing gives a value yet."""
    needed = inspect.signature(front).parameters
    given = {"x", "out", "dy", "training", "testing", *(("y",) if targets else ())}
    if any(role_of(name) == "x" for name in needed):
        given.remove("out")  # the a0 of a sequence x
    lacking = [
        name
        for name, one in needed.items()
        if one.default is inspect.Parameter.empty
        and name not in parameters
        and (role_of(name) not in given or divides_by(front, name))
        and not (parameters and name.lower() in PARAMETERS)
    ]
    if list(needed)[:1] == lacking[:1] and not any(role_of(name) in ("x", "out") for name in needed):
        # nothing is called x: the first argument is that is no parameter
        lacking.remove(next((name for name in lacking if not is_parameter(name)), lacking[0]))
    return lacking


def words_by_layer(function: Any, name: str, depth: int) -> list[str]:
    """A word for each layer, where an argument is a list of them, as `activations[i] == "relu"` tells; else none."""
    words = sorted(() if keys_read(function, name) else words_of_entries(function, name), key=rank)
    last = [word for word in words if re.search("softmax|sigmoid", word.lower())]
    return [*words[:1] * (depth - 1), (last or words)[-1]] if words else []


def value_for(functions: Sequence[Any], name: str, guess: Any) -> Any:
    """A dict of what is read from it, a number, or an array; empty where its shape is still to be found."""
    front = functions[0]
    keys = list(dict.fromkeys(key for one in functions for key in keys_read(one, name)))
    if keys or any(is_dict_there(one, name) for one in functions):
        return {key: settled(front, key) for key in keys}
    if divides_by(front, name):
        return 2
    if not is_used(front, name):
        return None
    if indexes_with(front, name) or re.fullmatch(r"(.*_)?(idx|index)", name.lower()):
        return 1  # a row
    unknown = isinstance(guess, int) and number_for(name) is None and not COUNTS.fullmatch(name.lower())
    other = is_parameter(name) and not isinstance(guess, np.ndarray)
    return np.zeros(0) if unknown or other or guess is None else guess


def settled(function: Any, key: str) -> Any:
    """What an entry of a dict is: a word or a number that is known by its name, else an array."""
    words = words_compared(function, key)
    # x[pad:-pad] is empty without
    value = words[0] if words else 1 if key == "pad" else 0.5 if re.fullmatch(DROPOUT, key) else number_for(key)
    return np.zeros(0) if value is None else value


def weights_read(functions: Sequence[Any]) -> dict[str, FloatArray]:
    """Copies of the weights that stand in the module of functions that read them, and of their gradients, by name.

    A weight is called as one, or something in the functions is called its gradient, as `dc` is that of `c`.
    """
    arrays = {name: np.copy(one) for name, one in read_by(functions).items() if is_float_array(one) and one.ndim > 0}
    makes = {*arrays, *(name for one in functions for name in one.__code__.co_varnames)}
    weights = [name for name in arrays if is_parameter(name) or {f"d{name}", f"d_{name}", f"grad_{name}"} & makes]
    return {name: arrays[name] for name in arrays if name in weights or name[1:] in weights}


def read_by(functions: Sequence[Any]) -> dict[str, Any]:
    """What some functions read of their module, by name."""
    return {name: value for one in functions for name, value in globals_read(one).items()}


def globals_read(found: Any, deeper: int = 2) -> dict[str, Any]:
    """What a function reads of its module, or the functions that it calls: values by their names."""
    code, space = getattr(found, "__code__", None), getattr(found, "__globals__", {})
    own = {name: space[name] for name in getattr(code, "co_names", ()) if name in space}
    for one in list(own.values()) if deeper else ():
        if inspect.isfunction(one) and one.__globals__ is space:
            own |= globals_read(one, deeper - 1)
    return own
