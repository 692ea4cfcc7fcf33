"""Usual values for arguments that nobody has given, by their names and by what the source does with them."""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from twinprop.gradcheck.calling.upkeep import PlainSteps
from twinprop.gradcheck.objects.stacking import layers_of, takes_layers
from twinprop.gradcheck.source.lending import module_of, object_for, rank, use_of
from twinprop.gradcheck.source.roles import role_of, word_of
from twinprop.gradcheck.source.sources import (
    axes_unpacked,
    entries_read,
    is_array_there,
    is_list_there,
    is_size_there,
    keys_read,
    layers_read,
    parameters_of,
    parts_unpacked,
)
from twinprop.gradcheck.source.words import words_compared, words_of_entries

INPUTS, HIDDEN, OUTPUTS = 4, 6, 3
"""Sizes that are taken where none are given."""

VOCABULARY = 7

DATA = ("x", "y", "dy", "out")
"""Roles of what a function is given to compute with, which is no setting, be it a plain list."""

NUMBERS: tuple[tuple[str, Any], ...] = (
    (r"eps(ilon)?\w*", 1e-5),
    (r"momentum|beta[12]?decay|decay\w*|mu", 0.9),
    (r"kernel(size|shape|dim)?|ksize|filter(size|dim)|fsize|window(size)?|f", 3),
    (r"pool(size|height|width|dim)?|hpool|wpool|(up|down)samplingfactor|upsample\w*", 2),
    (r"stride\w*", 1),
    (r"pad(ding|s)?\w*", 0),
    (r"(n|num|number)(of)?(rnn|lstm|gru)?layers", 2),
    (r"num(ber)?heads?|nheads?|heads?|numgroups|groups|ngroups", 2),
    (r"\w*vocab\w*|numembeddings", VOCABULARY),
    (r"\w*seq\w*len\w*|max\w*len\w*|timesteps?|t", 8),
    (r"batch(size)?|nbatch", 5),
    (r"\w*trunc\w*", 100),
    (r"\w*(path|filename|file|directory|folder)", "data.txt"),
    (r"seed|randomstate|verbose|debug", 0),
    (r"use\w+|bias(flag)?|isoutput|batchfirst", True),
    (r"name|label|id|layername|tag", "layer"),
    (r"\w*lam(b?da?)?|lambd\w*|lmb?da|\w*reg\w*|l[12]\w*|weightdecay|slope|negativeslope|sparsityparam|rho", 0.1),
    (r"delta|margin|temperature|gamma_?focal", 1.0),
    (r"mode", "train"),
    (r"(weight|w|init)\w*(std|scale|sigma|gain)|std|sigma|scale", 0.5),
    (r"training|train|istraining", True),
)
"""By the name in lower case, without underscores."""

COUNT_OF_LAYERS = re.compile(r"(n|num|number)(of)?(hidden|layers?|hiddenlayers?)|depth")

CORPUS = re.compile(r"corpus|wordids?|tokenids|tokens|idsequence")
"""A list of word numbers."""

DROPOUT = r"p|dropout|rate|dropoutrate|droprate|keepprob|pdrop|ratio|dropoutratio|prob|dropprob|probability"

SIZES = (
    r"sizes|layers|layersizes|layerdims|dims|layersdims|layerssizes|architecture|shape|topology|layerneurons|units|nn|"
    r"dimensions|layerdimensions|structure|layout"
)


COUNTS = re.compile(r"n_?\w{0,2}|n_\w+|num\w*|\w*size|\w*dim|\w*count|\w*units|[mkg]")
"""Names of arguments that are whole numbers."""

SETTINGS = re.compile(r"args?|arguments|conf(ig)?(uration)?|cfg|hp(arams?)?|hyper\w*|opts?|options?|settings?|flags")
"""An argument that holds settings."""

PARAMETERS = {"parameters", "params", "param", "weights", "theta", "model", "nn", "network", "p"}
"""Names of an argument that is the dict of all parameters."""


def tanh_prime(x: Any) -> Any:
    """The derivative of tanh, which is taken where an activation is needed."""
    return 1 - np.tanh(x) ** 2


def random_array(*shape: Any) -> Any:
    """What is taken where a function is needed that makes weights of a shape."""
    return 0.5 * np.random.randn(*(shape[0] if len(shape) == 1 and isinstance(shape[0], tuple) else shape))


