"""Files with classes of the user's, `plugins=mine.py`: read once, run, and carried as text to other processes.

Only what the user names is run: app/plugin_words.py reads the command line, run/plugin_record.py what a run has kept.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import io
import linecache
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from twinprop.config import extend
from twinprop.errors import TwinpropError, first_line
from twinprop.text import nearest

PREFIX = "twinprop_plugin_"
"""Of the names that Python knows files by, so that they hide no module."""


@dataclass(frozen=True)
class Plugin:
    """A file as it was run.

    Attributes:
        spec: what names it: the file's whole path, or a module.
        path: the file.
        text: what was in it.
    """

    spec: str
    path: str
    text: str

    @property
    def name(self) -> str:
        """What it is called in messages and in a run's directory."""
        return os.path.basename(self.path) if self.is_file else f"{self.spec}.py"

    @property
    def is_file(self) -> bool:
        return self.spec == self.path

    @property
    def module(self) -> str:
        """The name that Python knows it by."""
        return f"{PREFIX}{Path(self.path).stem}" if self.is_file else self.spec

    @property
    def sha256(self) -> str:
        return digest(self.text)

    def __reduce__(self) -> Any:
        return install, (self.spec, self.path, self.text)  # another process runs the text, whatever is in the file then


def digest(text: str) -> str:
    """SHA-256 of a file's text."""
    return hashlib.sha256(text.encode()).hexdigest()


LOADED: dict[str, Plugin] = {}
"""What is known in this process, by name."""


def loaded() -> tuple[Plugin, ...]:
    """What is known in this process."""
    return tuple(LOADED.values())


def load(spec: str) -> Plugin:
    """Run a file, `mine.py`, or a module that Python finds, unless it is known already, unchanged.

    Raises:
        TwinpropError: it is not there, cannot be run, or registers what it may not.
    """
    path = Path(spec)
    if path.suffix == ".py":
        whole = os.path.abspath(path)
        return install(whole, whole, read(spec, path))
    if not all(part.isidentifier() for part in spec.split(".")):
        raise TwinpropError(f"plugins={spec}: must be a file, FILE.py, a module, or a FILE.yaml that lists some.")
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    found = file_of(spec)
    if found is None:
        near = nearest(f"{spec}.py", (each.name for each in Path.cwd().glob("*.py")))
        what = "is a folder, and no package" if path.is_dir() else f"there is no module {spec}"
        raise TwinpropError(f"plugins={spec}: {what}; a file is named with its ending.{near}")
    return install(spec, str(found), read(spec, found))


def file_of(module: str) -> Path | None:
    """The file of a module that Python finds; None where there is none.

    Raises:
        TwinpropError: a package that it is in cannot be imported.
    """
    with told(module, ""):
        try:
            found = importlib.util.find_spec(module)
        except ModuleNotFoundError as error:
            if not module.startswith(f"{error.name}."):
                raise
            return None
    origin = None if found is None else found.origin
    return Path(origin) if origin is not None and origin.endswith(".py") else None


