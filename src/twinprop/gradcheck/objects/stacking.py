"""A network that is given its layers gets some: by `add`, or as a list in its constructor.

They are two dense layers of a class at hand with an activation between them.
"""

from __future__ import annotations

import copy
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from types import ModuleType
from typing import Any

from twinprop.gradcheck.arrays.held import arrays_of
from twinprop.gradcheck.calling.naming import BACKWARD, FORWARD, named
from twinprop.gradcheck.faults import PACKAGE
from twinprop.gradcheck.source.lending import classes_near, module_of, use_of
from twinprop.gradcheck.source.roles import role_of, word_of

ADD = "add addlayer appendlayer append push pushlayer stack insertlayer"
"""Names of methods that add a layer to a network."""

ADDER = re.compile(r"add_?\w*layer\w*")
"""Those of a network that has several."""

DENSE = re.compile(r"(?!.*(nonlin|loss|network|model)).*(dense|linear|affine|full|fc|innerproduct).*|layer")
USUAL = re.compile("(dense|linear|affine|fully_?connected|fc)(_?layer)?")
SMOOTH = ("tanh", "sigmoid", "logistic", "relu", "activation")

PASSES = {r"(forward|feed_?forward)\w*", r"(backward|back_?prop)\w*"}
"""What a file that has layers defines."""

INCOMING = re.compile("in(put)?_?(shape|size|dim|units|features)")

BUILDER = re.compile(r"compile|build|setup|init(ialize|ialise)?(layers?|weights?|params|parameters|network)?")
"""Names of methods that make what the layers of a network lack."""

OUT = re.compile("out|unit|neuron|width|hidden|this|curr")
"""A size of what goes out of a layer, by its name."""

Sizes = tuple[int, int, int]


def is_layer(kind: type) -> bool:
    methods = {word_of(name) for name in dir(kind)}
    return bool(methods & {*FORWARD.split()}) and bool(methods & {*BACKWARD.split()})


def layers_of(module: ModuleType | None, sizes: Sizes, fill: Callable[[Any], list[Any]]) -> list[Any]:
    """Dense layers of these sizes with an activation between, of classes at hand; empty where there are none.

    Args:
        fill: usual arguments of a class, for 4 inputs and 3 outputs.
    """
    several = classes_near(
        module, lambda kind: is_layer(kind) and DENSE.fullmatch(kind.__name__.lower()) is not None, PASSES
    )
    if not several:
        return []
    own = [kind for kind in several if not any(kind in other.__mro__[1:] for other in several)]  # no bases of others
    dense = min(own, key=lambda kind: not USUAL.fullmatch(kind.__name__.lower()))
    told = {
        name: (sizes[0],) if "shape" in name else sizes[0]
        for name, one in inspect.signature(dense).parameters.items()
        if one.default is None and INCOMING.fullmatch(name.lower())
    }  # what the first layer alone is told
    try:
        parts = [
            dense(*sized(dense, fill(dense), [first], second), **(told if first == sizes[0] else {}))
            for first, second in pairwise(sizes)
        ]
        if told and not any(map(arrays_of, parts)):
            parts = [finished(one, first, told) for one, first in zip(parts, sizes, strict=False)]
    except Exception:  # it wants something else
        return []
    for word in SMOOTH:
        for kind in [*classes_near(module, is_layer, set()), *classes_near(module_of(dense), is_layer, set())]:
            if word in kind.__name__.lower() and kind is not dense:
                try:
                    return [parts[0], kind(*fill(kind)), *parts[1:]]
                except Exception:  # it wants something else
                    continue
    return parts


def finished(layer: Any, size: int, names: Iterable[str]) -> Any:
    """A layer after it made its weights, by a method of its own, once it is told what comes in; else as it is."""
    one = copy.deepcopy(layer)
    for name in names:
        setattr(one, name, (size,) if "shape" in name else size)
    for name in dir(one):
        if not name.startswith("__") and BUILDER.fullmatch(word_of(name)):
            with suppress(Exception):  # its network does that
                getattr(one, name)()
    return one if arrays_of(one) else layer


def sized(found: Any, values: Sequence[Any], incoming: Sequence[int], width: int) -> list[Any]:
    """Usual arguments with other sizes: by their names, else of two numbers the first is that of the inputs."""
    names = [*inspect.signature(found).parameters][: len(values)]
    numbers = [at for at, value in enumerate(values) if isinstance(value, int) and not isinstance(value, bool)]
    changed = list(values)
    if len(numbers) > 1 and OUT.search(names[numbers[0]].lower()) and not OUT.search(names[numbers[1]].lower()):
        numbers[:2] = numbers[1::-1]
    for at, size in zip(numbers[:2], [*incoming, width] if len(numbers) > 1 else [width], strict=False):
        changed[at] = size
    return changed


def takes_layers(found: Any, name: str) -> bool:
    """Whether an argument is a list of objects that go forward or back."""
    asked = {word_of(one) for one in use_of(found, name).each}
    return bool(asked & {*FORWARD.split(), *BACKWARD.split()})


def stacked(made: Any, sizes: Sizes, fill: Callable[[Any], list[Any]]) -> Iterator[Any]:
    """Copies of an object after its method `add` was called for each layer, with an object or with sizes."""
    adders = [name for name in dir(made) if ADDER.fullmatch(name.lower()) and callable(getattr(made, name))]
    name = named(made, ADD) or next(iter(adders), "")
    if not name or type(made).__module__.startswith(PACKAGE):
        return
    method = getattr(made, name)
    needed = [one for one in inspect.signature(method).parameters.values() if one.default is one.empty]
    if not needed or role_of(needed[0].name) == "x":
        return
    values = fill(method)
    calls: list[list[tuple[str, list[Any]]]] = []
    if layers := layers_of(sys.modules.get(type(made).__module__), sizes, fill):
        calls.append([(name, [layer, *values[1:]]) for layer in layers])
    calls.append([(name, sized(method, values, [first], second)) for first, second in pairwise(sizes)])
    calls.append([(name, sized(method, values, [first], first)) for first in sizes])
    if len(adders) > 1:  # one for the inputs, one for a hidden layer, one for the outputs
        found = [next((one for one in adders if word in one.lower()), "") for word in ("in", "hid", "out")]
        own = [(one or found[1], size) for one, size in zip(found, sizes, strict=True) if one or found[1]]
        calls.insert(0, [(one, sized(getattr(made, one), fill(getattr(made, one)), [n], n)) for one, n in own])
    for each in calls:
        try:
            one = copy.deepcopy(made)
            for adder, arguments in each:
                getattr(one, adder)(*arguments)
        except Exception:  # not in this way
            continue
        yield one
