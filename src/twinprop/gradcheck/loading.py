"""The class under test is found: `module:Class` or `path/to/file.py:Class`, and arguments as they are typed."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import json
import linecache
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from twinprop.gradcheck.faults import SubjectError, guarded_call
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
        if len(there) != 1:
            known = ", ".join(there) or "none"
            raise SubjectError(f"--layer {spec}: write {source}:NAME; what can be checked there: {known}.")
        names = there[0]
    found = {}
    for name in names.split(","):
        if not hasattr(module, name):
            has = f"it has {', '.join(there)}" if there else "it has no class with a backward"
            raise SubjectError(f"--layer {spec}: {source} has no {name}; {has}.{nearest(name, there)}")
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


def load_file(spec: str, path: Path) -> ModuleType:
    if not path.is_file():
        raise SubjectError(f"--layer {spec}: there is no file {path}; the path is taken from {Path.cwd()}.")
    folder = path.parent.absolute()
    sys.path[:0] = [str(folder), *map(str, roots_of(path))]  # for modules beside it, and for its package
    if path.suffix == ".ipynb":
        return load_notebook(path)
    name = package_name(path.absolute())
    if "." in name:
        sys.path.insert(0, str(path.absolute().parents[name.count(".")]))
        guarded_call(f"Importing {path}", importlib.import_module, name.rpartition(".")[0])
    found = importlib.util.spec_from_file_location(name, path.absolute())
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    try:
        guarded_call(f"Importing {path}", found.loader.exec_module, module)
    except SubjectError as error:
        if isinstance(error.__cause__, SyntaxError | ImportError):
            raise
        # a script that trains when it is imported, and lacks its data: its classes can be looked at all the same
        guarded_call(f"Importing {path}", run_definitions, path.read_text("utf-8"), str(path.absolute()), module)
        setattr(module, LEFT_OUT, str(error))
    return module


def package_name(path: Path) -> str:
    """`net.layers` for a file that imports from its own package, as `from .base import Layer`; else its own name."""
    if not re.search(r"^\s*from \.", path.read_text("utf-8", errors="replace"), re.MULTILINE):
        return path.stem
    name, folder = path.stem, path.parent
    while (folder / "__init__.py").is_file():
        name, folder = f"{folder.name}.{name}", folder.parent
    return name if "." in name else f"{path.parent.name}.{name}"


def roots_of(path: Path) -> list[Path]:
    """Folders above a file that hold what it imports, as `from common.layers import *` in a folder beside it."""
    text = path.read_text("utf-8", errors="replace")
    wanted = set(re.findall(r"^\s*(?:from|import) (\w+)", text, re.MULTILINE)) - sys.stdlib_module_names
    above = list(path.absolute().parents)[1:4]
    return [folder for folder in above if any((folder / name).is_dir() for name in wanted)]


def load_notebook(path: Path) -> ModuleType:
    """The imports, classes and functions of a notebook; what its cells compute is left out."""
    try:
        cells = json.loads(path.read_text("utf-8"))["cells"]
    except (ValueError, KeyError, TypeError) as error:
        raise SubjectError(f"{path} is no notebook: {type(error).__name__}: {error}") from error
    module = ModuleType(path.stem)
    sys.modules[path.stem] = module
    for number, cell in enumerate(cells, 1):
        if cell.get("cell_type") == "code":
            lines = "".join(cell.get("source", "")).splitlines()
            # a line for IPython alone is no Python; it stays a line, so that numbers are right
            code = "\n".join("" if line.lstrip().startswith(("%", "!", "?")) else line for line in lines)
            guarded_call(f"Importing {path}", run_definitions, code, f"{path} cell {number}", module)
    return module


def run_definitions(code: str, name: str, module: ModuleType) -> None:
    """Run the statements of a cell or a file that import, define or name something."""
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    tree = ast.parse(code, name)
    kinds = (ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef)
    tree.body = [
        part
        for part in tree.body
        if isinstance(part, kinds) or (isinstance(part, ast.Assign) and not calls_something(part.value))
    ]
    exec(compile(tree, name, "exec"), vars(module))


def calls_something(node: ast.AST) -> bool:
    return any(isinstance(part, ast.Call) for part in ast.walk(node))


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


ARRAY = re.compile(r"\d+x(\d+(x\d+)*)?")
"""`4x3` is an array of that shape, `3x` a vector of 3."""

FILES = (".py", ".ipynb")

LEFT_OUT = "__left_out__"
"""Where a module keeps why its own statements were left out."""


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
