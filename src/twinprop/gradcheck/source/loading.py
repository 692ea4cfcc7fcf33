"""The class under test is found: `module:Class` or `path/to/file.py:Class`, its arguments, and the files around it.

Those are the ones in its folder, and in the folders above that belong to the same work.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from itertools import chain
from pathlib import Path
from tempfile import gettempdir
from types import ModuleType
from typing import Any

import numpy as np

from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.source.importing import FILES, LOOPS, code_cells, load_file, load_module, told_of
from twinprop.gradcheck.source.loops import NAMES as TRAINING
from twinprop.gradcheck.source.pairs import as_functions, derivatives_in, methods_of
from twinprop.gradcheck.source.reading import parsed
from twinprop.gradcheck.source.roles import word_of
from twinprop.gradcheck.source.sources import nodes_of, returned_names
from twinprop.text import nearest


class SeveralError(SubjectError):
    """A file is named alone, and there is more in it, or nothing.

    Attributes:
        source: the file or the module.
        names: of what can be checked there.
    """

    def __init__(self, spec: str, source: str, names: Sequence[str]) -> None:
        known = ", ".join(names) or "none"
        super().__init__(f"--layer {spec}: write {source}:NAME; what can be checked there: {known}.")
        self.source, self.names = source, list(names)


def load_attributes(spec: str) -> tuple[ModuleType, dict[str, Any]]:
    """What `module:Class` or `path/to/file.py:Class` names, with its module, looked for from the current directory.

    Several names are separated by commas. Without a name, it is the only one that can be checked in the file.

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
        if (len(there) != 1 and getattr(module, LOOPS, False)) or not there:  # a loop in a function trains, too
            return module, {}
        whole = there if len(there) == 1 else outermost(module, there)
        if len(whole) != 1:
            raise SeveralError(spec, source, there)
        names = whole[0]
    kind, _, method = names.partition(".")
    if method and isinstance(getattr(module, kind, None), type):
        there = [one for one in methods_of(getattr(module, kind)) if not one.startswith("_")]
        module, names = as_functions(module, getattr(module, kind)), method
    found = {}
    for name in names.split(","):
        if not hasattr(module, name):
            has = f"it has {', '.join(there)}" if there else "it has no class with a backward"
            told = "".join(f"\n  {text}" for text in told_of(module))
            raise SubjectError(f"--layer {spec}: {source} has no {name}; {has}.{nearest(name, there)}{told}")
        found[name] = getattr(module, name)
    (alone,) = found.values() if len(found) == 1 else (None,)
    begin = inspect.getattr_static(alone, "__init__", None) if isinstance(alone, type) else None
    if inspect.isfunction(begin) and not inspect.signature(begin).parameters:
        raise SubjectError(f"{names}: its constructor has no self. Write `def __init__(self):`.")
    if isinstance(alone, type) and (slopes := derivatives_in(alone)):
        raise SeveralError(spec, source, [f"{names}.{one}" for one in slopes])
    return module, found


def classes_and_functions(module: ModuleType) -> list[str]:
    """The names of what can be checked: classes with a backward, else functions that go back, else classes that train.

    Of a script with a loop of its own, that loop is meant, and no class that trains.
    """
    own = {name: value for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__}
    words = ("backward", "backprop", "back_prop", "grad", "prime", "deriv")

    def goes_back(name: str) -> bool:
        return any(word in name.lower() for word in words) and not re.search("^__|check|numeric", name.lower())

    def trains(name: str) -> bool:
        return TRAINING.fullmatch(word_of(name)) is not None

    def is_way(name: str) -> bool:
        return goes_back(name) or word_of(name) in SHORT

    kinds = {name: value for name, value in own.items() if isinstance(value, type) and any(map(is_way, dir(value)))}
    ways = {name: [*filter(is_way, dir(kind))] for name, kind in kinds.items()}
    empty = {name for name, kind in kinds.items() if all(does_nothing(kind, way) for way in ways[name])}
    # a base whose methods others define, and a node that only holds a number; what is not finished stays
    bases = {name for name in empty if any(kinds[name] in other.__bases__ for other in kinds.values())}
    leaves = {name for name, kind in kinds.items() if name not in empty and does_nothing(kind, "forward")}
    classes = [name for name in kinds if name not in bases | leaves] or [*kinds]
    plain = {name: value for name, value in own.items() if inspect.isfunction(value)}
    slopes = {f"d{word_of(name)}" for name in plain}
    functions = [name for name in plain if goes_back(name) or word_of(name) in slopes]
    functions += [name for name, value in plain.items() if not goes_back(name) and gives_gradients(value)]
    train = [name for name, value in own.items() if isinstance(value, type) and any(map(trains, dir(value)))]
    return classes or functions or ([] if getattr(module, LOOPS, False) else train)


SHORT = {"d", "df", "dfn", "dfunc", "vjp", "pullback"}
"""Methods that go back, whose names have no such word in them."""


