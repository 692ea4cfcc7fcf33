"""Many runs at once: what each was trained with and what came of it, kept in an index that may be thrown away.

Reading a configuration takes milliseconds, so of ten thousand runs a minute. What was read is kept in one SQLite file
in the directory that was asked for, and a run is read again where the times or sizes of its files have changed. Whether
a run is in training is never kept: its lock tells.
"""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from twinprop.errors import TwinpropError
from twinprop.run.directory import words_of
from twinprop.run.files import is_number, read_config, read_summary
from twinprop.run.found import Found, find
from twinprop.run.lock import is_held
from twinprop.run.tags import NAME as TAGS
from twinprop.run.tags import tags_of

NAME = ".runs.sqlite"

FORMAT = 1
"""Of what is kept; another one is read anew."""

WORTH_KEEPING = 20
"""Runs read anew for which an index is written: fewer are read as fast again."""

WORTH_TELLING = 500

NOTHING: dict[str, Any] = {"keys": {}, "words": [], "status": "", "reason": "", "results": {}, "began": 0.0}
"""What is kept of a run of which nothing can be read."""

KINDS = {name: type(value) for name, value in NOTHING.items()}

TABLE = "CREATE TABLE runs (name TEXT PRIMARY KEY, stamp TEXT, text TEXT)"
"""The index. In one that somebody else made, `runs` could be a view that never ends."""

LATEST = 2.0**33
"""Of a time, in seconds since 1970: a later one is no date."""

END = 4096
"""Bytes in which the last line of metrics.csv is."""


@dataclass
class Entry:
    """A run among many.

    Attributes:
        path: its directory.
        sweep: that of its sweep; None for a single run.
        keys: its configuration, flat.
        words: the overrides that were typed.
        status: one of `found.STATUSES`.
        reason: why it ended so, or what of it cannot be read.
        results: by name: `val_accuracy`, `best_epoch`, `seconds`, ...; before its end, of the last evaluation.
        began: when, in seconds since 1970.
        tags: those that a person gave it.
    """

    path: Path
    sweep: Path | None
    keys: dict[str, Any]
    words: list[str]
    status: str
    reason: str
    results: dict[str, float]
    began: float
    tags: list[str]


def entries(directory: Path) -> list[Entry]:
    """The runs at and below a directory, in the order of their names.

    Raises:
        TwinpropError: it is not there, or no directory.
    """
    root = directory.absolute()
    found = list(find(root))
    stamps = [stamp(each) for each in found]
    names = [os.path.relpath(each.path, root) if each.path != root else "." for each in found]
    kept = read_index(root / NAME)
    new = {name: at for name, at, now in zip(names, found, stamps, strict=True) if kept.get(name, ("",))[0] != now}
    if len(new) >= WORTH_TELLING:
        print(f"reading {len(new):,} runs, once; an index keeps them", file=sys.stderr)
    read = {name: read_run(each) for name, each in new.items()}
    gone = kept.keys() - set(names)
    if len(read) >= WORTH_KEEPING or (kept and (read or gone)):
        now = dict(zip(names, stamps, strict=True))
        write_index(root / NAME, [(name, now[name], json.dumps(each)) for name, each in read.items()], gone)
    held = cache(is_held)
    return [entry(each, read.get(name) or kept[name][1], held) for name, each in zip(names, found, strict=True)]


def stamp(found: Found) -> str:
    """What is another one where a run has to be read again."""
    parts = [str(FORMAT)]
    for name in (".hydra/config.yaml", "summary.json"):
        if name.partition("/")[0] in found.names:
            with suppress(OSError):
                status = os.stat(f"{found.path}/{name}")
                parts.append(f"{status.st_mtime_ns}.{status.st_size}")
        parts.append("/")
    return " ".join(parts)


def read_run(found: Found) -> dict[str, Any]:
    """What is kept of a run: its configuration and its summary, as far as they can be read."""
    kept: dict[str, Any] = {**NOTHING, "began": began(found)}
    kept["words"] = words_of(found.path)
    try:
        if ".hydra" in found.names:
            kept["keys"] = read_config(found.path / ".hydra" / "config.yaml")
        if "summary.json" in found.names:
            summary = read_summary(found.path / "summary.json")
            kept |= {
                "status": summary["status"],
                "reason": str(summary.get("reason") or ""),
                "results": results(summary),
            }
    except TwinpropError as error:
        kept |= {"status": "unreadable", "reason": str(error)}
    return kept


