"""Which of many runs are meant, and in which order: `model.depth=2`, `val_accuracy>0.9`, `7d`, a tag, half a name."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from twinprop.config.registry import GROUPS
from twinprop.errors import TwinpropError
from twinprop.run.directory import is_sweep
from twinprop.run.found import STATUSES
from twinprop.run.index import Entry, entries
from twinprop.task import higher_is_better
from twinprop.text import nearest, plural, spelled

OUTPUTS = Path("outputs")
"""Where runs and sweeps go, and are looked for by tags and names."""

BASES = (Path(), OUTPUTS, OUTPUTS / "runs", OUTPUTS / "sweeps")
"""The folders from which a path may be typed."""

CONDITION = re.compile(r"([^=<>!]+)(<=|>=|!=|=|<|>)(.*)", re.DOTALL)

UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}

OWN: dict[str, Callable[[Entry], Any]] = {
    "began": lambda entry: entry.began,
    "run": lambda entry: str(entry.path),
    "status": lambda entry: entry.status,
}
"""What every run has beside its keys and results."""

MOST_NAMED = 8
"""Runs that a message lists."""


def column(name: str, found: Iterable[Entry]) -> Callable[[Entry], Any]:
    """What gives a run's value of a key or a result; None for a run that has none.

    Args:
        name: in full, or its last part alone where only one key ends so; `optimizer` is `optimizer.name`.
        found: the runs, of which one at least must have it.

    Raises:
        TwinpropError: none has it.
    """
    if name in OWN:
        return OWN[name]
    results = {each for entry in found for each in entry.results}
    keys = {each for entry in found for each in entry.keys}
    if name in results:
        return lambda entry: entry.results.get(name)
    if name in GROUPS:
        name = f"{name}.name"
    if name not in keys:
        ends = [key for key in keys if key.rpartition(".")[2] == name]
        if len(ends) > 1:
            raise TwinpropError(f"{name}: is one of {', '.join(sorted(ends))}; say which.")
        if not ends:
            lasts = {key.rpartition(".")[2] for key in keys}
            raise TwinpropError(
                f"{name}: no run has such a key or result.{nearest(name, [*keys, *lasts, *results, *OWN])} "
                "Expected a key, such as model.depth, or a result, such as val_accuracy."
            )
        name = ends[0]
    return lambda entry: entry.keys.get(name)


def where(found: Sequence[Entry], condition: str) -> list[Entry]:
    """The runs for which a condition holds, such as `model.depth=2`, `optimizer!=adam` or `val_accuracy>0.9`.

    Raises:
        TwinpropError: it is none, or no run has what it names.
    """
    parts = CONDITION.fullmatch(condition)
    if parts is None:
        raise TwinpropError(f"--where {condition}: expected KEY=VALUE; or !=, <, <=, >, >= in place of =.")
    name, sign, text = parts[1].strip(), parts[2], parts[3].strip()
    if not found:
        return []
    value = column(name, found)
    if sign in ("=", "!="):
        return [entry for entry in found if equal(value(entry), text) == (sign == "=")]
    try:
        bound = float(text)
    except ValueError as error:
        raise TwinpropError(f"--where {condition}: {text} is no number; only = and != compare words.") from error
    holds = {"<": bound.__gt__, "<=": bound.__ge__, ">": bound.__lt__, ">=": bound.__le__}[sign]
    return [entry for entry in found if is_number(value(entry)) and holds(float(value(entry)))]


def equal(value: Any, text: str) -> bool:
    """Whether a value is what was typed: 0.10 is 0.1, and [50, 50] is [50,50]."""
    if spelled(value).replace(" ", "") == text.replace(" ", ""):
        return True
    try:
        return is_number(value) and float(value) == float(text)
    except ValueError:
        return False


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def with_status(found: Iterable[Entry], status: str) -> list[Entry]:
    """The runs with a status.

    Raises:
        TwinpropError: there is no such status.
    """
    if status not in STATUSES:
        raise TwinpropError(f"--status {status}: expected one of {', '.join(STATUSES)}.{nearest(status, STATUSES)}")
    return [entry for entry in found if entry.status == status]


def moment(text: str) -> float:
    """What `7d`, `12h`, `30m`, `2w`, 2026-11-01 or 2026-11-01T12:00 stand for, in seconds since 1970.

    Raises:
        TwinpropError: it is none of these.
    """
    if match := re.fullmatch(r"(\d{1,6}(?:\.\d+)?)([mhdw])", text):
        return time.time() - float(match[1]) * UNITS[match[2]]
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError) as error:
        raise TwinpropError(f"{text}: is no time; expected 30m, 12h, 7d, 2w or a date such as 2026-11-01.") from error


def ordered(found: Sequence[Entry], name: str, reverse: bool = False) -> list[Entry]:
    """Runs by a key or a result: the best or the newest first, keys from low to high; last those that have none."""
    if not found:
        return []
    value = column(name, found)
    down = name == "began" or (name in {each for entry in found for each in entry.results} and higher_is_better(name))
    have = [entry for entry in found if not lacks(value(entry))]
    numbers = all(is_number(value(entry)) for entry in have)
    have.sort(key=lambda entry: value(entry) if numbers else spelled(value(entry)), reverse=down != reverse)
    return have + [entry for entry in found if lacks(value(entry))]


def lacks(value: Any) -> bool:
    """Whether there is nothing to sort by."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def resolve(word: str, guess: bool = True) -> Path:
    """The directory that a person means: a path, how it begins (`outputs/sweeps/lr/3`), a tag, or a run's name.

    Args:
        word: as it was typed.
        guess: whether a name may be its beginning; of a job, its number is enough all the same.

    Raises:
        TwinpropError: there is none, or several.
    """
    if not word:
        raise TwinpropError("A run's name is empty; expected a run's directory, such as outputs/runs/NAME, or a tag.")
    typed = word.rstrip("…/") or word
    for base in BASES:
        path = base / typed
        if path.is_dir():
            return path
        if path.parent.is_dir():
            near = [each for each in path.parent.iterdir() if each.name.startswith(path.name) and each.is_dir()]
            exact = [each for each in near if each.name.startswith(f"{path.name}_")]
            if not guess:
                exact = near = exact if path.name.isdecimal() and is_sweep(path.parent) else []
            if near and path.name[0] != ".":
                return only(word, exact or near)
    found = entries(OUTPUTS) if OUTPUTS.is_dir() else []
    tagged = [entry.path for entry in found if word in entry.tags]
    near = tagged or [entry.path for entry in found if guess and entry.path.name.startswith(typed)]
    if not near:
        tags = {tag for entry in found for tag in entry.tags}
        raise TwinpropError(
            f"{word}: is no directory, and below {OUTPUTS} no run has this name or tag.{nearest(word, tags)} "
            "Expected a run's directory, such as outputs/runs/NAME."
        )
    return only(word, near)


def here(path: Path) -> str:
    """A path as it is typed here: from the current directory where it lies below."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def only(word: str, paths: Sequence[Path]) -> Path:
    """The one that is meant.

    Raises:
        TwinpropError: there are several.
    """
    if len(paths) > 1:
        listed = "".join(f"\n  {path}" for path in sorted(paths)[:MOST_NAMED])
        more = f"\n  and {len(paths) - MOST_NAMED} more" if len(paths) > MOST_NAMED else ""
        raise TwinpropError(f"{word}: may be any of {plural(len(paths), 'run')}; say which:{listed}{more}")
    return paths[0]
