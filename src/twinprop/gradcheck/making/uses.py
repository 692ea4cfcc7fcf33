"""How the author of a class makes its objects: read in the class's own file, and in those around it that name it."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any

from twinprop.gradcheck.source.importing import run_apart, source_name
from twinprop.gradcheck.source.loading import ABOVE, is_slow, known_module, others_that_name, trees_around, trees_of
from twinprop.gradcheck.training.expressions import Self, has_data
from twinprop.gradcheck.training.recipes import (
    Cook,
    Recipe,
    Unknown,
    bound,
    changed,
    data_named,
    numbers_in,
    small_sizes,
)
from twinprop.gradcheck.training.staging import data_role
from twinprop.gradcheck.training.tracing import Enough, Returned, Tracer

MOST_READ = 12
"""Files that are read for one class."""

MOST_USES = 3

LONG = 700
"""Characters of a recipe from which on a shorter one is followed first: a network of many layers takes long."""

SLOW = 60_000
"""The product of two sizes from which on an object is not made as large as it is in the script."""


def made_as_used(
    module: ModuleType, kind: Any, large: bool, settings: Mapping[str, Any]
) -> Iterator[tuple[Any, str, str, dict[str, Any]]]:
    """Objects of a class, made as its author makes them; with title, `, as in main.py:31`, and arguments by name.

    Args:
        large: whether sizes stay as they are in the script; else small ones are taken in their place.
        settings: arguments that are given here.
    """
    for recipe in [changed(one, settings) for one in uses_of(module, kind)]:
        sizes = small_sizes(recipe)
        numbers = sorted(numbers_in(recipe))
        if large and (not sizes or (len(numbers) > 1 and numbers[-1] * numbers[-2] > SLOW)):
            continue
        cook = Cook({} if large else sizes)
        try:
            made = cook.made(recipe)
            title = cook.title(recipe)
        except (Exception, SystemExit):  # not with these numbers, or not outside its script
            continue
        given = bound(kind, *cook.given(kind, recipe.arguments, recipe.keywords))
        yield made, title, f", as in {recipe.place}", given


def given_in_uses(module: ModuleType, kind: Any) -> Iterator[dict[str, Any]]:
    """The arguments with which an author makes objects of a class, by their names, with small sizes."""
    for recipe in uses_of(module, kind):
        with suppress(Exception, SystemExit):  # not outside its script
            yield bound(kind, *Cook(small_sizes(recipe)).given(kind, recipe.arguments, recipe.keywords))


def lend_data(module: ModuleType, found: Any) -> list[str]:
    """Give a module the data that what it defines reads as globals, and that its script makes; the names of these."""
    file = getattr(module, "__file__", None)
    script = [one for _, tree in trees_of(Path(file)) for one in tree.body] if file else []
    parts = [part for one in script if not isinstance(one, ast.FunctionDef | ast.ClassDef) for part in ast.walk(one)]
    made = {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    codes = [getattr(one, "__code__", None) for one in (vars(found).values() if inspect.isclass(found) else [found])]
    read = {name for code in codes if code for name in made & set(code.co_names) - vars(module).keys()}
    lent = sorted(name for name in read if data_role(name) in ("x", "y"))
    vars(module).update({name: data_named(name, data_role(name)) for name in lent})
    return [f"small random data stand in for what the script makes: {', '.join(lent)}."] if lent else []


@cache
def uses_of(module: ModuleType, kind: Any) -> list[Recipe]:
    """The recipes of a class that the files around it hold: those of known arguments first, then the nearest."""
    own = Path(getattr(module, "__file__", None) or "none").absolute()
    if not own.is_file():
        return []
    found: list[Recipe] = []
    for path in [own, *others_that_name(own, kind.__name__)][:MOST_READ]:
        with suppress(SyntaxError):  # what is no Python is of no help
            found += Script(path, own, module).recipes_of(kind)
    different: dict[str, Recipe] = {}
    for one in found:
        different.setdefault(repr(described(one)), one)
    long = {text: len(text) > LONG for text in different}
    some = sorted(
        different,
        key=lambda text: (long[text], has_data([different[text].arguments, *different[text].keywords.values()])),
    )
    return [different[text] for text in some[:MOST_USES]]


def described(value: Any, seen: dict[int, int] | None = None) -> Any:
    """A recipe's argument as something that can be compared; what comes again, as in itself, is a number there."""
    seen = {} if seen is None else seen
    if isinstance(value, Recipe | list | tuple | dict):
        if id(value) in seen:
            return seen[id(value)]
        seen[id(value)] = len(seen)
    if isinstance(value, Recipe):
        parts = value.kind, value.arguments, value.keywords, *(part for one in value.later for part in one)
        return [described(one, seen) for one in parts]
    if isinstance(value, list | tuple):
        return [described(one, seen) for one in value]
    if isinstance(value, dict):
        return {key: described(one, seen) for key, one in value.items()}
    return value.text if isinstance(value, Unknown) else repr(value)


