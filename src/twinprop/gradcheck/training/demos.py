"""A demo is run up to a call: of a class or of functions, under `__main__`, in a function, in a script around them."""

from __future__ import annotations

import ast
import copy
import inspect
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial, wraps
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.held import arrays_of, is_bare, is_number, stems
from twinprop.gradcheck.calling.naming import BACKWARD
from twinprop.gradcheck.faults import Clock, Ended, is_users, patient, traced, writing_nothing
from twinprop.gradcheck.source.importing import run_apart, source_name
from twinprop.gradcheck.source.loading import trees_of
from twinprop.gradcheck.source.names_in_code import stored
from twinprop.gradcheck.source.roles import role_of, word_of
from twinprop.gradcheck.source.sources import returned_names, source_of
from twinprop.gradcheck.training.loops_around import script
from twinprop.gradcheck.training.own_loss import LOSS_NAME
from twinprop.gradcheck.training.staging import Defines, NotFoundError, refuse_foreign

MOST_READ = 4
"""Files that are read."""

SECONDS = 3.0
"""Of a processor, for what stands before the call."""

DEMO = re.compile(r"_*(main|demo|test|example|check|run|train|toy|try|smoke|self_?test)\w*")
"""Functions that show how others are called."""


BACK = re.compile(
    r"(^|_)(d|back\w*|bprop|bptt|grads?|gradients?|update\w*|step|train_\w+)(_|$)|backprop|gradient|grads?$"
)
NO_BACK = re.compile(r"check|num|zero|clip|plot|print|show|save|init|reset|clear|set_|loop|epoch")
"""What is in the name of a function that goes back, or takes a step; and what is in those of others."""


HOLDERS = (np.ndarray, dict, list)
"""What is known again as the result of a call."""


class Shown(BaseException):
    """The call is there: what follows is not run."""


@dataclass(eq=False)
class Call:
    """One of a function, with its arguments by their names, and copies of those."""

    function: str
    given: dict[str, Any]
    copies: dict[str, Any]


class Calls:
    """What the methods of a class, or some functions, were called with.

    Args:
        steps: the names of functions of which one is the step; empty for methods, of which each may be.

    Attributes:
        values: the arguments of each, by their names, in its last call before the step.
        last: the same as calls; of_results, by the ids of what they returned: the call, and the place in a tuple.
        made: the object, before each of its methods was called for the first time.
        closures: functions that others have returned, by their names.
        step: the name of the method that goes back; else of one that changes weights and returns a number, with the
            arguments of its first call in `first`.
    """

    def __init__(self, steps: Collection[str]) -> None:
        self.steps = steps
        self.values: dict[str, dict[str, Any]] = {}
        self.last: dict[str, Call] = {}
        self.of_results: dict[int, tuple[Call, int | None, Any]] = {}
        self.made: dict[str, Any] = {}
        self.closures: dict[str, Any] = {}
        self.first: dict[str, Any] = {}
        self.step = ""

    def watched(self, name: str, function: Any, of_class: bool) -> Any:
        """A function that notes its arguments."""

        @wraps(function)
        def watched(*args: Any, **keywords: Any) -> Any:
            given = dict(inspect.signature(function).bind(*args, **keywords).arguments)
            owner = given.pop(next(iter(given)), None) if of_class else None
            self.values[name] = copy.deepcopy(given)
            call = self.last[name] = Call(name, given, self.values[name])
            new = of_class and name not in self.made
            if new:
                self.made[name] = copy.deepcopy(owner)
            returned = function(*args, **keywords)
            if inspect.isfunction(returned) and returned.__module__ == function.__module__ and not of_class:
                self.closures[returned.__name__] = returned
                self.steps = [*self.steps, returned.__name__] if name in self.steps else self.steps
                return self.watched(returned.__name__, returned, False)
            several = enumerate(returned) if isinstance(returned, tuple) else [(None, returned)]
            self.of_results |= {id(one): (call, at, one) for at, one in several if isinstance(one, HOLDERS)}
            if (not self.steps or name in self.steps) and goes_back(name, function, returned):
                self.step = name
                raise Shown
            if new and not self.step and given and tells_loss(function, returned) and changes(self.made[name], owner):
                self.step, self.first = name, copy.deepcopy(given)
            return returned

        return watched


def tells_loss(function: Any, returned: Any) -> bool:
    """Whether a step has returned a number, or a loss by its name and others."""
    if not isinstance(returned, tuple):
        return is_number(returned)
    named = (word_of(name) for name in returned_names(function))
    return any(LOSS_NAME.fullmatch(word) and is_number(one) for word, one in zip(named, returned, strict=False))


def changes(before: Any, after: Any) -> bool:
    """Whether arrays that an object has had before have other numbers, as after a step."""
    held = {ref.name: ref.get() for ref in arrays_of(after)}
    old = {ref.name: ref.get() for ref in arrays_of(before)}
    return any(
        np.shape(held[name]) == one.shape and not np.array_equal(held[name], one)
        for name, one in old.items()
        if name in held
    )


