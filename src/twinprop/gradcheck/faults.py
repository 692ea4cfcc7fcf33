"""What goes wrong inside the class under test, told with its own line and not with ours; how long it may take."""

from __future__ import annotations

import ast
import builtins
import inspect
import io
import linecache
import os
import re
import signal
import sys
import sysconfig
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from time import process_time
from typing import Any

from twinprop.errors import TwinpropError

OURS = str(Path(__file__).parents[1])
PACKAGE = f"{__package__}."
"""Before the names of our own modules."""
STANDARD = sysconfig.get_paths()["stdlib"]


def is_users(file: str) -> bool:
    """Whether code stands in a file of the user's own: neither ours, nor Python's, nor an installed package's."""
    return not file.startswith((OURS, "<", STANDARD)) and "site-packages" not in file and not file.endswith(".pyx")


def is_users_own(found: Any) -> bool:
    """Whether a class, a function or a module is of a file of the user's own."""
    return is_users(getattr(inspect.getmodule(found), "__file__", None) or "<")


TURNED = "Is a matrix the wrong way round, as W where W.T belongs?"


MADE_ELSEWHERE = (
    "\n  The file makes {0} by `{1}`, which was not run, or needs what is missing here. Give it a value that needs "
    "nothing else, at the top of the file: {0} = ..."
)


class SubjectError(TwinpropError):
    """The class under test breaks the contract, or raised an exception.

    Attributes:
        input_matters: whether it may work with an input of another shape.
        place: the file and the line of an exception, if they are the user's.
    """

    def __init__(self, message: str, input_matters: bool = True) -> None:
        super().__init__(message)
        self.input_matters = input_matters
        self.place: tuple[str, int] | None = None


SCALAR = re.compile(r"arrays can be converted to Python scalars")
"""What `float(J)` says of a J with several numbers."""