def results(summary: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of a summary by flat names: `val_accuracy`, `best_test_loss`, `epochs`, `seconds`, ..."""
    flat: dict[str, float] = {}

    def add(name: str, value: Any) -> None:
        if isinstance(value, int | float) and not isinstance(value, bool):
            flat[name] = value

    for split in ("train", "val", "test"):
        for what, value in (summary.get(split) or {}).items():
            add(f"{split}_{what}", value)
    best = summary.get("best") or {}
    for what, value in best.items():
        add("best_epoch" if what == "epoch" else f"best_val_{what}", value)
    for what, value in (best.get("test") or {}).items():
        add(f"best_test_{what}", value)
    for name in ("converged_epoch", "epochs", "steps", "parameters", "samples_per_second"):
        add(name, summary.get(name))
    seconds = summary.get("seconds") or {}
    for name, what in {"seconds": "train", "seconds_in_all": "total", "seconds_per_epoch": "per_epoch"}.items():
        add(name, seconds.get(what))
    return flat


def began(found: Found) -> float:
    """When a run began: its event file is named by that, which no copying changes; else its configuration's time."""
    times = [name.split(".")[3] for name in found.names if name.startswith("events.out.tfevents.")]
    known = sorted(float(each) for each in times if each.isascii() and each.isdecimal())
    for name in (".hydra/overrides.yaml", ".hydra", "."):
        with suppress(OSError):
            known.append(os.stat(found.path / name).st_mtime)
    return next((each for each in known if 0 <= each < LATEST), 0.0)


def entry(found: Found, kept: Mapping[str, Any], held: Callable[[Path], bool]) -> Entry:
    """A run as it is now, with what is kept of it."""
    status = kept["status"] if kept["status"] == "unreadable" else found.status(kept["status"], held)
    values = kept["results"]
    if status in ("running", "killed"):
        values = {**values, **last_evaluation(found.path)}
    tags = tags_of(found.path) if TAGS in found.names else []
    return Entry(
        found.path, found.sweep, kept["keys"], kept["words"], status, kept["reason"], values, kept["began"], tags
    )


def last_evaluation(path: Path) -> dict[str, float]:
    """The last whole line of a metrics.csv that is being written, by its columns; nothing where there is none."""
    if not (path / "metrics.csv").is_file():
        return {}
    try:
        with open(path / "metrics.csv", "rb") as file:
            head = file.readline(END).decode()
            file.seek(max(file.tell(), file.seek(0, os.SEEK_END) - END))
            lines = file.read().decode().split("\n")[:-1]
    except (OSError, ValueError):
        return {}
    if not lines:
        return {}
    names, cells = next(csv.reader([head])), next(csv.reader([lines[-1]]))
    found = {}
    for name, cell in zip(names, cells, strict=False):
        with suppress(ValueError):
            found[{"epoch": "epochs", "step": "steps"}.get(name, name)] = float(cell)
    found.pop("seconds", None)  # since the evaluation before
    return found


def read_index(path: Path) -> dict[str, tuple[str, dict[str, Any]]]:
    """What is kept: by a run's place below the directory, its stamp and itself; nothing where that cannot be read."""
    if not path.is_file():
        return {}
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            if database.execute("SELECT sql FROM sqlite_master WHERE name = 'runs'").fetchall() != [(TABLE,)]:
                return {}
            rows = database.execute("SELECT name, stamp, text FROM runs")
            return {name: (at, kept) for name, at, text in rows if is_kept(kept := json.loads(text))}
    except (sqlite3.Error, ValueError, TypeError, RecursionError):
        return {}


def is_kept(value: Any) -> bool:
    """Whether this is what `read_run` gives, in a file that may come from anywhere."""
    return (
        isinstance(value, dict)
        and {name: type(each) for name, each in value.items()} == KINDS
        and all(map(is_number, value["results"].values()))
        and all(isinstance(word, str) for word in value["words"])
        and 0 <= value["began"] < LATEST
    )


def write_index(path: Path, rows: Iterable[tuple[str, str, str]], gone: Iterable[str]) -> None:
    """Keep what was read; where that cannot be, as in a folder of somebody else, it is only read again."""
    for attempt in (1, 2):
        try:
            with closing(sqlite3.connect(path, timeout=5)) as database, database:
                known = database.execute("SELECT type, name, sql FROM sqlite_master WHERE sql NOT NULL").fetchall()
                if known not in ([], [("table", "runs", TABLE)]):
                    raise sqlite3.DatabaseError("none of ours")
                if not known:
                    database.execute(TABLE)
                database.executemany("DELETE FROM runs WHERE name = ?", ((name,) for name in gone))
                database.executemany("INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", rows)
            return
        except sqlite3.OperationalError:  # no place to write, or others write now
            return
        except sqlite3.Error:  # it is damaged, or none of ours
            if attempt == 1:
                with suppress(OSError):
                    path.unlink()
