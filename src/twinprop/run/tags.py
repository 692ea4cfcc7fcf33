"""Names that a person gives to runs, such as `best-so-far`: a line each in `tags.txt` of the run's directory."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from twinprop.errors import OutputError, TwinpropError
from twinprop.run.directory import write_atomically

NAME = "tags.txt"

WORD = re.compile(r"[^\W_][\w.+-]{0,63}")


def tags_of(path: Path) -> list[str]:
    """The tags of a run; none where it has none."""
    try:
        return [line for line in (path / NAME).read_text(encoding="utf-8", errors="replace").splitlines() if line]
    except OSError:
        return []


def write_tags(path: Path, tags: Iterable[str]) -> None:
    """Give a run these tags, and no others.

    Raises:
        OutputError: they cannot be written.
    """
    kept = sorted(set(tags))
    if kept:
        write_atomically(path / NAME, "".join(f"{tag}\n" for tag in kept).encode())
        return
    try:
        (path / NAME).unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{path / NAME}: cannot be removed ({error.strerror}).") from error


def check_tag(word: str) -> str:
    """A tag as it was typed.

    Raises:
        TwinpropError: it could not be typed again without quotes, or is a path.
    """
    if not WORD.fullmatch(word):
        raise TwinpropError(f"{word}: is no tag; expected a word of letters, digits, '.', '-', '+' and '_'.")
    return word
