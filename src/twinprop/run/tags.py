"""Names that a person gives to runs, such as `best-so-far`: a line each in `tags.txt` of the run's directory."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from twinprop.errors import OutputError, TwinpropError
from twinprop.run.directory import read_text, write_atomically
from twinprop.run.lock import fcntl

NAME = "tags.txt"

WORD = re.compile(r"[^\W_][\w.+-]{0,63}")


def tags_of(path: Path) -> list[str]:
    """The tags of a run; none where it has none."""
    try:
        return [line for line in read_text(path / NAME).splitlines() if line]
    except TwinpropError:
        return []


def change_tags(path: Path, add: Iterable[str] = (), remove: Iterable[str] = ()) -> list[str]:
    """Give tags to a run and take others away; return those that it has then.

    Raises:
        OutputError: they cannot be written.
    """
    with one_at_a_time(path):
        kept = sorted((set(tags_of(path)) - set(remove)) | set(add))
        if kept:
            write_atomically(path / NAME, "".join(f"{tag}\n" for tag in kept).encode())
            return kept
        try:
            (path / NAME).unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"{path / NAME}: cannot be removed ({error.strerror}).") from error
    return []


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Of several commands that do something to a directory at once, let one after the other, where the system can."""
    if fcntl is None:
        yield
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system that knows no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def check_tag(word: str) -> str:
    """A tag as it was typed.

    Raises:
        TwinpropError: it could not be typed again without quotes, or is a path.
    """
    if not WORD.fullmatch(word):
        raise TwinpropError(f"{word}: is no tag; expected a word of letters, digits, '.', '-', '+' and '_'.")
    return word
