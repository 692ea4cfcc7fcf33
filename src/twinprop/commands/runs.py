"""`python -m twinprop runs [DIR]`: the runs below a directory, the newest first, with what varied and what came of it.

A run can be named in other commands as it is in the list. `--where` compares keys and results: `--where model.depth=2`,
`--where lr<0.1`, `--where val_accuracy>0.9`. How runs can have ended:
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from twinprop.errors import TwinpropError
from twinprop.population.compare import chosen, named
from twinprop.run import selection
from twinprop.run.found import STATUSES
from twinprop.run.index import Entry, entries
from twinprop.task import usual_metric
from twinprop.text import aligned, csv_text, markdown_table, shown, spelled

LISTED = 50
"""Runs on a terminal, where not all are asked for."""

METRICS = 3
"""Columns of what runs are compared by, at most."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = f"{__doc__}\n" + "\n".join(f"  {name:12}  {what}" for name, what in STATUSES.items())
    parser.add_argument(
        "directory", nargs="?", default="outputs", metavar="DIR", help="runs, sweeps; outputs if left out"
    )
    add_filters(parser)
    parser.add_argument("--sort", default="began", metavar="KEY", help="by a result or a key, the best first")
    parser.add_argument("--reverse", action="store_true", help="the other way round")
    parser.add_argument("--limit", type=int, default=LISTED, metavar="N", help=f"rows, at most: {LISTED}; 0 for all")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="all of all runs, as JSON")
    form.add_argument("--csv", action="store_true", help="all results of all runs, and the keys that vary, as CSV")
    form.add_argument("--md", action="store_true", help="the table as Markdown")


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Options that say which runs are meant."""
    parser.add_argument("--where", action="append", default=[], metavar="KEY=VALUE", help="also !=, <, <=, >, >=")
    parser.add_argument("--status", metavar="STATUS", help="those that ended so")
    parser.add_argument("--since", metavar="TIME", help="begun since 7d, 12h, 30m, 2w or 2026-11-01")
    parser.add_argument("--before", metavar="TIME", help="begun before that")
    parser.add_argument("--tag", metavar="NAME", help="those with a tag")


def filtered(found: list[Entry], args: argparse.Namespace) -> list[Entry]:
    """The runs that are meant by the options of `add_filters`.

    Raises:
        TwinpropError: an option cannot be understood.
    """
    for condition in args.where:
        found = selection.where(found, condition)
    if args.status:
        found = selection.with_status(found, args.status)
    if args.since:
        since = selection.moment(args.since)
        found = [entry for entry in found if entry.began >= since]
    if args.before:
        before = selection.moment(args.before)
        found = [entry for entry in found if entry.began < before]
    return [entry for entry in found if args.tag in entry.tags] if args.tag else found


def main(args: argparse.Namespace) -> int:
    if args.limit < 0:
        raise TwinpropError(f"--limit {args.limit}: must be a whole number, at least 0; 0 lists all.")
    root = Path(args.directory)
    found = selection.ordered(filtered(entries(root), args), args.sort, args.reverse)
    if args.json:
        print("[" + ",\n".join(json.dumps(as_json(entry), default=str) for entry in found) + "]")  # a line each
    elif args.csv:
        print(csv_text(csv_rows(found)), end="")
    elif not found:
        print(f"{shown(str(root))}: no run there is meant.")
    else:
        print_table(found[: args.limit or None], len(found), args)
    return 0


def print_table(listed: Sequence[Entry], count: int, args: argparse.Namespace) -> None:
    """The runs as lines, and how many there are."""
    rows = table(listed, args.sort)
    head = list(rows[0])
    right = [name for name in head if name not in ("began", "run", "varied", "status", "tags")]
    cells = [list(row.values()) for row in rows]
    if args.md:
        print(markdown_table(head, cells, right))
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    print(aligned(head, cells, right, width))
    statuses = Counter(entry.status for entry in listed)
    told = ", ".join(f"{number:,} {status}" for status, number in statuses.most_common())
    if count > len(listed):
        print(f"{len(listed):,} of {count:,} runs; --limit 0 lists all")
    else:
        print(f"{count:,} {'run' if count == 1 else 'runs'}: {told}")


def table(listed: Sequence[Entry], sort: str) -> list[dict[str, str]]:
    """A row for each run."""
    common = set.intersection(*(set(entry.words) for entry in listed)) if len(listed) > 1 else set()
    names = list(dict.fromkeys(str(entry.keys.get("metric") or usual_metric(entry.results)) for entry in listed))[
        :METRICS
    ]
    columns = {name: result_or_nothing(name, listed) for name in (*names, "seconds")}
    if sort not in (*columns, *selection.OWN):
        columns[sort] = selection.column(sort, listed)
    rows = []
    for entry in listed:
        words = [word for word in entry.words if word not in common]
        row = {
            "began": when(entry.began),
            "run": name_of(entry),
            "varied": " ".join(named({key: value}) for key, _, value in (word.partition("=") for word in words)),
            "status": entry.status,
            **{name: number(name, value(entry)) for name, value in columns.items()},
            "tags": ", ".join(entry.tags),
        }
        rows.append(row)
    empty = [name for name in ("varied", "tags") if not any(row[name] for row in rows)]
    return [{name: cell for name, cell in row.items() if name not in empty} for row in rows]


def result_or_nothing(name: str, listed: Sequence[Entry]) -> Callable[[Entry], Any]:
    """What gives a result, though no run may have got so far."""
    if any(name in entry.results for entry in listed):
        return selection.column(name, listed)
    return lambda entry: None


def when(began: float) -> str:
    """A time in a list."""
    return datetime.fromtimestamp(began).strftime("%Y-%m-%d %H:%M")


def name_of(entry: Entry) -> str:
    """What a run can be called in other commands: its path from here or in outputs, of a job up to its number."""
    path = entry.path
    number, _, rest = path.name.partition("_")
    if entry.sweep is not None and number.isdecimal() and rest and path.parent == entry.sweep:
        path = path.parent / number
    for base in (selection.OUTPUTS.absolute(), Path.cwd()):
        if path != base and path.is_relative_to(base):
            return str(path.relative_to(base))
    return str(path)


def number(name: str, value: Any) -> str:
    """A key or a result in a list."""
    if selection.lacks(value):
        return "-"
    if not selection.is_number(value):
        return spelled(value)
    if name == "seconds":
        return f"{value:,.2f}" if value < 10 else f"{value:,.0f}"
    return f"{value:.4f}" if isinstance(value, float) and 1e-3 <= abs(value) < 1e4 else f"{value:.5g}"


def as_json(entry: Entry) -> dict[str, Any]:
    """All that is known of a run, as JSON takes it."""
    return {
        "run": str(entry.path),
        "sweep": None if entry.sweep is None else str(entry.sweep),
        "began": datetime.fromtimestamp(entry.began).astimezone().isoformat(timespec="seconds"),
        "status": entry.status,
        "reason": entry.reason,
        "tags": entry.tags,
        "overrides": entry.words,
        "results": {name: None if math.isnan(value) else value for name, value in entry.results.items()},
        "config": entry.keys,
    }


def csv_rows(found: Sequence[Entry]) -> list[list[Any]]:
    """A head, and a row for each run."""
    keys = chosen([entry.keys for entry in found])
    results = list(dict.fromkeys(name for entry in found for name in entry.results))
    rows: list[list[Any]] = [["run", "began", "status", "reason", "tags", *keys, *results]]
    for entry in found:
        facts = as_json(entry)
        own: Mapping[str, Any] = facts["results"]
        rows.append(
            [
                facts["run"],
                facts["began"],
                entry.status,
                entry.reason,
                " ".join(entry.tags),
                *(spelled(entry.keys[key]) if key in entry.keys else "" for key in keys),
                *(own.get(name, "") for name in results),
            ]
        )
    return rows
