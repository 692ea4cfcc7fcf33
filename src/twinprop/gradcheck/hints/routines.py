"""What runs in backward: the functions with their source, and the names that stand for arrays and numbers there."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CodeType, FrameType, FunctionType
from typing import Any

import numpy as np

from twinprop.gradcheck.faults import SubjectError, is_users
from twinprop.gradcheck.held import attributes_of, is_number
from twinprop.gradcheck.reading import parsed
from twinprop.gradcheck.trial import Trial


@dataclass
class Routine:
    """A function that runs in backward.

    Attributes:
        function: whose code can be replaced.
        tree: its definition.
        file, first: where it stands; `first` is the line before it.
        scope: expressions that stand for arrays and numbers in it, and their values.
        most_lines: that it may run when it was edited.
    """

    function: FunctionType
    tree: ast.FunctionDef
    file: str
    first: int
    scope: dict[str, Any] = field(default_factory=dict)
    most_lines: int = 0

    @contextmanager
    def ending(self) -> Iterator[None]:
        """Raise a SubjectError in a call of the function after `most_lines` lines of it."""

        def called(frame: FrameType, event: str, argument: Any) -> Any:
            left = self.most_lines

            def line(frame: FrameType, event: str, argument: Any) -> Any:
                nonlocal left
                left -= 1
                if left < 0:
                    raise SubjectError(f"{self.function.__name__} does not end.")
                return line

            return line if frame.f_code is self.function.__code__ else None

        before = sys.gettrace()
        sys.settrace(called)
        try:
            yield
        finally:
            sys.settrace(before)

    def compiled(self) -> CodeType:
        """The code of the definition as it is now.

        Raises:
            SyntaxError, ValueError: it cannot be compiled.
        """
        # a method that says super() finds its class in a cell of this name
        free = self.function.__code__.co_freevars
        maker = ast.parse(f"def make({', '.join(free)}):\n    pass")
        outer = maker.body[0]
        assert isinstance(outer, ast.FunctionDef)
        outer.body = [self.tree, ast.Return(ast.Name(self.tree.name, ast.Load()))]
        made = compile(ast.fix_missing_locations(maker), self.file, "exec")
        inside = next(part for part in made.co_consts if isinstance(part, CodeType))
        return next(part for part in inside.co_consts if isinstance(part, CodeType) and part.co_name == self.tree.name)


def routines_of(trial: Trial) -> tuple[list[Routine], int]:
    """The functions of the user that run in backward, in the order of their first call, and how many lines they run."""
    frames: dict[CodeType, dict[str, Any]] = {}
    lines = 0

    def watch(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal lines
        code = frame.f_code
        if not is_users(code.co_filename):
            return None
        if event == "line":
            lines += 1
        if event == "call":
            frames.setdefault(code, {})
        if event == "return":
            frames[code] |= dict(frame.f_locals)
        return watch

    def start() -> None:
        frames.clear()
        sys.settrace(watch)

    before = sys.gettrace()
    try:
        if trial.subject.way.given_apart:
            trial.run(start)
        else:
            start()
            trial.run()
    finally:
        sys.settrace(before)
    found = []
    for code, names in frames.items():
        routine = routine_of(code, trial)
        if routine is not None:
            routine.scope = dict(expressions(names))
            found.append(routine)
    return found, lines


def routine_of(code: CodeType, trial: Trial) -> Routine | None:
    """The function of some code, with its definition; None where there is no source, as of a lambda.

    One with a `while` is left as it is: an edit might never end.
    """
    function = next((one for one in functions_near(trial) if one.__code__ is code), None)
    if function is None:
        return None
    try:
        lines, start = inspect.getsourcelines(function)
        tree = parsed(textwrap.dedent("".join(lines)), code.co_filename).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        return None
    if not isinstance(tree, ast.FunctionDef) or any(isinstance(part, ast.While) for part in ast.walk(tree)):
        return None
    tree.decorator_list = []
    return Routine(function, tree, code.co_filename, start - 1)


def functions_near(trial: Trial) -> Iterator[FunctionType]:
    """The functions of the module, and the methods of its classes and of those of the objects under test."""
    made = trial.subject.made
    holders: list[Any] = [made, *getattr(made, "parts", [])]
    modules = {sys.modules.get(kind.__module__) for holder in holders for kind in type(holder).__mro__}
    spaces: list[Mapping[str, Any]] = [
        vars(module) for module in modules if module is not None and hasattr(module, "__file__")
    ]
    spaces += [kind.__dict__ for holder in holders for kind in type(holder).__mro__]
    spaces += [dict(getattr(made, "_parts", {}))]
    spaces += [part.__globals__ for part in getattr(made, "_parts", {}).values() if isinstance(part, FunctionType)]
    for space in spaces:
        for value in list(space.values()):
            inner = list(value.__mro__[:-1]) if isinstance(value, type) else []
            for one in [value, *(part for kind in inner for part in vars(kind).values())]:
                plain = getattr(one, "__func__", getattr(one, "fget", one))
                if isinstance(plain, FunctionType):
                    yield plain


def expressions(names: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Local names, the attributes of objects among them, and the entries of dicts, with arrays or numbers."""
    for name, value in names.items():
        if isinstance(value, np.ndarray) or is_number(value):
            yield name, value
        elif isinstance(value, dict):
            yield from entries(name, value)
        elif hasattr(value, "__dict__") and name == "self":
            for attribute, held in attributes_of(value).items():
                if isinstance(held, np.ndarray) or is_number(held):
                    yield f"self.{attribute}", held
                elif isinstance(held, dict):
                    yield from entries(f"self.{attribute}", held)


def entries(name: str, held: dict[Any, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in held.items():
        if isinstance(key, str) and (isinstance(value, np.ndarray) or is_number(value)):
            yield f"{name}[{key!r}]", value