def filled(
    f: Callable[..., Any], given: int = 0, outputs: int = OUTPUTS, known: tuple[str, ...] = ()
) -> tuple[list[Any], dict[str, Any]]:
    """Usual values for the arguments that a function or a constructor needs.

    Args:
        given: how many of the first ones are given already.
        outputs: of a network.
        known: names of those that are given by name.
    """
    parameters = parameters_of(f)
    kinds = inspect.Parameter
    needed = [one for one in parameters if one.default is kinds.empty and one.kind == kinds.POSITIONAL_OR_KEYWORD]
    values = [
        usual(one.name, at, len(needed), f, outputs, one.annotation)
        for at, one in enumerate(needed)
        if one.name not in known
    ]
    # the hidden ones alone, or with those of the inputs and the outputs
    lists = [value for value in map(list_of, values) if isinstance(value, list)]
    listed = [value for value in lists if value in ([HIDDEN], layer_sizes(f, outputs))]
    for at, one in enumerate(needed) if listed and len(values) == len(needed) else ():
        if COUNT_OF_LAYERS.fullmatch(word := word_of(one.name)) and (listed[0] == [HIDDEN] or "hid" in word):
            values[at] = max(len(listed[0]) - 2, 1)
    if "conv" in getattr(f, "__name__", "").lower():  # a kernel has four axes
        images = (OUTPUTS, 2, 3, 3)
        values = [0.5 * np.random.randn(*images) if np.ndim(value) == 2 else value for value in values]
    empty = {
        one.name: usual(one.name, at, len(parameters), f, outputs, one.annotation)
        for at, one in enumerate(parameters)
        if isinstance(one.default, list | tuple)
        and not one.default
        and one.name not in known
        and one.kind == kinds.POSITIONAL_OR_KEYWORD
    }
    empty = {name: value for name, value in empty.items() if isinstance(value, list)}
    many = next((one.name for one in parameters if one.kind == kinds.VAR_POSITIONAL), "")
    if many and takes_layers(f, many):  # Sequential(*layers)
        values += layers_of(module_of(f), (INPUTS, HIDDEN, outputs), arguments_for)
    elif many and not needed and (is_list_there(f, many) or entries_read(f, many)):  # Network(*sizes)
        values += layer_sizes(f, outputs)
    return values[given:], empty