def read(spec: str, path: Path) -> str:
    """The text of a file.

    Raises:
        TwinpropError: it is not there, or is no text.
    """
    try:
        if path.exists() and not path.is_file():
            raise TwinpropError(f"plugins={spec}: is no file; expected FILE.py.")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        beside = path.parent.glob("*.py") if path.parent.is_dir() else ()
        near = nearest(path.name, (each.name for each in beside))
        raise TwinpropError(f"plugins={spec}: there is no file {os.path.abspath(path)}.{near}") from error
    except OSError as error:
        raise TwinpropError(f"plugins={spec}: cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise TwinpropError(f"plugins={spec}: is no text in UTF-8, so it is no Python.") from error


def install(spec: str, path: str, text: str) -> Plugin:
    """Run a plugin, unless it is known already; one that has changed takes the place of what it was.

    Raises:
        TwinpropError: it cannot be run, registers what it may not, or has the name of another.
    """
    plugin = Plugin(spec, path, text)
    earlier = LOADED.get(plugin.name)
    if earlier == plugin:
        return earlier
    if earlier is not None and earlier.spec != spec:
        raise TwinpropError(f"plugins: {earlier.spec} and {spec} have the same name; rename one of the files.")
    if earlier is not None:
        extend.forget(earlier.module)
        del LOADED[plugin.name]
    try:
        with told(plugin.name, path), noticed(path):
            before = len(extend.ORIGINS)
            run(plugin)
            if plugin.is_file and len(extend.ORIGINS) == before:
                raise TwinpropError(f'{plugin.name}: registers nothing; expected such as @twinprop.activation("NAME").')
    except TwinpropError:
        extend.forget(plugin.module)
        raise
    LOADED[plugin.name] = plugin
    return plugin


def run(plugin: Plugin) -> None:
    """Run what a plugin's file holds, as a module of its own; modules beside it are found, after all others."""
    if not plugin.is_file:
        known = sys.modules.get(plugin.module)
        importlib.reload(known) if known is not None else importlib.import_module(plugin.module)
        return
    folder = os.path.dirname(plugin.path)
    if folder not in sys.path:
        sys.path.append(folder)
    module = ModuleType(plugin.module)
    module.__file__ = plugin.path
    sys.modules[plugin.module] = module
    lines = plugin.text.splitlines(keepends=True)
    linecache.cache[plugin.path] = (len(plugin.text), None, lines, plugin.path)
    exec(compile(plugin.text, plugin.path, "exec", dont_inherit=True), vars(module))


@contextmanager
def told(name: str, path: str) -> Iterator[None]:
    """Have whatever stops a plugin end in one message, with the file and the line."""
    try:
        yield
    except (TwinpropError, KeyboardInterrupt):
        raise
    except SyntaxError as error:
        where = f"{os.path.basename(error.filename or name)}:{error.lineno or 1}"
        raise TwinpropError(f"{where}: is no Python ({error.msg}): {(error.text or '').strip()}") from error
    except BaseException as error:
        where, inside = place(error, path) or name, ""
        last = traceback.extract_tb(error.__traceback__)[-1]
        if last.filename != path and not last.filename.startswith("<"):
            inside = f" (in {os.path.basename(last.filename)}:{last.lineno})"
        what = "ends Python" if isinstance(error, SystemExit) else first_line(error)
        raise TwinpropError(f"{where}: {what}{inside}; so the plugin cannot be used.") from error


def place(error: BaseException, path: str) -> str | None:
    """`mine.py:7`, the last place within a file that an error came through."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    return f"{os.path.basename(path)}:{lines[-1]}" if lines else None


def fault(error: BaseException) -> str | None:
    """The message for an error that came out of a plugin's code; None for any other."""
    own = {plugin.path for plugin in loaded()}
    last = traceback.extract_tb(error.__traceback__)[-1:]
    if not last or last[0].filename not in own:
        return None
    return f"{os.path.basename(last[0].filename)}:{last[0].lineno}: {first_line(error)}: {last[0].line}"


class Printed(io.TextIOBase):
    """Takes what a file prints, and where."""

    def __init__(self, path: str) -> None:
        self.path, self.lines, self.text = path, list[int](), ""

    def write(self, text: str) -> int:
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_code.co_filename != self.path:
            frame = frame.f_back
        self.lines.append(frame.f_lineno if frame.f_code.co_filename == self.path else 0)
        self.text += text
        return len(text)


@contextmanager
def noticed(path: str) -> Iterator[None]:
    """Tell once, on stderr, of what a plugin prints as it is read: stdout is what a command answers."""
    printed = Printed(path)
    try:
        with redirect_stdout(printed):
            yield
    finally:
        if printed.text.strip():
            line = printed.text.strip().splitlines()[0]
            where = f"{os.path.basename(path)}:{printed.lines[0] or '?'}"
            print(f"{where}: prints when it is read, in each process anew; take that out: {line}", file=sys.stderr)
