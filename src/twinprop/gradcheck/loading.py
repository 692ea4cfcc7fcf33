"""The class under test is found: `module:Class` or `path/to/file.py:Class`, and arguments as they are typed."""

from __future__ import annotations

import ast
import inspect
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.importing import FILES, LOOPS, load_file, load_module, told_of
from twinprop.text import nearest


def load_attributes(spec: str) -> tuple[ModuleType, dict[str, Any]]:
    """What `module:Class` or `path/to/file.py:Class` names, with its module, looked for from the current directory.

    Several names are separated by commas. Without a name, it is the only class with a backward in the file.

    Raises:
        SubjectError: it cannot be found or imported.
    """
    source, _, names = spec.rpartition(":")
    if not source and names.endswith(FILES):
        source, names = names, ""
    if not source:
        raise SubjectError(f"--layer {spec}: write module:Class, or path/to/file.py:Class.")
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    module = load_file(spec, Path(source)) if source.endswith(FILES) else load_module(spec, source)
    there = classes_and_functions(module)
    if not names:
        if len(there) != 1 and getattr(module, LOOPS, False):
            return module, {}
        if len(there) != 1:
            known = ", ".join(there) or "none"
            raise SubjectError(f"--layer {spec}: write {source}:NAME; what can be checked there: {known}.")
        names = there[0]
    found = {}
    for name in names.split(","):
        if not hasattr(module, name):
            has = f"it has {', '.join(there)}" if there else "it has no class with a backward"
            told = "".join(f"\n  {text}" for text in told_of(module))
            raise SubjectError(f"--layer {spec}: {source} has no {name}; {has}.{nearest(name, there)}{told}")
        found[name] = getattr(module, name)
    return module, found


def classes_and_functions(module: ModuleType) -> list[str]:
    """The names of what can be checked: classes with a backward, else functions that go back."""
    own = {name: value for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__}
    words = ("backward", "backprop", "back_prop", "grad", "prime", "deriv")

    def goes_back(name: str) -> bool:
        return any(word in name.lower() for word in words) and not name.startswith("__")

    classes = [name for name, value in own.items() if isinstance(value, type) and any(map(goes_back, dir(value)))]
    functions = [name for name, value in own.items() if inspect.isfunction(value) and goes_back(name)]
    return classes or functions


ARRAY = re.compile(r"\d+x(\d+(x\d+)*)?")
"""`4x3` is an array of that shape, `3x` a vector of 3."""


def parse_argument(word: str) -> Any:
    """`4`, `0.1`, `True` or `[4,3]` as Python reads it, `4x3` as random numbers; anything else is text."""
    if ARRAY.fullmatch(word):
        return 0.5 * np.random.randn(*(int(size) for size in word.split("x") if size))
    try:
        return ast.literal_eval(word)
    except (ValueError, SyntaxError):
        return word


def parse_arguments(words: Sequence[str]) -> tuple[list[Any], dict[str, Any]]:
    """Positional and keyword arguments from `4 3 p=0.5`."""
    pairs = [word.split("=", 1) for word in words if "=" in word and word.partition("=")[0].isidentifier()]
    keywords = {key: parse_argument(value) for key, value in pairs}
    return [parse_argument(word) for word in words if word.partition("=")[0] not in keywords], keywords
