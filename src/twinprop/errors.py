"""The errors that a user can mend. The command line prints their text alone, without a traceback."""

from __future__ import annotations

import errno
from collections.abc import Sequence


class TwinpropError(Exception):
    """Something outside the code is wrong; the text says what, where, what was expected, what to do."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback."""
        return [f"{type(self).__name__}: {self}"]


class ConfigError(TwinpropError):
    """One or more mistakes in the configuration, reported together."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        count = len(self.problems)
        head = "The configuration has a mistake:" if count == 1 else f"The configuration has {count} mistakes:"
        super().__init__("\n".join([head, *(f"  {problem}" for problem in self.problems)]))


class DataError(TwinpropError):
    """A data set is absent, unreadable or does not fit the configuration."""


class DeviceError(TwinpropError):
    """The device that was asked for is not there, or cannot do what was asked."""


class ShapeError(TwinpropError, ValueError):
    """Samples have another shape than a network takes."""


class OutputError(TwinpropError):
    """A run's directory cannot be written, or already holds a run."""


NO_MEMORY = ("can't allocate memory", "Cannot allocate memory", "failed to map segment", "can't start new thread")
"""What PyTorch, the loader of libraries and Python say where memory, or the space for addresses, is not enough."""


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory was not enough: NumPy's, PyTorch's on a GPU or the CPU, the system's."""
    name = type(error).__name__
    return isinstance(error, MemoryError) or name == "OutOfMemoryError" or any(text in str(error) for text in NO_MEMORY)


def first_line(error: BaseException) -> str:
    """The kind of an error and the first line of its text."""
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__


def explain(error: BaseException) -> str | None:
    """The message for a mistake that a user can mend; None for a fault of the program."""
    if isinstance(error, TwinpropError):
        return str(error)
    if out_of_memory(error):
        why = (str(error) or type(error).__name__).splitlines()[0]
        return f"Out of memory ({why}); use a smaller network, batch or data set."
    if isinstance(error, OSError) and type(error).__module__ == "builtins":
        where = f"{error.filename}: " if error.filename else ""
        to_do = "free space, or choose another place" if error.errno == errno.ENOSPC else "check the path"
        return f"{where}{error.strerror or error}; {to_do}."
    return None