def list_of(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else value


def layer_sizes(source: Any, outputs: int = OUTPUTS) -> list[int]:
    """Sizes of as many layers as a source, or a function that it calls, reads: of three, where it reads `W3`."""
    return [INPUTS, *range(HIDDEN, HIDDEN + max(2, layers_read(source)) - 1), outputs]


def number_for(name: str) -> Any:
    """A usual number, word or flag of that name; None where it is none of the known."""
    word = word_of(name)
    return next((value for pattern, value in NUMBERS if re.fullmatch(pattern, word)), None)


def is_size(name: str) -> bool:
    """Whether an argument of that name says how many inputs or outputs there are."""
    told = re.search(r"(^|_)in(_|put|$)|out|feat|class|target|dim|^n_?[xy]$|^d$", name)
    told = None if re.search(r"func|fn$|activ|name|init", name) else told
    return told is not None and number_for(name) is None


def size_of_part(name: str, count: int, position: int) -> int:
    """The size of an axis in a shape of so many."""
    word = name.lower()
    if count < 3:
        return 3 if count == 2 and re.search("h|w|k", word) else INPUTS
    return 2 if re.search("depth|chan|^c$|_c$", word) else 6 + position if count < 4 or position else 5


def arguments_for(f: Callable[..., Any]) -> list[Any]:
    return filled(f)[0]


def settings_for(source: Any, name: str, outputs: int) -> SimpleNamespace | dict[str, Any] | None:
    """What holds the settings of a class, as `args` for `args.hidden_size` and `args["hidden_size"]`; else None.

    Each is a usual value of its name.
    """
    if not inspect.isclass(source) or not SETTINGS.fullmatch(word_of(name)):
        return None
    kind: Any = source
    fields, keys = sorted(use_of(kind, name).attributes - {"get"}), keys_read(kind, name)
    made = {one: usual(one, at, len(some), None, outputs) for some in (fields, keys) for at, one in enumerate(some)}
    made |= {one: min(words, key=rank) for one in made if (words := words_compared(kind, one))}
    return SimpleNamespace(**made) if fields else made or None


def setting_in_module(source: Any, name: str) -> Any:
    """A copy of the list or dict of settings that stands under the same name in the module of a function; else None."""
    there = source.__globals__ if inspect.isfunction(source) else {}
    own = there.get(name, there.get(name.upper()))
    found = isinstance(own, list | tuple | dict) and own and is_plain(own) and role_of(name) not in DATA
    return copy.deepcopy(own) if found else None


def is_plain(value: Any) -> bool:
    """Whether something is text, numbers, or lists and dicts of such."""
    if isinstance(value, list | tuple | dict):
        return all(map(is_plain, value.values() if isinstance(value, dict) else value))
    return value is None or isinstance(value, str | int | float)


def usual(
    name: str, position: int, count: int, source: Any = None, outputs: int = OUTPUTS, annotation: Any = None
) -> Any:
    """A usual value for an argument.

    Args:
        position, count: of the argument among those that are needed.
        source: the class or the function that it belongs to.
        annotation: of the argument.
    """
    if (own := setting_in_module(source, name)) is not None:
        return own
    word = word_of(name)
    number = int(match[0]) if (match := re.search(r"\d+$", word)) else 0
    base = word.rstrip("0123456789")
    wide = number == 0 or number > 1
    if annotation in (bool, "bool"):
        return bool(number_for(name))
    if words := words_compared(source, name):
        return min(words, key=rank)
    if takes_layers(source, name) and (some := layers_of(module_of(source), (INPUTS, HIDDEN, outputs), arguments_for)):
        return some
    if (
        role_of(name) != "optimizer"
        and (one := object_for(source, name, lambda kind: kind(*arguments_for(kind)), annotation)) is not None
    ):
        return one
    if (held := settings_for(source, name, outputs)) is not None:
        return held
    start: Any = getattr(source, "__init__", source) if inspect.isclass(source) else source
    if parts := parts_unpacked(source, name):
        if isinstance(size := number_for(name), int):
            return (size,) * len(parts)
        return tuple(size_of_part(part, len(parts), at) for at, part in enumerate(parts))
    if inspect.isclass(source) and is_array_there(start, name) and not re.fullmatch(r"w.*|b|bias.*", base):
        return np.random.randn(5, INPUTS if role_of(name) != "y" else outputs)
    entries = entries_read(source, name)
    listed = is_list_there(start, name)
    if (known := number_for(name)) is not None and isinstance(known, int) and (entries or listed):
        return [known] * max(entries, 1)
    if entries and not base.startswith(("w", "b")):
        return [INPUTS, outputs] if entries == 2 else [INPUTS, HIDDEN, outputs][:entries]
    arguments = [one.name for one in parameters_of(source)]
    beside = [other.lower() for other in arguments]
    if re.fullmatch("w[xh]|b", word) and "wx" in beside:  # of a cell, all gates in one
        kind = getattr(source, "__name__", "").lower()
        gates_of = 4 if "lstm" in kind else 3 if "gru" in kind else 1
        rows = {"w": HIDDEN if "h" in name.lower()[1:2] else INPUTS, "b": 0}[name.lower()[0]]
        return 0.5 * np.random.randn(*([rows] if rows else []), gates_of * HIDDEN)
    if CORPUS.fullmatch(word):
        return list(range(VOCABULARY)) * 3
    if base == "w" and any(CORPUS.fullmatch(other) for other in arguments):
        return 0.5 * np.random.randn(VOCABULARY, outputs)
    pools = "pool" in getattr(source, "__name__", "").lower()
    if base == "kernel" and (pools or "stride" in " ".join(arguments)):
        return 3
    images = (outputs, 2, 3, 3)
    axes = {other: axes_unpacked(source, other) for other in arguments}
    if axes.get(name, 0) > 2:
        return 0.5 * np.random.randn(*images[: axes[name]])
    if re.fullmatch(r"b|bias(es)?", base) and max(axes.values(), default=0) > 2:
        return 0.5 * np.random.randn(outputs)
    if re.fullmatch(r"w|weights?(matrix|array)?|kernel", base):
        return 0.5 * np.random.randn(
            *((INPUTS, outputs) if number == 0 else (HIDDEN, outputs) if wide else (INPUTS, HIDDEN))
        )
    if re.fullmatch(r"b|bias(es)?(vector|array)?", base):
        return 0.5 * np.random.randn(outputs if wide else HIDDEN)
    if base == "beta" and any(role_of(other) == "rate" for other in arguments):
        return 0.0  # of a momentum: without it, an update is the gradient
    if base == "h" and "d_model" in arguments:
        return 2
    if base in ("gamma", "beta"):
        return 1 + 0.1 * np.random.randn(INPUTS)
    if base != "units" and re.fullmatch(SIZES, base):
        sizes = layer_sizes(source, outputs)
        return np.array(sizes) if is_array_there(source, name) else sizes
    if base.endswith("shape"):
        return (INPUTS,) if base.startswith("in") else (INPUTS, outputs)
    sized = is_size_there(source, name)
    if not sized and re.fullmatch(r"(?=act|func|f|phi|d).*(prime|derivative|deriv|grad|dactivation)", word):
        return tanh_prime
    if not sized and re.fullmatch(r".*init(ializer)?(fn|func|function)", word):
        return random_array
    if not sized and word in ("activation", "activationfunction", "act", "func", "activationfunc", "phi", "actfn"):
        return np.tanh
    if role_of(name) == "rate":
        return 0.1
    if role_of(name) == "optimizer":
        return PlainSteps()
    if re.fullmatch(DROPOUT, base):
        return 0.5
    if (known := number_for(name)) is not None:
        return known
    if listed:
        words = words_of_entries(source, name) or (("sigmoid",) if "activ" in word else ())
        if words:
            return [min(words, key=rank)] * 2
        others = [other for other in beside if other not in (name.lower(), "self")]
        return [HIDDEN] if any(map(is_size, others)) else [INPUTS, HIDDEN, outputs]
    if "hid" in word or base in ("nh", "h"):
        return HIDDEN
    if re.search("out|class|label", word) or base in ("ny", "o", "units", "neurons", "nunits", "filters", "nfilters"):
        return outputs
    if re.search("in|visible", word) or base in ("nx", "i", "d", "dim", "n", "features", "dmodel", "embeddim"):
        return INPUTS
    return INPUTS if position == 0 else outputs if position == count - 1 else HIDDEN