class Script:
    """A file that is gone through for what it makes.

    Args:
        path: the file.
        own: that of the class.
        module: the module of the class.
    """

    def __init__(self, path: Path, own: Path, module: ModuleType) -> None:
        self.path, self.own, self.module = path, own, module
        self.names: dict[str, Any] = {}
        self.is_own = path == own
        shown = os.path.relpath(path, own.parent)
        self.body: list[ast.stmt] = []
        places: dict[int, str] = {}
        for number, tree in trees_of(path):
            self.body += tree.body
            where = source_name(Path(shown), number)
            places |= {id(node): where for node in ast.walk(tree) if isinstance(node, ast.Call)}
        everything = [one for part in self.body for one in ast.walk(part)]
        self.imports = [one for one in everything if isinstance(one, ast.Import | ast.ImportFrom)]
        self.defined = {one.name: one for one in self.body if isinstance(one, ast.ClassDef | ast.FunctionDef)}
        self.tracer = Tracer(self.outside, lambda node: f"{places.get(id(node), shown)}:{getattr(node, 'lineno', 0)}")

    def outside(self, name: str) -> Any:
        """What a name of the file is: a class or a function that it defines or imports, or what its module holds."""
        if self.is_own and name in vars(self.module):
            return vars(self.module)[name]
        if name not in self.names:
            self.names[name] = KeyError(name)  # until it is found
            self.names[name] = self.imported(name) if name not in self.defined else self.run(self.defined[name])
        if isinstance(found := self.names[name], KeyError):
            raise found
        return found

    def run(self, node: ast.ClassDef | ast.FunctionDef) -> Any:
        """A class or a function of a file that is not imported, by its own statement alone."""
        around: dict[str, Any] = {"__name__": self.path.stem}
        for one in {one.id for one in ast.walk(node) if isinstance(one, ast.Name)} - {node.name}:
            with suppress(KeyError):
                around[one] = self.outside(one)
        exec(compile(ast.Module([node], []), str(self.path), "exec"), around)
        return around[node.name]

    def imported(self, name: str) -> Any:
        """What an import statement of the file gives that name."""
        for node in self.imports:
            for one in node.names:
                if isinstance(node, ast.ImportFrom) and one.name == "*":
                    with suppress(KeyError):
                        return vars(self.module_named(node, name))[name]
                elif (one.asname or one.name.partition(".")[0]) == name:
                    if isinstance(node, ast.Import):
                        return self.loaded(one.name if one.asname else name, name)
                    with suppress(KeyError):
                        return vars(self.module_named(node, one.name))[one.name]
                    return self.loaded(f"{node.module}.{one.name}", one.name)
        raise KeyError(name)

    def module_named(self, node: ast.ImportFrom, wanted: str) -> ModuleType:
        if node.level:
            folder = self.path.parents[node.level - 1]
            inner = (node.module or "").split(".")
            there = known_module(folder.joinpath(*inner).with_suffix(".py")) if node.module else None
            if there is not None:
                return there
        return self.loaded(node.module or "", wanted)

    def loaded(self, name: str, wanted: str) -> ModuleType:
        """A module that the file imports; the one that is loaded already, if it is one of the same file.

        Args:
            wanted: what is wanted of it. For less than a class, no module is run that loads data or draws.

        Raises:
            KeyError: it cannot be imported, or is no part of the work.
        """
        if name in ("numpy", "functools", "math", "random"):
            return importlib.import_module(name)
        parts = name.split(".")
        places = [*self.path.parents[: ABOVE + 2], *self.own.parents[: ABOVE + 1]]
        for folder in places:
            file = folder.joinpath(*parts)
            for one in (file.with_suffix(".py"), file / "__init__.py"):
                if one.is_file():
                    known = known_module(one)
                    if known is None and is_slow(one, wanted):
                        raise KeyError(name)
                    if (found := known or run_apart(partial(importlib.import_module, name), folder)) is None:
                        raise KeyError(name)
                    return found
        raise KeyError(name)

    def recipes_of(self, kind: Any) -> list[Recipe]:
        """The objects of a class that the file makes, wherever it does so."""
        scope: Any = ChainMap({})
        tracer = self.tracer
        with suppress(Enough, Returned):
            tracer.run(self.body, scope)
        with suppress(Enough):
            for node in self.body:
                if not names_it(node, kind.__name__):
                    continue
                if isinstance(node, ast.FunctionDef) and node not in tracer.functions:
                    self.enter(node, [], {}, scope)
                elif isinstance(node, ast.ClassDef) and node.name != kind.__name__:
                    self.methods(node, kind.__name__, scope)
        return [one for one in tracer.recipes if same_class(one.kind, kind)]

    def enter(self, node: Any, args: Sequence[Any], keywords: dict[str, Any], scope: Any) -> None:
        inner = ChainMap({}, scope)
        inner.update(self.tracer.parameters(node, list(args), keywords, inner))
        with suppress(Returned):
            self.tracer.run(node.body, inner)

    def methods(self, node: ast.ClassDef, name: str, scope: Any) -> None:
        """The methods of another class that make objects: with the arguments with which that one is made, if it is."""
        made = [one for one in self.tracer.recipes if getattr(one.kind, "__name__", "") == node.name]
        inside = Self()
        methods = [one for one in node.body if isinstance(one, ast.FunctionDef)]
        for method in sorted(methods, key=lambda one: one.name != "__init__"):
            if method.name == "__init__" or names_it(method, name):
                own = made[0] if made and method.name == "__init__" else Recipe(None, [], {})
                self.enter(method, [inside, *own.arguments], own.keywords, scope)


def names_it(node: ast.AST, name: str) -> bool:
    return any(
        isinstance(one, ast.Call) and name in (getattr(one.func, "id", ""), getattr(one.func, "attr", ""))
        for one in ast.walk(node)
    )


def same_class(one: Any, other: Any) -> bool:
    return one is other or (
        inspect.isclass(one)
        and one.__name__ == other.__name__
        and getattr(inspect.getmodule(one), "__file__", 0) == getattr(inspect.getmodule(other), "__file__", 1)
    )


def is_multiplied(kind: type, name: str) -> bool:
    """Whether code around a class multiplies what a method of it returns, as a derivative: `d * act.backward(z)`."""
    trees = trees_around(kind, f".{name}(")
    return any(multiplies(node, name) for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def multiplies(function: ast.FunctionDef, name: str) -> bool:
    """Whether a function multiplies what a method of that name returns."""

    def calls(node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name

    nodes = list(ast.walk(function))
    kept = {ast.unparse(node.targets[0]) for node in nodes if isinstance(node, ast.Assign) and calls(node.value)}
    products = [node for node in nodes if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)]
    return any(calls(side) or ast.unparse(side) in kept for node in products for side in (node.left, node.right))
