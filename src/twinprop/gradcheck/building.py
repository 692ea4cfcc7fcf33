"""A layer that learns its sizes after its constructor is built: by the method that makes what forward lacks."""

from __future__ import annotations

import ast
import copy
import inspect
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from typing import Any

import numpy as np

from twinprop.gradcheck.guesses import INPUTS, usual
from twinprop.gradcheck.held import attributes_of
from twinprop.gradcheck.sources import nodes_of, own_attributes
from twinprop.gradcheck.ways import BACKWARD, FORWARD, held_by, named

SHAPES: tuple[Any, ...] = ((INPUTS,), (5, INPUTS), (6, 7, 2), (2, 6, 7), (5, 2, 6, 7), (5, 6, 7, 2))
"""What an argument that is called a shape may be."""

SIZE_OF_INPUT = re.compile(
    r"(n|num)?_?in(put|puts)?_?(shape|size|dims?|features|units|channels|n)?|fan_in|prev_(size|units|dim)"
)
"""Names of attributes that a network sets, once it knows what a layer is given."""

BUILDER = re.compile(r"compile|build|setup|init(ialize|ialise)?(layers?|weights?|params|parameters|network)?")
"""Names of methods that make what the layers of a network lack."""

NO_BUILDERS = ("set", "load", "update", "train", "fit", "step", "save", "get", "apply", "zero", "clear", "predict")
"""Beginnings of names of methods that make nothing new."""


def built(made: Any) -> Iterator[Any]:
    """Copies of an object after each of its methods that makes what it lacks, with likely arguments."""
    sizes = [name for name in lacking_attributes(made) if SIZE_OF_INPUT.fullmatch(name.lower().strip("_"))]
    sizes += [name for name, value in attributes_of(made).items() if value is made]  # by mistake, in a size's place
    for method in builders(made):
        kept = {*stored_attributes(getattr(type(made), method))}
        unset = [name for name in sizes if name not in kept]
        for values in likely_arguments(getattr(made, method)):
            for size in (INPUTS, *SHAPES) if unset else (None,):
                try:
                    one = copy.deepcopy(made)
                    for name in unset:  # what a network would set
                        setattr(one, name, size)
                    getattr(one, method)(*values)
                except Exception:  # not in this way
                    continue
                yield one
    if names := missing_parameters(made):
        with suppress(Exception):  # it cannot be copied
            one = copy.deepcopy(made)
            for name in names:
                setattr(one, name, 0.5 * np.random.randn(INPUTS))
            yield one


def missing_parameters(made: Any) -> set[str]:
    """Attributes that are None, that forward computes with, and that backward changes: a network would set them."""
    front, back = (getattr(type(made), named(made, names), None) for names in (FORWARD, BACKWARD))
    used = {
        one.attr
        for node in nodes_of(front)
        if isinstance(node, ast.BinOp)
        for one in (node.left, node.right)
        if isinstance(one, ast.Attribute) and ast.unparse(one.value) == "self"
    }
    return (used & lacking_attributes(made) & set(stored_attributes(back))) - set(stored_attributes(front))


def lacking_attributes(made: Any) -> set[str]:
    """Attributes that an object's methods use, and that are missing or None."""
    kinds = [kind for kind in type(made).__mro__ if kind is not object]
    loads = {node.attr for kind in kinds for node in own_attributes(kind) if isinstance(node.ctx, ast.Load)}
    return {name for name in loads if lacks(held_by(made, name))}


def lacks(value: Any) -> bool:
    """Whether nothing is there, or a dict with nothing in it."""
    return value is None or (isinstance(value, dict) and bool(value) and all(map(lacks, value.values())))


def builders(made: Any) -> list[str]:
    """The methods that assign an attribute which is missing or None, the one that assigns most of them first."""
    lacking = lacking_attributes(made)
    passes = {named(made, FORWARD), named(made, BACKWARD)}
    counts: dict[str, int] = {}
    for name in dir(made):
        method = getattr(type(made), name, None)
        special = name.startswith("__") and name != "__call__"
        if special or name in passes or not inspect.isfunction(method):
            continue
        told = BUILDER.fullmatch(name.lower().replace("_", ""))
        if told or not name.lower().lstrip("_").startswith(NO_BUILDERS):
            # what another method of the class makes is made, too
            called = [getattr(type(made), one.attr, None) for one in own_attributes(method) if one.attr not in passes]
            stores = {name for one in (method, *filter(inspect.isfunction, called)) for name in stored_attributes(one)}
            counts[name] = len(stores & lacking)
    some = [name for name, count in counts.items() if count or BUILDER.fullmatch(name.lower().replace("_", ""))]
    return sorted(some, key=lambda name: -counts[name])


def stored_attributes(method: Any) -> Iterator[str]:
    """Attributes that a method assigns, or in which it assigns an entry, as `self.params["W"]`."""
    yield from (node.attr for node in own_attributes(method) if isinstance(node.ctx, ast.Store))
    for node in nodes_of(method):
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Attribute)
        ):
            yield node.value.attr


def likely_arguments(method: Any) -> Iterator[tuple[Any, ...]]:
    """Values for the arguments that a method needs."""
    needed = [
        one
        for one in inspect.signature(method).parameters.values()
        if one.default is one.empty and one.kind == one.POSITIONAL_OR_KEYWORD
    ]
    choices = []
    for one in needed:
        plain = () if "shape" in one.name.lower() else (usual(one.name, 0, 1, method),)
        choices.append((*plain, *SHAPES) if re.search("shape|size|dim", one.name.lower()) else plain)
    yield from product(*choices)
