"""What is known of wrong gradients: their trial, the functions that run in backward, and their arrays and numbers."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from types import CodeType, FrameType, FunctionType
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.comparison import ratio
from twinprop.gradcheck.arrays.held import attributes_of, is_number, said
from twinprop.gradcheck.calling.naming import BACKWARD, named
from twinprop.gradcheck.faults import SubjectError, is_users, is_users_own, traced
from twinprop.gradcheck.measuring.added_constants import functions_near
from twinprop.gradcheck.measuring.trial import Trial
from twinprop.gradcheck.report import Gradient
from twinprop.gradcheck.source.loops import SHORTENED, compiled, definition_of
from twinprop.gradcheck.source.sources import nodes_of, source_of
from twinprop.gradcheck.training.rounds import FUNCTION


class Evidence:
    """All that is known about a class.

    Args:
        trial: the class with its inputs.
        gradients: what was found, with difference quotients.

    Attributes:
        samples: in the batch.
        numbers: of outputs, or of targets, in the batch.
        constants: numbers that stand in the class, as the slope of a leaky ReLU.
        wrong_shapes: whether a wrong gradient has another shape than what it is of.
        too_large: by what number wrong gradients are, where nothing else is wrong with them.
    """

    def __init__(self, trial: Trial, gradients: list[Gradient]) -> None:
        self.trial, self.gradients = trial, gradients
        self.samples = trial.inputs.count
        y = trial.inputs.y
        several = trial.inputs.x if y is None or np.ndim(y) < 2 else y
        self.numbers = int(np.size(several)) if several.dtype.kind == "f" else self.samples  # places are no outputs
        wrong = [one.comparison for one in gradients if one.comparison is not None and not one.passed]
        self.constants = constants_of(trial.subject.made)
        self.wrong_shapes = any(one.comparison is None for one in gradients if not one.passed)
        self.too_large = [k for one in wrong if (k := ratio(one.analytic, one.numeric)) is not None]

    @cached_property
    def text(self) -> str:
        """The source of all functions near."""
        return "\n".join(source_of(one) for one in dict.fromkeys(functions_near(self.trial.subject.made)))

    @property
    def is_layer(self) -> bool:
        """Whether it has an output in place of a loss."""
        return self.trial.dy is not None


MOST_CONSTANTS = 12


def constants_of(made: Any) -> list[float]:
    """The numbers that stand in the source of an object's class, but for those of any class."""
    nodes = [node for one in said(made, "parts", [made]) for node in nodes_of(type(one))]
    found = [float(one.value) for one in nodes if isinstance(one, ast.Constant) and type(one.value) in (int, float)]  # type: ignore[arg-type]
    return [one for one in dict.fromkeys(found) if one not in (0, 1, 2)][:MOST_CONSTANTS]


@dataclass
class Routine:
    """A function that runs in backward.

    Attributes:
        function: whose code can be replaced.
        tree: its definition.
        file: where it stands, with the lines of its tree.
        scope: expressions that stand for arrays, numbers and ways back in it, and their values.
        most_lines: that it may run when it was edited.
    """

    function: FunctionType
    tree: ast.FunctionDef
    file: str
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

        with traced(called):
            yield

    def compiled(self) -> CodeType:
        """The code of the definition as it is now.

        Raises:
            SyntaxError, ValueError: it cannot be compiled.
        """
        return compiled(self.tree, self.function)


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
            read = [name for name in code.co_names if name in frame.f_globals]
            read = [name for name in frame.f_globals if name[:1] != "_"] if code.co_name == FUNCTION else read
            held = {name: frame.f_globals[name] for name in read}
            frames[code] |= {**held, **frame.f_locals}
        return watch

    def start() -> None:
        frames.clear()
        sys.settrace(watch)

    with traced(None):
        if not trial.subject.way.given_apart:
            start()
        trial.run(start if trial.subject.way.given_apart else None)
    found = []
    for code, names in frames.items():
        routine = routine_of(code, trial)
        if routine is not None:
            routine.scope = dict(expressions(names)) | dict(derivatives(routine.function, names.get("self")))
            found.append(routine)
    return found, lines


def routine_of(code: CodeType, trial: Trial) -> Routine | None:
    """The function of some code, with its definition; None where there is no source, as of a lambda.

    One with a `while` is left as it is: an edit might never end.
    """
    function = next((one for one in functions_near(trial.subject.made) if one.__code__ is code), None)
    if function is None:
        return None
    tree = definition_of(function)
    if tree is None:
        return None
    getattr(function, SHORTENED, lambda tree: None)(tree)
    if any(isinstance(part, ast.While) and ast.unparse(part.test) != "True" for part in ast.walk(tree)):
        return None
    tree.decorator_list = []
    return Routine(function, tree, code.co_filename)


def expressions(names: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Local names, the attributes of objects among them, and the entries of dicts, with arrays or numbers.

    Of an object that is held, as an activation is, the method that goes back.
    """
    for name, value in names.items():
        if isinstance(value, np.ndarray) or is_number(value):
            yield name, plain(value)
        elif isinstance(value, dict | list):
            yield from entries(name, value)
        elif hasattr(value, "__dict__") and (name == "self" or is_users_own(type(value))):  # or a layer of a loop
            for attribute, held in attributes_of(value).items():
                if isinstance(held, np.ndarray) or is_number(held):
                    yield f"{name}.{attribute}", plain(held)
                elif name != "self":
                    continue
                elif isinstance(held, dict | list):
                    yield from entries(f"self.{attribute}", held)
                elif hasattr(held, "__dict__") and is_users_own(type(held)) and (back := named(held, BACKWARD)):
                    yield f"self.{attribute}.{back}", getattr(held, back)


def derivatives(function: FunctionType, owner: Any) -> Iterator[tuple[str, Any]]:
    """Functions of the file, and methods of the object, that are named as a derivative: `sigmoid_prime`."""
    methods = {f"self.{name}": value for kind in type(owner).__mro__ for name, value in vars(kind).items()}
    for name, value in {**function.__globals__, **methods}.items():
        plain = getattr(value, "__func__", value)
        if isinstance(plain, FunctionType) and plain is not function and re.search(r"prime|deriv", name.lower()):
            yield name, value


MOST_ENTRIES = 8
"""Entries of a list that are looked at."""


def entries(name: str, held: dict[Any, Any] | list[Any]) -> Iterator[tuple[str, Any]]:
    for key, value in held.items() if isinstance(held, dict) else enumerate(held[:MOST_ENTRIES]):
        if isinstance(key, str | int) and (isinstance(value, np.ndarray) or is_number(value)):
            yield f"{name}[{key!r}]", plain(value)


def plain(value: Any) -> Any:
    """A np.matrix as an array, whose powers and products are those of its entries."""
    return np.asarray(value) if isinstance(value, np.matrix) else value