def guarded_call(what: str, f: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
    """f(...), with an exception told as a message that begins with `what`.

    Raises:
        SubjectError: `f` raised.
    """
    try:
        return f(*args, **keywords)
    except SubjectError:
        raise
    except (Exception, SystemExit) as error:
        of_shape = of_one_number(str(error)) or SCALAR.search(str(error)) is not None
        input_matters = of_shape or isinstance(error, ValueError | IndexError | AssertionError | Ended)
        text = f"{what} raised an error.\n  {error_with_line(error)}{made_elsewhere(error)}"
        told, frame = SubjectError(text, input_matters), last_of_users(error)
        told.place = (frame.filename, frame.lineno or 0) if frame else None
        raise told from error


def of_one_number(text: str) -> bool:
    """Whether an error tells of one number in place of several."""
    return re.search(r"'numpy\.(float|int)\d+'|0-d array|unsized|enough dimensions \(has 0", text) is not None


def error_with_line(error: BaseException) -> str:
    """`net.py:12: z = x @ self.W: ValueError: ...`: the last line of the user's own code, and the error."""
    what = f"{type(error).__name__}: {error}".rstrip(": ")
    if isinstance(error, SyntaxError) and error.filename:
        code = (error.text or "").strip()
        return f"{short_path(error.filename)}:{error.lineno}: {code}: {type(error).__name__}: {error.msg}"
    frame = last_of_users(error)
    return f"{short_path(frame.filename)}:{frame.lineno}: {frame.line}: {what}" if frame else what


def last_of_users(error: BaseException) -> traceback.FrameSummary | None:
    """Where in the user's own code an exception was raised, or what raised it was called."""
    places = [place for place in traceback.walk_tb(error.__traceback__) if is_users(place[0].f_code.co_filename)]
    if not places:
        return None
    frame, line = places[-1]
    return traceback.FrameSummary(frame.f_code.co_filename, line, frame.f_code.co_name)


def made_elsewhere(error: BaseException) -> str:
    """What is said of a global name that its file makes in a statement which was not run; empty for other errors."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__) if is_users(frame.f_code.co_filename)]
    if not isinstance(error, NameError) or not frames:
        return ""
    for one in assigned_outside("".join(linecache.getlines(frames[-1].f_globals.get("__file__", "")))):
        if error.name in [getattr(part, "id", "") for target in one.targets for part in ast.walk(target)]:
            return MADE_ELSEWHERE.format(error.name, ast.unparse(one))
    return ""


@cache
def assigned_outside(source: str) -> list[ast.Assign]:
    """What a file assigns outside of its functions and classes: asked for with each edit that lacks a name."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    outside = [one for one in tree.body if not isinstance(one, ast.FunctionDef | ast.ClassDef)]
    return [part for one in outside for part in ast.walk(one) if isinstance(part, ast.Assign)]


def short_path(file: str) -> str:
    """A path from the current directory, if it lies below it."""
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except ValueError:
        return file


class Ended(Exception):
    """What the user's code raises where it would end Python, and with it the check, without a word."""


PATIENCE = 10.0
"""Seconds, of the clock on the wall, that an object may take to be made, or a statement of a demo."""


@contextmanager
def patient(seconds: float = PATIENCE) -> Iterator[None]:
    """What waits meanwhile for something that never comes, as a window for its user, raises `Ended` after some seconds.

    That takes the main thread, which a signal reaches.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def end(*_: Any) -> None:
        raise Ended(f"it takes longer than {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)  # over again, for what catches every error
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


WAYS_TO_END = ((sys, "exit"), (builtins, "exit"), (builtins, "quit"), (os, "_exit"), (os, "abort"))


@contextmanager
def kept_running() -> Iterator[None]:
    """Nothing that runs meanwhile ends Python: it raises `Ended`, as any other mistake.

    Raises:
        SubjectError: a SystemExit was raised by hand.
    """

    def end(*status: Any) -> None:
        raise Ended("it ends Python here")

    plain = builtins.open

    def open_by_name(file: Any, *args: Any, **keywords: Any) -> Any:
        """A number that is guessed for a path would be a file that Python has open already, and close it."""
        if isinstance(file, int) and is_users(sys._getframe(1).f_code.co_filename):
            raise FileNotFoundError(f"{file} is a number, and no file")
        return plain(file, *args, **keywords)

    before = [(where, name, getattr(where, name)) for where, name in WAYS_TO_END if hasattr(where, name)]
    for where, name, _ in before:
        setattr(where, name, end)
    builtins.open = open_by_name
    before.append((builtins, "open", plain))
    try:
        yield
    except SystemExit as error:
        raise SubjectError(f"The class ends Python.\n  {error_with_line(error)}", False) from error
    finally:
        for where, name, its in before:
            setattr(where, name, its)


@contextmanager
def writing_nothing() -> Iterator[None]:
    """No file is written by what runs meanwhile: opening one for that raises a PermissionError."""
    plain = builtins.open

    def open_to_read(file: Any, mode: str = "r", *args: Any, **keywords: Any) -> Any:
        if {*mode} & {*"wax+"}:
            raise PermissionError(f"{file}: nothing is written here")
        return plain(file, mode, *args, **keywords)

    builtins.open = io.open = open_to_read
    try:
        yield
    finally:
        builtins.open = io.open = plain


@contextmanager
def traced(watch: Any) -> Iterator[None]:
    """What runs meanwhile is told to a watch, as `sys.settrace` has it; to nobody where that is None."""
    before = sys.gettrace()
    sys.settrace(watch)
    try:
        yield
    finally:
        sys.settrace(before)


SECONDS = 12.0
"""Of a processor, for the whole search for inputs."""


class Clock:
    """The time that a search may take, of a processor, so that it does not matter how busy the machine is.

    Args:
        every: at every how many questions the time is looked at, which takes time as well.
    """

    def __init__(self, seconds: float = SECONDS, every: int = 16) -> None:
        self.end, self.asked, self.late, self.every = process_time() + seconds, -1, False, every

    @property
    def over(self) -> bool:
        self.asked += 1
        if self.asked % self.every == 0 and not self.late:
            self.late = process_time() > self.end
        return self.late
