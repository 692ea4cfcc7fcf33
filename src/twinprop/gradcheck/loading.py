"""The class under test is found: `module:Class` or `path/to/file.py:Class`, and arguments as they are typed."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from twinprop.gradcheck.faults import SubjectError, guarded_call
from twinprop.text import nearest


def load_attribute(spec: str) -> Any:
    """What `module:Class` or `path/to/file.py:Class` names, looked for from the current directory.

    Raises:
        SubjectError: it cannot be found or imported.
    """
    source, _, name = spec.rpartition(":")
    if not source or not name:
        raise SubjectError(f"--layer {spec}: write module:Class, or path/to/file.py:Class.")
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    module = load_file(spec, Path(source)) if source.endswith(".py") else load_module(spec, source)
    if not hasattr(module, name):
        classes = [key for key, value in vars(module).items() if isinstance(value, type) and hasattr(value, "backward")]
        there = f"it has {', '.join(classes)}" if classes else "it has no class with a backward"
        raise SubjectError(f"--layer {spec}: {source} has no {name}; {there}.{nearest(name, classes)}")
    return getattr(module, name)


def load_file(spec: str, path: Path) -> ModuleType:
    if not path.is_file():
        raise SubjectError(f"--layer {spec}: there is no file {path}; the path is taken from {Path.cwd()}.")
    sys.path.insert(0, str(path.parent.absolute()))  # for modules beside it
    found = importlib.util.spec_from_file_location(path.stem, path.absolute())
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[path.stem] = module
    guarded_call(f"Importing {path}", found.loader.exec_module, module)
    return module


def load_module(spec: str, name: str) -> ModuleType:
    def load() -> ModuleType | None:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name and (name == error.name or name.startswith(f"{error.name}.")):
                return None
            raise

    module: ModuleType | None = guarded_call(f"Importing {name}", load)
    if module is None:
        near = nearest(name, (path.stem for path in Path.cwd().glob("*.py")))
        raise SubjectError(f"--layer {spec}: there is no module {name}; it is looked for from {Path.cwd()}.{near}")
    return module


def parse_argument(word: str) -> Any:
    """`4`, `0.1`, `True` or `[4,3]` as Python reads it; anything else is text."""
    try:
        return ast.literal_eval(word)
    except (ValueError, SyntaxError):
        return word


def parse_arguments(words: Sequence[str]) -> tuple[list[Any], dict[str, Any]]:
    """Positional and keyword arguments from `4 3 p=0.5`."""
    pairs = [word.split("=", 1) for word in words if "=" in word and word.partition("=")[0].isidentifier()]
    keywords = {key: parse_argument(value) for key, value in pairs}
    return [parse_argument(word) for word in words if word.partition("=")[0] not in keywords], keywords
