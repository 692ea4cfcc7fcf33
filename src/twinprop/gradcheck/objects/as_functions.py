"""Methods that hand a dict of parameters to each other are called as the functions of a course that they are."""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import wraps
from typing import Any

from twinprop.gradcheck.arrays.held import arrays_of
from twinprop.gradcheck.calling.naming import BACKWARD, FORWARD, held_by, named
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.objects.functions import START, Functions, pick
from twinprop.gradcheck.objects.guesses import PARAMETERS, SIZES, layer_sizes
from twinprop.gradcheck.objects.joining import join_functions
from twinprop.gradcheck.objects.lacking import lacking_attributes
from twinprop.gradcheck.source.roles import word_of


def with_functions(made: Any, outputs: int) -> Iterator[Functions]:
    """An object without weights, whose forward is given them, as the functions that its methods are."""
    front, back = named(made, FORWARD), named(made, BACKWARD)
    if not front or not back or next(iter(arrays_of(made)), None) is not None:
        return
    if not PARAMETERS & {name.lower() for name in inspect.signature(getattr(made, front)).parameters}:
        return
    one = copy.deepcopy(made)
    for name in lacking_attributes(one):  # which its training sets
        if re.fullmatch(SIZES, word_of(name)):
            setattr(one, name, layer_sizes(type(one), outputs))
    methods = [name for name in dir(type(one)) if not name.startswith("__") and inspect.ismethod(held_by(one, name))]
    functions = {name: as_function(getattr(one, name)) for name in methods}
    if pick(functions, START):
        with suppress(SubjectError):  # nothing belongs together
            found, _ = join_functions(functions, {back: functions[back]}, (), outputs)
            if isinstance(found, Functions):
                setattr(found, "parts", [one])  # noqa: B010  where the source of what runs is looked for
                yield found


def as_function(method: Any) -> Any:
    """A function that calls a method of an object."""

    @wraps(method.__func__)
    def function(*args: Any, **keywords: Any) -> Any:
        return method(*args, **keywords)

    function.__signature__ = inspect.signature(method)  # type: ignore[attr-defined]
    return function
