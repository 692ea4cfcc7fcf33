"""Where a constructor asks for an object, one is handed in: of a class at hand, else one of ours that does the same.

What is asked for stands in the source: `self.activation.forward(z)` wants something that has a `forward`. A class of
the same file, of one that it imports, or of a file beside it is taken if it has all that is asked for.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from twinprop.gradcheck.faults import is_users_own
from twinprop.gradcheck.source.importing import run_apart, script
from twinprop.gradcheck.source.sources import aliases, names_of_entries, nodes_of, own_attributes, passed_on
from twinprop.gradcheck.source.stand_ins import LentActivation, LentLayer, LentLoss, LentSampler, StandIn

PLAIN = {name for kind in (np.ndarray, str, list, dict, int) for name in dir(kind)}
"""What arrays, words, lists and numbers have, too."""

LIKED = ("tanh", "sigmoid", "mse|squared|quadratic", "relu", "cross", "gradient_?descent|^b?s?gd$|vanilla|plain")
"""Names of what is taken first: smooth functions hide no mistake, and a plain step is the gradient."""

SOURCES = "input|placeholder|source"
"""Names of layers that stand before all others."""

MOST_FILES = 60
"""Files beside a module that are looked through."""

MAKING: set[Any] = set()
"""Classes that are being made, so that none is made of itself."""


@dataclass
class Use:
    """What a source does with an argument.

    Attributes:
        attributes: that it asks for, and plain values do not have.
        called: whether it is called.
        made: whether it is called without arguments, as a class is.
        each: the attributes that are asked of its entries, where it is a list.
    """

    attributes: set[str] = field(default_factory=set)
    called: bool = False
    made: bool = False
    each: set[str] = field(default_factory=set)


def kinds_of(found: Any) -> list[Any]:
    """A class with the user's classes that it inherits from; a function alone."""
    if not inspect.isclass(found):
        return [getattr(found, "__func__", found)]
    return [kind for kind in found.__mro__ if is_users_own(kind)]


def module_of(found: Any) -> ModuleType | None:
    """The module where a class or a function is defined."""
    return sys.modules.get(getattr(found, "__module__", None) or "")


@cache
def use_of(found: Any, name: str) -> Use:
    """What a class or a function does with an argument of that name."""
    kinds = kinds_of(found)
    held = {f"self.{name}", f"self._{name}"} if inspect.isclass(found) else set()
    names = {name, *held} | {alias for kind in kinds for alias in aliases(kind, name)}
    use = Use()
    nodes = [node for kind in kinds for node in nodes_of(kind)]
    for node in nodes:
        if isinstance(node, ast.Assign) and ast.unparse(node.value) == f"{name}()":
            use.made = True
            names |= {ast.unparse(target) for target in node.targets}
    entries = {entry for kind in kinds for entry in names_of_entries(kind, names)}
    methods = [node for node in nodes if isinstance(node, ast.FunctionDef) and makes_local(node, name)]
    local = {id(part) for method in methods for part in ast.walk(method)}
    for node in nodes:
        if isinstance(node, ast.Attribute):
            if ast.unparse(node.value) in (names - {name} if id(node) in local else names):
                use.attributes.add(node.attr)
            base = node.value.value if isinstance(node.value, ast.Subscript) else node.value
            if (isinstance(node.value, ast.Subscript) and ast.unparse(base) in names) or ast.unparse(base) in entries:
                use.each.add(node.attr)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in names and (node.args or node.keywords):
            use.called = True
    use.attributes -= PLAIN
    use.each -= PLAIN
    return use