def goes_back(name: str, function: Any, value: Any = None) -> bool:
    """Whether a function leaves gradients of a loss, or takes a step: its name tells, or what it returns.

    Args:
        value: what it has returned.
    """
    returned, taken, word = returned_names(function), inspect.signature(function).parameters, word_of(name)
    if any(role_of(one) == "dy" for one in taken) or NO_BACK.search(name.lower()):
        return False
    if BACK.search(name.lower()) or word in BACKWARD.split():
        return True
    several = isinstance(value, tuple | list) and any(isinstance(one, np.ndarray | dict | list) for one in value)
    named = any(stems(one) or is_bare(one) for one in returned)
    loss = any(LOSS_NAME.fullmatch(word_of(one)) for one in (name, *returned))
    return loss and (named or (several and any(map(is_number, value))))


def run_until_shown(path: Path, own: Path, module: ModuleType, found: Mapping[str, Any], calls: Calls) -> str:
    """Run what a file does when it is started, then its demos, up to a call; its place, empty where there is none."""
    with watching(module, found, calls):
        there = module if path == own else run_apart(partial(script, path), path.parent)
        if there is None:
            return ""
        for number, tree in trees_of(path):
            for statement in started(tree.body):
                code = compile(ast.Module([statement], []), source_name(path, number), "exec")
                line = line_of_call(statement, code, vars(there)) or (statement.lineno if calls.step else 0)
                if line:
                    return f"{os.path.relpath(path, own.parent)}:{line}"
        near = path.parent == own.parent  # the tests of a larger work may do anything
        for name, one in list(vars(there).items()):
            if near and is_demo(one, there, found):
                code = compile(f"{name}()", str(path), "exec")
                if line_of_call(None, code, vars(there)):
                    return f"{os.path.relpath(path, own.parent)}:{one.__code__.co_firstlineno}"
    return ""


def started(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that a file runs, those of `if __name__ == "__main__":` too."""
    for one in body:
        if isinstance(one, ast.If) and "__name__" in ast.unparse(one.test):
            yield from one.body
        elif not isinstance(one, Defines):
            yield one


def is_demo(one: Any, there: ModuleType, found: Mapping[str, Any]) -> bool:
    """Whether a function needs nothing, and shows something of what is looked for."""
    if not inspect.isfunction(one) or one.__module__ != there.__name__ or not DEMO.fullmatch(one.__name__.lower()):
        return False
    needed = [a for a in inspect.signature(one).parameters.values() if a.default is inspect.Parameter.empty]
    return not needed and any(name in source_of(one) for name in found)


def line_of_call(statement: ast.stmt | None, code: Any, space: dict[str, Any]) -> int:
    """Run a statement; the line of it in which the call is that was looked for, 0 where there is none.

    What comes from outside is not run, nor is what fails, as what writes a file: what needs it fails, too.
    """
    clock = Clock(SECONDS, every=64)

    def watch(frame: FrameType, event: str, argument: Any) -> Any:
        if not is_users(frame.f_code.co_filename):
            return None
        if clock.over:
            raise Ended("it takes too long")
        return watch

    try:
        if statement is not None:
            own = dict.fromkeys(stored([statement]), 0)  # what it makes itself does not come from outside
            refuse_foreign(statement, {**own, **space})
        with writing_nothing(), patient(), traced(watch):
            exec(code, space)
    except Shown as call:
        lines = [tb.tb_lineno for tb in frames_of(call) if tb.tb_frame.f_code is code]
        return lines[-1] if lines else 1
    except (NotFoundError, Exception, SystemExit):
        return 0
    return 0


def frames_of(error: BaseException) -> Iterator[Any]:
    at = error.__traceback__
    while at is not None:
        yield at
        at = at.tb_next


@contextmanager
def watching(module: ModuleType, found: Mapping[str, Any], calls: Calls) -> Iterator[None]:
    """The methods of classes, and the functions of their module where functions are looked for, note their calls."""
    before: list[tuple[Any, str, Any]] = []
    for kind in (one for one in found.values() if isinstance(one, type)):
        for name in dir(kind):
            function = inspect.getattr_static(kind, name)
            if inspect.isfunction(function) and (not name.startswith("__") or name == "__call__"):
                before.append((kind, name, vars(kind).get(name)))
                setattr(kind, name, calls.watched(name, function, True))
    if not before:
        for name, function in list(vars(module).items()):
            if inspect.isfunction(function) and function.__module__ == module.__name__ and not DEMO.fullmatch(name):
                before.append((module, name, function))
                setattr(module, name, calls.watched(name, function, False))
    try:
        yield
    finally:
        for owner, name, function in before:
            delattr(owner, name) if function is None else setattr(owner, name, function)
