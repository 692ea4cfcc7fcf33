"""What became of a sweep: a table, sorted and with spread over seeds, and a row for each job in sweep.csv."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from rich.table import Table

from twinprop.population.compare import spread
from twinprop.run.directory import write_atomically
from twinprop.run.names import short_name
from twinprop.run.summary import result
from twinprop.text import ranges

SHOWN = 30
"""Rows on the console; all of them are in sweep.csv."""

LONGEST = 16
"""Characters for the numbers of the jobs in a row; where they take more, their count stands there."""

RESULTS = [f"{split}_{what}" for split in ("train", "val", "test") for what in ("loss", "accuracy")]


def over_seeds(varied: Mapping[int, Sequence[str]]) -> dict[str, list[int]]:
    """The numbers of the jobs that differ in their seed alone, by what else was varied."""
    same: dict[str, list[int]] = {}
    for number, overrides in varied.items():
        labels = [word for word in overrides if word.startswith("label=")]
        others = [word for word in overrides if not word.startswith(("seed=", "label="))]
        choice = ", ".join([*labels, *([short_name(others, None)] if others or not labels else [])])
        same.setdefault(choice, []).append(number)
    # a sampled number comes with more digits than anyone reads
    short = {choice: re.sub(r"\d*\.\d{6,}(e-?\d+)?", lambda found: f"{float(found[0]):.4g}", choice) for choice in same}
    return {short[choice]: numbers for choice, numbers in same.items()} if len({*short.values()}) == len(same) else same


def table(varied: Mapping[int, Sequence[str]], summaries: Mapping[int, Mapping[str, Any]], metric: str) -> Table:
    """A row for each choice, best first, with mean ± standard deviation where several seeds were trained.

    Args:
        varied: the overrides that are not the same for all jobs, by the jobs' numbers.
        summaries: what became of each.
        metric: what to sort by.
    """
    sign = -1 if metric.endswith("accuracy") else 1

    def key(numbers: Sequence[int]) -> tuple[bool, float]:
        values = [result(summaries[number], metric) for number in numbers]
        finite = [value for value in values if math.isfinite(value)]
        return not finite, sign * fmean(finite) if finite else 0.0

    rows = sorted(over_seeds(varied).items(), key=lambda item: key(item[1]))
    shown = Table(box=None, pad_edge=False, header_style="")
    shown.add_column("job" if len(rows) == len(varied) else "jobs", no_wrap=True)
    shown.add_column("varied", overflow="fold", min_width=12)
    columns = [metric, *(name for name in ("val_accuracy", "test_accuracy", "test_loss") if name != metric)]
    for name in columns:
        shown.add_column(name, justify="right", no_wrap=True)
    shown.add_column("status", no_wrap=True)
    for choice, numbers in rows[:SHOWN]:
        statuses = [summaries[number]["status"] for number in numbers]
        counted = {status: statuses.count(status) for status in dict.fromkeys(statuses)}
        status = ", ".join(f"{count} {name}" if len(numbers) > 1 else name for name, count in counted.items())
        values = [spread([result(summaries[number], name) for number in numbers]) for name in columns]
        jobs = ranges(numbers)
        shown.add_row(jobs if len(jobs) < LONGEST else f"{len(numbers)} jobs", choice, *values, status)
    if len(rows) > SHOWN:
        shown.add_row("", f"and {len(rows) - SHOWN} more in sweep.csv", *[""] * len(columns), "")
    return shown


def table_of(rows: Sequence[Mapping[str, str]]) -> Table:
    """Rows that have the same columns."""
    shown = Table(box=None, pad_edge=False, header_style="")
    for name in rows[0]:
        shown.add_column(name, overflow="fold")
    for row in rows:
        shown.add_row(*row.values())
    return shown


def write_csv(
    path: Path,
    directories: Mapping[int, str],
    overrides: Mapping[int, Sequence[str]],
    summaries: Mapping[int, Mapping[str, Any]],
) -> None:
    """Write sweep.csv: a row for each job, with its overrides, its results and what became of it."""
    keys = list(dict.fromkeys(word.partition("=")[0] for words in overrides.values() for word in words))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["job", "directory", *keys, "status", "reason", "epochs", *RESULTS, "seconds"])
    for number, summary in sorted(summaries.items()):
        chosen = dict(word.partition("=")[::2] for word in overrides[number])
        values = [result(summary, name) for name in RESULTS]
        seconds = (summary.get("seconds") or {}).get("train", "")
        results = ["" if math.isnan(value) else value for value in values]
        ending = [summary["status"], summary.get("reason", ""), summary.get("epochs", 0)]
        chosen_values = [chosen.get(key, "") for key in keys]
        writer.writerow([number, directories[number], *chosen_values, *ending, *results, seconds])
    write_atomically(path, text.getvalue().encode())
