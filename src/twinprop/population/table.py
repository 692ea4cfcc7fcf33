"""What became of a sweep: a table, sorted and with spread over seeds, and a row for each job in sweep.csv."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from twinprop.population.compare import remarks, typed
from twinprop.population.seeds import counted, over_seeds
from twinprop.run.directory import write_atomically
from twinprop.run.showing import only_shows
from twinprop.run.summary import result
from twinprop.task import Classification, Task, task_named
from twinprop.text import ranges, shown

MOST_ROWS = 30
"""On the console; all of them are in sweep.csv."""

LONGEST = 16
"""Characters for the numbers of the jobs in a row; where they take more, their count stands there."""


def tasks_of(summaries: Iterable[Mapping[str, Any]]) -> list[type[Task]]:
    """What jobs learn, each task once."""
    return list(dict.fromkeys(task_named(each["task"]) for each in summaries if "task" in each)) or [Classification]


def settings_of(overrides: Sequence[str]) -> dict[str, str]:
    """What overrides set, by key; an experiment is a key too."""
    return {key.lstrip("+"): value for key, _, value in (word.partition("=") for word in overrides)}


def seeds_together(settings: Mapping[int, Mapping[str, str]]) -> dict[str, list[int]]:
    """The numbers of the jobs that differ in their seed alone, by what else was varied."""
    same: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for number, each in settings.items():
        others = {key: value for key, value in each.items() if key != "seed"}
        label = {key: others.pop(key) for key in ("label",) if key in others}
        same.setdefault((*label.items(), *others.items()), []).append(number)
    named: dict[str, list[int]] = {}
    for short in (True, False):
        named = {", ".join(typed(*each, short) for each in pairs) or "default": same[pairs] for pairs in same}
        if len(named) == len(same):
            break
    return named


def jobs_table(varied: Mapping[int, Sequence[str]], summaries: Mapping[int, Mapping[str, Any]], metric: str) -> Table:
    """`rows_of_jobs`; where it cannot be made, that is told, and an empty table ends nothing."""
    with only_shows("the table of jobs"):
        return rows_of_jobs(varied, summaries, metric)
    return Table(box=None)


def rows_of_jobs(varied: Mapping[int, Sequence[str]], summaries: Mapping[int, Mapping[str, Any]], metric: str) -> Table:
    """A row for the jobs that differ in their seed alone, best first, with mean ± standard deviation.

    Args:
        varied: the overrides that are not the same for all jobs, by the jobs' numbers.
        summaries: what became of each.
        metric: what to sort by.
    """
    settings = {number: settings_of(overrides) for number, overrides in varied.items()}
    identities = {
        number: tuple(sorted(pair for pair in each.items() if pair[0] != "label")) for number, each in settings.items()
    }
    rows = []
    for name, numbers in seeds_together(settings).items():
        some = [summaries[number] for number in numbers]
        places = counted([identities[number] for number in numbers], some)
        rows.append((name, numbers, some, [some[place] for place in places]))
    rows.sort(key=lambda row: over_seeds(row[3], metric).rank)
    said = remarks(
        list(settings.values()),
        list(dict.fromkeys(key for each in settings.values() for key in each)),
        list(identities.values()),
        [summaries[number] for number in settings],
        list(settings),
    )
    table = Table(box=None, pad_edge=False, header_style="", caption="\n".join(said) or None, caption_justify="left")
    table.add_column("job" if len(rows) == len(varied) else "jobs", no_wrap=True)
    table.add_column("varied", overflow="fold", min_width=12)
    columns = [metric]
    for task in tasks_of(summaries.values()):
        columns += [task.metric(), f"test_{task.chief}", *(f"test_{what}" for what in task.scores)]
    columns = list(dict.fromkeys([*columns, "test_loss"]))
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("status", no_wrap=True)
    for name, numbers, some, distinct in rows[:MOST_ROWS]:
        statuses = [summary["status"] for summary in some]
        of_each = {status: statuses.count(status) for status in dict.fromkeys(statuses)}
        status = ", ".join(f"{count} {each}" if len(some) > 1 else each for each, count in of_each.items())
        jobs = ranges(numbers)
        results = [str(over_seeds(distinct, column)) for column in columns]
        table.add_row(jobs if len(jobs) < LONGEST else f"{len(numbers)} jobs", shown(name), *results, status)
    if len(rows) > MOST_ROWS:
        table.add_row("", f"and {len(rows) - MOST_ROWS} more in sweep.csv", *[""] * len(columns), "")
    return table


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
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = list(dict.fromkeys(name for task in tasks_of(summaries.values()) for name in task.results()))
    writer.writerow(["job", "directory", *keys, "status", "reason", "epochs", *names, "seconds"])
    for number, summary in sorted(summaries.items()):
        chosen = dict(word.partition("=")[::2] for word in overrides[number])
        values = [result(summary, name) for name in names]
        seconds = (summary.get("seconds") or {}).get("train", "")
        results = ["" if math.isnan(value) else value for value in values]
        ending = [summary["status"], summary.get("reason", ""), summary.get("epochs", 0)]
        chosen_values = [chosen.get(key, "") for key in keys]
        writer.writerow([number, directories[number], *chosen_values, *ending, *results, seconds])
    write_atomically(path, text.getvalue().encode())
