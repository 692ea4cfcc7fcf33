"""A student's file is run, as a module of its own: a .py file, a notebook, a part of a package.

What keeps it from running and is not what the check is about is left out, and told: a module that is not installed, a
script that trains when it is imported, and a cell that lacks its data.
"""

from __future__ import annotations

import ast
import importlib
import json
import linecache
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from twinprop.gradcheck.faults import SubjectError, error_with_line, guarded_call
from twinprop.gradcheck.source.definitions import Student, calls, run_definitions
from twinprop.gradcheck.source.reading import Reader, parsed
from twinprop.gradcheck.source.stand_ins import Finder, forgiving
from twinprop.gradcheck.source.unsaid import lend_unsaid
from twinprop.text import nearest

FILES = (".py", ".ipynb")

Import = ast.Import | ast.ImportFrom

TOLD = "__told__"
"""Where a module keeps what was left out of it."""

LOOPS = "__loops__"
"""Where a module keeps whether a loop stands in it outside of functions."""

ABOVE = 4
"""Folders above a file that are searched for what it imports."""


@contextmanager
def folders_as_before() -> Iterator[None]:
    """Takes away again what is added meanwhile to the folders that Python imports from."""
    before = sys.path[:]
    try:
        yield
    finally:
        sys.path[:] = before


def told_of(module: ModuleType | None) -> list[str]:
    """What was left out of a module when it was imported."""
    return list(getattr(module, TOLD, []))


def load_file(spec: str, path: Path) -> ModuleType:
    """The module of a file.

    Raises:
        SubjectError: there is none, or it raised.
    """
    if not path.is_file():
        raise SubjectError(f"--layer {spec}: there is no file {path}; the path is taken from {Path.cwd()}.")
    if str(path.parent.absolute()) not in sys.path:
        sys.path.insert(0, str(path.parent.absolute()))
    sys.path += [str(folder) for folder in folders_above(path.absolute()) if str(folder) not in sys.path]
    told: list[str] = []
    made: list[ModuleType] = []

    def load() -> None:
        del told[:], made[:]
        made.append(notebook(path, told) if path.suffix == ".ipynb" else script(path, told))

    beside: list[str] = []
    with forgiving(beside) as imported:
        missing = guarded_call(f"Importing {path}", imported, load)
    told += beside
    if missing:
        told.append(
            f"not installed, and stood in for: {', '.join(missing)}. What needs them was not run, "
            "but for sigmoid, relu, tanh and softmax (over the last axis), which are the usual ones."
        )
    setattr(made[0], TOLD, told)
    return made[0]


def run_apart(load: Callable[[], ModuleType], folder: Path) -> ModuleType | None:
    """A module of the same work, with what is not installed stood in for; None where it cannot be run.

    Args:
        folder: that it may import from.
    """
    found: list[ModuleType] = []
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    with forgiving() as imported, suppress(Exception, SystemExit):
        imported(lambda: found.append(load()))
    return found[-1] if found else None


def folders_above(file: Path) -> list[Path]:
    """Where a file may import from: the folder above its package first, then the others."""
    above = list(file.parents)[1 : ABOVE + 1]
    outside = [folder for folder in above if not (folder / "__init__.py").is_file()]
    return [*outside, *(folder for folder in above if folder not in outside)]


def package_name(path: Path) -> str:
    """`net.layers` for a file that imports from its own package, as `from .base import Layer`; else its own name."""
    imports = RELATIVE.findall(path.read_text("utf-8", "replace"))
    if imports:  # its neighbours may reach further up
        imports += [
            dots for one in path.parent.glob("*.py") for dots in RELATIVE.findall(one.read_text("utf-8", "replace"))
        ]
    dots = [len(one) for one in imports]
    if not dots:
        return path.stem
    name, folder = f"{path.parent.name}.{path.stem}", path.parent
    while all((one / "__init__.py").is_file() for one in (folder, folder.parent)) or name.count(".") < max(dots):
        folder = folder.parent
        name = f"{folder.name}.{name}"
    return name


RELATIVE = re.compile(r"^\s*from (\.+)", re.MULTILINE)