def makes_local(method: ast.FunctionDef, name: str) -> bool:
    """Whether a name is a variable of a method alone, and none of its arguments."""
    stored = {one.id for one in ast.walk(method) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    return name in stored and name not in {one.arg for one in [*method.args.args, *method.args.kwonlyargs]}


def object_for(found: Any, name: str, make: Callable[[type], Any], annotation: Any = None) -> Any:
    """An object that an argument of a class or a function may be; None where a plain value will do.

    Args:
        make: makes an object of a class.
    """
    use, module = use_of(found, name), module_of(found)
    if re.fullmatch(LentSampler.names, name.lower()) and draws_from(found, name):
        return LentSampler()
    base = class_named(annotation, module)
    if base is None and not use.attributes:
        return LentActivation(name) if use.called and re.fullmatch(LentActivation.names, name.lower()) else None

    def fits(kind: type) -> bool:
        own = is_subclass(kind, base) if base is not None else has_all(kind, use.attributes)
        empty = inspect.isabstract(kind) or any(is_empty(getattr(kind, name, None)) for name in use.attributes)
        return own and kind is not found and not empty

    fitting = classes_near(module, fits, use.attributes)
    if re.fullmatch(LentLayer.names, name.lower()):  # another layer would want one before it, too
        fitting = [kind for kind in fitting if re.search(SOURCES, kind.__name__.lower())]
    made = first_made(fitting, make)
    if made is not None:
        return type(made) if use.made else made
    lent = (kind(name) for kind in (LentLayer, LentLoss, LentActivation) if re.fullmatch(kind.names, name.lower()))
    return None if use.made else next(lent, None)


def is_subclass(kind: type, base: type) -> bool:
    """Whether a class is one of a kind, or has what a protocol asks for, with attributes or without."""
    if getattr(base, "_is_protocol", False):
        return all(
            hasattr(kind, name) for name, one in vars(base).items() if inspect.isfunction(one) and name[:1] != "_"
        )
    return issubclass(kind, base)


def draws_from(found: Any, name: str, deeper: int = 2) -> bool:
    """Whether samples are drawn from an argument, here or where it is passed on to: `dataset.sample_word()`."""
    own = any(re.search("sample|draw", one.lower()) for one in use_of(found, name).attributes)
    return own or any(deeper and draws_from(*one, deeper - 1) for one in passed_on(found, name))


def first_made(kinds: Sequence[type], make: Callable[[type], Any]) -> Any:
    """An object of the first class of which one can be made, the liked ones before the others."""

    for kind in sorted(kinds, key=lambda kind: rank(kind.__name__)):
        if kind in MAKING:
            continue
        MAKING.add(kind)
        try:
            return make(kind)
        except Exception:  # it wants something else
            continue
        finally:
            MAKING.discard(kind)
    return None


def rank(name: str) -> int:
    """The place of an activation or a loss among those that are liked."""
    if re.search("linear|identity|none", name.lower()):
        return len(LIKED) + 1
    return next((at for at, names in enumerate(LIKED) if re.search(names, name.lower())), len(LIKED))


def class_named(annotation: Any, module: ModuleType | None) -> type | None:
    """The user's class that an annotation names, as it is or in quotes."""
    if isinstance(annotation, str):
        annotation = getattr(module, annotation.split("|")[0].strip(" '\""), None)
    own = isinstance(annotation, type) and is_users_own(annotation)
    return annotation if own else None


def has_all(kind: type, asked: set[str]) -> bool:
    """Whether objects of a class have all attributes that are asked for."""
    stored = {node.attr for one in kinds_of(kind) for node in own_attributes(one) if isinstance(node.ctx, ast.Store)}
    return bool(asked) and all(hasattr(kind, name) or name in stored for name in asked)


def is_empty(method: Any) -> bool:
    """Whether a method does nothing, but for what is inherited from it."""
    body = next((node.body for node in nodes_of(method) if isinstance(node, ast.FunctionDef)), None)
    if not inspect.isfunction(method) or body is None:
        return False
    rest = [one for one in body if not isinstance(one, ast.Pass | ast.Raise)]
    return all(isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) for one in rest)


def classes_near(module: ModuleType | None, fits: Callable[[type], bool], asked: set[str]) -> list[type]:
    """The classes of a module, and of those that it imports, that fit; where there is none, those of files beside it.

    Args:
        asked: what a file beside it has to define, as patterns of names.
    """
    if module is None:
        return []
    some = dict.fromkeys(kind for one in [module, *modules_used(module)] for kind in own_classes(one))
    near = [kind for kind in some if fits(kind)]
    if near or not asked:
        return near
    return [kind for one in modules_beside(module, asked) for kind in own_classes(one) if fits(kind)]


def own_classes(module: ModuleType) -> list[type]:
    """The user's classes that a module has."""
    some = [one for one in vars(module).values() if isinstance(one, type) and not isinstance(one, StandIn)]
    return [one for one in some if is_users_own(one)]


def modules_used(module: ModuleType) -> list[ModuleType]:
    """The user's modules that a module imports, or imports something of."""
    found = [one if isinstance(one, ModuleType) else inspect.getmodule(one) for one in list(vars(module).values())]
    own = [one for one in found if one is not None and is_users_own(one)]
    return list(dict.fromkeys(one for one in own if one is not module))


def modules_beside(module: ModuleType, asked: set[str]) -> Iterator[ModuleType]:
    """The files in a module's folder, and in that above within a package, that define all that is asked for."""
    file = Path(getattr(module, "__file__", None) or "none")
    if not file.is_file():
        return
    folders = [file.parent, *([file.parents[1]] if (file.parent / "__init__.py").is_file() else [])]
    files = list(dict.fromkeys(one for folder in folders for one in sorted(folder.rglob("*.py"))[:MOST_FILES]))
    for one in files:
        text = one.read_text("utf-8", "replace")
        defines = one != file and all(re.search(rf"def {name}\b", text) for name in asked)
        if defines and (found := run_apart(partial(script, one, []), one.parent)) is not None:
            yield found