def does_nothing(kind: type, name: str) -> bool:
    """Whether a method is there and does nothing, or raises a NotImplementedError."""
    function = inspect.getattr_static(kind, name, None)
    tree = next((node for node in nodes_of(function) if isinstance(node, ast.FunctionDef)), None)
    if not inspect.isfunction(function) or tree is None:
        return False
    plain = [one for one in tree.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    return all(isinstance(one, ast.Pass) or "NotImplementedError" in ast.unparse(one) for one in plain)


def gives_gradients(function: Any) -> bool:
    """Whether a function returns gradients beside a loss, as `return grads, cost` does; no training, which loops."""
    names = list(map(word_of, returned_names(function)))
    loops = any(isinstance(node, ast.For | ast.While) for node in nodes_of(function))
    kinds = (r"j|\w*(loss|cost)", r"(all)?grad\w*|d[wb]\d*")
    return not loops and all(any(re.fullmatch(kind, name) for name in names) for kind in kinds)


def outermost(module: ModuleType, names: Sequence[str]) -> list[str]:
    """Of functions that go back, those that call the others, and do not train."""
    train = re.compile(rf"{TRAINING.pattern}|.*descent.*")
    some = {name: getattr(module, name) for name in names if not train.fullmatch(word_of(name))}
    if not all(map(inspect.isfunction, some.values())):
        return []
    reads = {name: {node.id for node in nodes_of(one) if isinstance(node, ast.Name)} for name, one in some.items()}
    return [name for name in some if not any(name in read for other, read in reads.items() if other != name)]


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


MOST_FILES = 300
"""Files around a class that are looked through."""

LONGEST_FILE = 400_000
"""Characters of a file that is looked through."""

ABOVE = 3
"""Folders above a file's own that may belong to the same work."""

ROOTS = ("requirements.txt", "setup.py", "pyproject.toml", ".git", "README.md")

SKIPPED = {"venv", "env", "site-packages", "node_modules", "__pycache__", "build", "dist"}

HEAVY = re.compile(
    r"^\s*(import|from) (torch|tensorflow|keras|jax|sklearn|pandas|scipy|matplotlib|seaborn|plotly|cv2|PIL|skimage)",
    re.MULTILINE,
)
"""A module with one of these takes seconds to import, and reads data or draws."""


def others_that_name(own: Path, name: str) -> list[Path]:
    """The files around a file that call something of that name, the nearest first."""
    call = re.compile(rf"\b{re.escape(name)}\s*\(")
    return [path for path in files_around(own) if path != own and call.search(text_of(path))]


@cache
def files_around(own: Path) -> list[Path]:
    """The files of the same work: those in the folders from its uppermost one down, the nearest first."""
    root = own.parent
    for folder in list(own.parents)[1 : ABOVE + 1]:
        inside = (root / "__init__.py").is_file() or any(folder.glob("*.py")) or any(folder.glob("*.ipynb"))
        if folder in (Path.home(), Path(gettempdir())) or not (inside or any((folder / one).exists() for one in ROOTS)):
            break
        root = folder
    found: list[Path] = []
    for place, inner, names in chain(os.walk(own.parent), os.walk(root)):
        inner[:] = sorted(one for one in inner if one not in SKIPPED and not one.startswith("."))
        found += [Path(place) / one for one in sorted(names) if one.endswith(FILES)]
        if len(found) > MOST_FILES:
            break
    return sorted(
        dict.fromkeys(found), key=lambda path: (path.parent != own.parent, len(path.parts), "test" in path.name)
    )


@cache
def text_of(path: Path) -> str:
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return ""
    return text if len(text) <= LONGEST_FILE or path.suffix == ".ipynb" else ""


def forget_files() -> None:
    """Read every file anew from now on: it may have been changed since the last check."""
    files_around.cache_clear()
    text_of.cache_clear()
    linecache.checkcache()


def trees_of(path: Path) -> Iterator[tuple[int, ast.Module]]:
    """The trees of a notebook's cells with their numbers, or of a whole file with 0; what is no Python is left out."""
    for number, code in codes_of(path):
        with suppress(SyntaxError, ValueError):
            yield number, parsed(code, str(path))


def codes_of(path: Path) -> Iterable[tuple[int, str]]:
    """The code of a notebook's cells with their numbers, or of a whole file with 0."""
    return code_cells(path) if path.suffix == ".ipynb" else [(0, text_of(path))]


def trees_around(kind: type, word: str) -> Iterator[ast.Module]:
    """The trees of the files around that of a class which hold a word."""
    own = getattr(sys.modules.get(kind.__module__), "__file__", None)
    for path in files_around(Path(own).absolute()) if own else []:
        if word in text_of(path):
            yield from (tree for _, tree in trees_of(path))


def is_slow(file: Path, wanted: str) -> bool:
    """Whether a module takes seconds to import, and has no class of the wanted name."""
    text = text_of(file)
    return bool(HEAVY.search(text)) and not re.search(rf"^class {wanted}\b", text, re.MULTILINE)


def known_module(file: Path) -> ModuleType | None:
    """The module of a file, if it is loaded."""
    for one in list(sys.modules.values()):
        there = getattr(one, "__dict__", {}).get("__file__")
        if isinstance(there, str) and there.endswith(file.name) and Path(there).absolute() == file.absolute():
            return one
    return None