def script(path: Path, told: list[str]) -> ModuleType:
    """A .py file, with the packages that it is in."""
    file = path.absolute()
    name = package_name(file)
    parts = name.split(".")
    for depth in range(1, len(parts)):
        run_package(".".join(parts[:depth]), file.parents[len(parts) - depth - 1])
    code = path.read_text("utf-8", errors="replace")
    loader = Student(name, str(file), told)
    spec = spec_from_file_location(name, file, loader=loader)
    assert spec is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    tree = parsed(code, str(file))
    setattr(module, LOOPS, trains(tree))
    if trains(tree):
        lend_unsaid(tree, module, told)
        told.append("the file runs a loop when it is imported: of it, what it imports, defines and names was run.")
        run_definitions(code, str(file), module, told)
        return module
    loader.exec_module(module)
    return module


def run_package(name: str, folder: Path) -> None:
    """The package of a folder, with its `__init__.py` if it has one."""
    there = sys.modules.get(name)
    if there is not None and str(folder) in getattr(there, "__path__", []):
        return
    spec = Finder().find_spec(name, [str(folder.parent)])
    if spec is None or spec.submodule_search_locations is None:
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [str(folder)]
    module = module_from_spec(spec)
    sys.modules[name] = module
    if spec.loader is not None and isinstance(spec.loader, Reader):
        spec.loader.exec_module(module)


def notebook(path: Path, told: list[str]) -> ModuleType:
    """The imports, classes and functions of a notebook; what its cells compute is left out.

    Raises:
        SubjectError: it is none.
    """
    module = ModuleType(path.stem)
    module.__file__ = str(path.absolute())
    sys.modules[path.stem] = module
    cells = list(code_cells(path))
    whole = "\n".join(code for _, code in cells)  # where the source of a class is looked for
    linecache.cache[module.__file__] = (len(whole), None, whole.splitlines(keepends=True), module.__file__)
    with suppress(SyntaxError):  # told of the cell that it is in
        lend_unsaid(parsed(whole, module.__file__), module, told)
    for number, code in cells:
        try:
            run_definitions(code, source_name(path.absolute(), number), module, told)
        except SyntaxError as error:
            told.append(f"left out, for it is no Python: {error_with_line(error)}")
    return module


def source_name(path: Path, number: int) -> str:
    """Under which name the code of a cell of a notebook is known, or that of a whole file, whose number is 0."""
    return f"{path} cell {number}" if number else str(path)


def code_cells(path: Path) -> Iterator[tuple[int, str]]:
    """The number and the code of each cell of a notebook.

    Raises:
        SubjectError: it is none.
    """
    try:
        cells = json.loads(path.read_text("utf-8"))["cells"]
    except (ValueError, KeyError, TypeError) as error:
        raise SubjectError(f"{path} is no notebook: {type(error).__name__}: {error}") from error
    for number, cell in enumerate(cells, 1):
        if cell.get("cell_type") == "code":
            lines = "".join(cell.get("source", "")).splitlines()
            # a line for IPython alone is no Python; it stays a line, so that numbers are right
            yield number, "\n".join("" if line.lstrip().startswith(("%", "!", "?")) else line for line in lines)


def trains(tree: ast.Module) -> bool:
    """Whether a file computes much when it is imported: a loop stands outside every function that calls some."""
    loops = [part for part in tree.body if isinstance(part, ast.For | ast.While) and any(calls(part))]
    return any(not ast.unparse(one).startswith("setattr(") for part in loops for one in part.body)


def load_module(spec: str, name: str) -> ModuleType:
    """A module by its name.

    Raises:
        SubjectError: there is none, or it raised.
    """

    def load() -> ModuleType | None:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name and (name == error.name or name.startswith(f"{error.name}.")):
                return None
            raise

    module: Any = guarded_call(f"Importing {name}", load)
    if module is None:
        near = nearest(name, (path.stem for path in Path.cwd().glob("*.py")))
        raise SubjectError(f"--layer {spec}: there is no module {name}; it is looked for from {Path.cwd()}.{near}")
    found: ModuleType = module
    return found
