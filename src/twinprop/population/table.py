"""What became of a sweep: a table, sorted and with spread over seeds, and a row for each job in sweep.csv."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from twinprop.population.compare import Comparison
from twinprop.population.seeds import over_seeds, was_dropped
from twinprop.run.directory import write_atomically
from twinprop.run.summary import result
from twinprop.task import Classification, Task, task_named
from twinprop.text import csv_text, plural, ranges, shown

MOST_ROWS = 30
"""On the console; all of them are in sweep.csv."""

LONGEST = 16
"""Characters for the numbers of the jobs in a row; where they take more, their count stands there."""


def tasks_of(summaries: Iterable[Mapping[str, Any]]) -> list[type[Task]]:
    """What jobs learn, each task once."""
    return list(dict.fromkeys(task_named(each["task"]) for each in summaries if "task" in each)) or [Classification]


def jobs_table(
    numbers: Sequence[int],
    configurations: Mapping[int, Mapping[str, Any]],
    overrides: Mapping[int, Sequence[str]],
    summaries: Mapping[int, Mapping[str, Any]],
    metric: str,
) -> Table:
    """A row for the jobs that differ in their seed alone, best first, with mean ± standard deviation.

    Args:
        numbers: of the jobs.
        configurations: of those that could be composed, flat, by the jobs' numbers.
        overrides: what was typed for each, which names a job that could not be composed.
        summaries: what became of each.
        metric: what to sort by.
    """
    known = [number for number in numbers if number in configurations]
    some = [summaries[number] for number in known]
    comparison = Comparison([configurations[number] for number in known], some, metric, known)
    names = comparison.names()
    rows = [
        (names[each.positions[0]], [known[position] for position in each.positions], each.summaries)
        for each in comparison.ranked()
    ]
    rows += [
        (", ".join(overrides[number]), [number], [summaries[number]])
        for number in numbers
        if number not in configurations
    ]
    gone = any(was_dropped(summary) for summary in summaries.values())
    said = "\n".join([*comparison.remarks, *["in brackets: what runs had reached when they were dropped"] * gone])
    table = Table(box=None, pad_edge=False, header_style="", caption=said or None, caption_justify="left")
    table.add_column("job" if len(rows) == len(numbers) else "jobs", no_wrap=True)
    table.add_column("varied", overflow="fold", min_width=12)
    columns = [metric]
    for task in tasks_of(summaries.values()):
        columns += [task.metric(), f"test_{task.chief}", *(f"test_{what}" for what in task.scores)]
    columns = list(dict.fromkeys([*columns, "test_loss"]))
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("status", no_wrap=True)
    for name, own, counting in rows[:MOST_ROWS]:
        statuses = [summaries[number]["status"] for number in own]
        of_each = {status: statuses.count(status) for status in dict.fromkeys(statuses)}
        status = ", ".join(f"{count} {each}" if len(own) > 1 else each for each, count in of_each.items())
        results = [str(over_seeds(counting, column)) for column in columns]
        jobs = ranges(own)
        table.add_row(jobs if len(jobs) < LONGEST else f"{len(own)} jobs", shown(name), *results, status)
    if len(rows) > MOST_ROWS:
        table.add_row("", f"and {len(rows) - MOST_ROWS} more in sweep.csv", *[""] * len(columns), "")
    return table


def dropped_line(summaries: Iterable[Mapping[str, Any]]) -> str:
    """How many runs were dropped after which epoch; empty where none was."""
    epochs = Counter(summary["stopped"]["epoch"] for summary in summaries if was_dropped(summary))
    each = ", ".join(f"{count:,} after epoch {epoch}" for epoch, count in sorted(epochs.items()))
    return f"{plural(epochs.total(), 'run')} dropped: {each}" if epochs else ""


def table_of_rows(rows: Sequence[Mapping[str, str]]) -> Table:
    """Rows that have the same columns."""
    table = Table(box=None, pad_edge=False, header_style="")
    for name in rows[0]:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*map(shown, row.values()))
    return table


def write_csv(
    path: Path,
    directories: Mapping[int, str],
    overrides: Mapping[int, Sequence[str]],
    summaries: Mapping[int, Mapping[str, Any]],
) -> None:
    """Write sweep.csv: a row for each job, with its overrides, its results and what became of it."""
    keys = list(dict.fromkeys(word.partition("=")[0] for words in overrides.values() for word in words))
    names = list(dict.fromkeys(name for task in tasks_of(summaries.values()) for name in task.results()))
    rows: list[list[Any]] = [["job", "directory", *keys, "status", "reason", "epochs", *names, "seconds"]]
    for number, summary in sorted(summaries.items()):
        chosen = dict(word.partition("=")[::2] for word in overrides[number])
        values = [result(summary, name) for name in names]
        seconds = (summary.get("seconds") or {}).get("train", "")
        results = ["" if math.isnan(value) else value for value in values]
        ending = [summary["status"], summary.get("reason", ""), summary.get("epochs", 0)]
        chosen_values = [chosen.get(key, "") for key in keys]
        rows.append([number, directories[number], *chosen_values, *ending, *results, seconds])
    write_atomically(path, csv_text(rows).encode())
