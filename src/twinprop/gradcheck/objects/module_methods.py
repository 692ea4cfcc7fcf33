"""Functions that read arrays of their module are called with those of an object; they may be methods of one."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterable, Mapping, Sequence
from functools import wraps
from typing import Any

from twinprop.gradcheck.arrays.held import is_float_array
from twinprop.gradcheck.arrays.likely_shapes import is_parameter
from twinprop.gradcheck.objects.function_arguments import read_by, weights_read


def called_with(holder: Any, names: Iterable[str], function: Any, given: Mapping[str, Any]) -> Any:
    """What a function returns, with the arrays of an object in the place of those that it reads in its module."""
    space = function.__globals__
    space.update({name: getattr(holder, name) for name in names})
    try:
        return function(**given)
    finally:
        for name in names:  # it may put another array there
            setattr(holder, name, space[name])


class Methods:
    """Functions of a module as methods of an object that holds the arrays which they read there."""

    def __init__(self, functions: Sequence[Any]) -> None:
        self._names = {**weights_read(functions), **dicts_read(functions)}
        for name, value in self._names.items():
            setattr(self, name, value)


def dicts_read(functions: Sequence[Any]) -> dict[str, Any]:
    """Copies of the dicts of weights that stand in the module of functions that read them, by name."""
    dicts = {name: one for name, one in read_by(functions).items() if isinstance(one, dict) and one}
    weights = [name for name, one in dicts.items() if all(is_weight(*each) for each in one.items())]
    return {name: copy.deepcopy(dicts[name]) for name in weights}


def is_weight(name: Any, value: Any) -> bool:
    """Whether an entry of a dict is an array that is called a weight or a bias."""
    return isinstance(name, str) and is_parameter(name) and is_float_array(value)


def as_methods(functions: Sequence[Any]) -> Methods:
    """An object with functions as methods, under their own names."""
    return type("Methods", (Methods,), {one.__name__: as_method(one) for one in functions})(functions)  # type: ignore


def as_method(function: Any) -> Any:
    signature = inspect.signature(function)

    @wraps(function)
    def method(self: Methods, *args: Any, **keywords: Any) -> Any:
        return called_with(self, self._names, function, signature.bind(*args, **keywords).arguments)

    itself = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    method.__signature__ = signature.replace(parameters=[itself, *signature.parameters.values()])  # type: ignore
    return method
