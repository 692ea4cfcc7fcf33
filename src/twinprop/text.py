"""Small words and numbers for people: the nearest name, a value or a command as it is typed, `3 jobs`, `3 min 20 s`."""

from __future__ import annotations

import csv
import difflib
import io
import os
import re
import shlex
import sys
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import PurePath
from typing import Any

from twinprop.errors import TwinpropError

NARROWEST = 8
"""Characters of a column that is cut."""


def nearest_word(word: str, words: Iterable[str]) -> str:
    """The word that is nearest to `word`, or nothing where none is near. Capitals, _ and - make no difference."""
    all_words = list(words)
    alike = {folded(each): each for each in reversed(all_words)}
    if folded(word) in alike:
        return alike[folded(word)]
    lower = {each.lower(): each for each in reversed(all_words)}
    return lower.get(next(iter(difflib.get_close_matches(word.lower(), list(lower), n=1)), ""), "")


def likeness(one: str, other: str) -> float:
    """How like two words are, from 0 to 1."""
    return difflib.SequenceMatcher(None, one.lower(), other.lower()).ratio()


def folded(word: str) -> str:
    """A word without what people write in different ways: capitals, and what stands between its parts."""
    return re.sub(r"[\s_.-]", "", word).lower()


def nearest(word: str, words: Iterable[str]) -> str:
    """` Did you mean 'x'?`, or nothing where no other word is near."""
    found = nearest_word(word, words)
    return f" Did you mean '{found}'?" if found not in ("", word) else ""


def spelled(value: Any) -> str:
    """A value as it is typed on the command line."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"[{','.join(map(spelled, value))}]" if isinstance(value, list | tuple) else str(value)


def as_typed(text: str) -> str:
    """Text with our commands as the user types them, whatever began this process.

    Args:
        text: with commands as in a checkout: `python train.py`, `python -m twinprop NAME`.
    """
    started = PurePath(sys.argv[0])
    if started.name == "train.py":
        return text
    installed = started.name.removesuffix(".exe") == "twinprop"
    program = "twinprop" if installed else "python -m twinprop"
    for training, name in {"python train.py -m": "sweep", "python train.py": "train"}.items():
        text = text.replace(training, f"{program} {name}")
    return text.replace("python -m twinprop", program)


def in_shell(*words: str) -> str:
    """Words as they are typed in the system's shell, in quotes where they need them."""
    return " ".join(map(in_windows, words)) if os.name == "nt" else shlex.join(words)


def in_windows(word: str) -> str:
    """A word as cmd.exe and PowerShell take it: as a program reads its line, and in quotes for what else they read."""
    from subprocess import list2cmdline

    written = list2cmdline([word])
    if written.startswith('"') or not re.search(r"[&|<>^()%!,;'`$@{}]", word):
        return written
    end = word[len(word.rstrip("\\")) :]  # backslashes before the closing quote count twice
    return f'"{written}{end}"'


def at_home(path: str) -> str:
    """A path as it is typed, with the home folder in place of `~`.

    Raises:
        TwinpropError: `~name` of no user.
    """
    found = os.path.expanduser(path)
    if found.startswith("~"):
        user = found.partition("/")[0].removeprefix("~")
        raise TwinpropError(f"{path}: there is no user {user!r}; write ./{path} for a folder of this name.")
    return found


def print_all() -> None:
    """Have a console that lacks a letter, as ASCII lacks ×, print what it can."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def shown(text: str) -> str:
    """Text that a person or a file brings, for a terminal: what moves the cursor, hides or turns letters is escaped."""
    if text.isprintable():
        return text
    kept = (each if each.isprintable() or each in "\n\t" else each.encode("unicode_escape").decode() for each in text)
    return "".join(kept)


def plural(count: int, noun: str, nouns: str = "") -> str:
    """`3 jobs`, or with a plural of its own `3 directories`."""
    return f"{count} {noun if count == 1 else nouns or f'{noun}s'}"


def duration(seconds: float | None) -> str:
    """`3 min 20 s`"""
    if seconds is None:
        return "an unknown time"
    whole = max(1, round(seconds))
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {whole % 60} s" if minutes else f"{whole} s"


def size(count: int) -> str:
    """`25.2 kB` of so many bytes, in powers of 1000."""
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 999.5:
            break
        value, unit = value / 1000, larger
    digits = 0 if unit == "B" or value >= 100 else 1 if value >= 10 else 2
    return f"{value:.{digits}f} {unit}"


def ranges(numbers: Sequence[int]) -> str:
    """`0-3, 7` for 0, 1, 2, 3, 7."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and number == parts[-1][-1] + 1:
            parts[-1][1:] = [number]
        else:
            parts.append([number])
    return ", ".join("-".join(map(str, part)) for part in parts)


def aligned(
    head: Sequence[str], rows: Sequence[Sequence[str]], right: Iterable[str] = (), width: int | None = None
) -> str:
    """Columns of text, two blanks apart; the widest are cut where a line would be longer than a terminal.

    Args:
        head: names of the columns.
        rows: their cells, in lines.
        right: names of the columns that stand on the right, as numbers do.
        width: characters in a line, at most; None for as many as it takes.
    """
    lines = [list(head), *([shown(cell).replace("\n", " ") for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    while width is not None and sum(widths) + 2 * (len(widths) - 1) > width and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1
    sides = [">" if name in set(right) else "<" for name in head]
    cut = (
        [cell if len(cell) <= size else f"{cell[: size - 1]}…" for cell, size in zip(line, widths, strict=True)]
        for line in lines
    )
    return "\n".join(
        "  ".join(f"{cell:{side}{size}}" for cell, side, size in zip(line, sides, widths, strict=True)).rstrip()
        for line in cut
    )


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[str] = ()) -> str:
    """A table of Markdown, in which what a person brings is text."""
    numbers = set(right)
    rule = ["---:" if name in numbers else "---" for name in head]
    cells = ([marked(cell) for cell in row] for row in (head, *rows))
    first, *others = (f"| {' | '.join(line)} |" for line in cells)
    return "\n".join([first, f"| {' | '.join(rule)} |", *others])


FORMULA = re.compile(r"[=@\t\r]|[+-].*[(|!]", re.DOTALL)
"""How a cell begins that spreadsheets would compute, or start a program with."""


def csv_text(rows: Iterable[Iterable[Any]]) -> str:
    """Rows as CSV. A text that spreadsheets would take for a formula gets the sign before it that makes it text."""
    text = io.StringIO()
    cells = ([f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell for cell in row] for row in rows)
    csv.writer(text, lineterminator="\n").writerows(cells)
    return text.getvalue()


@lru_cache(4096)  # the jobs of a sweep have most of their words in common
def marked(text: str) -> str:
    """Text in a line of Markdown, as it stands."""
    return re.sub(r"([\\`*<>|~$#\[\]]|(?<!\w)_|_(?!\w))", r"\\\1", shown(text).replace("\n", " "))


def shortened(names: Sequence[str], most: int = 12) -> str:
    """Names in a list, the first of many."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
