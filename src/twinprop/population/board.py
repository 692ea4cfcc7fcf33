"""A folder for TensorBoard to look at: well chosen runs by readable names, and one more run that sums up all of them.

TensorBoard ticks no run where there are more than 40, and its pages then look empty; and the more runs there are, the
longer it takes to open. So of many runs the best are linked into a folder, each named by what was varied in its sweep.
Beside them lies one event file with a table of all, their results by rank, the best run's curves, and the keys that
HPARAMS shows.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams import api_pb2, plugin_data_pb2

from twinprop.errors import OutputError
from twinprop.population.compare import is_number, keys_of, short_key, short_value, typed
from twinprop.run import plugin_values
from twinprop.run.events import EventFile
from twinprop.run.files import metrics_problem
from twinprop.run.index import Entry
from twinprop.run.names import beginning
from twinprop.run.selection import ordered
from twinprop.run.summary_values import image_file, scalars
from twinprop.task import usual_metric
from twinprop.text import as_typed, in_shell, markdown_table, plural

TICKED = 40
"""Runs that TensorBoard ticks when its page opens; of more, none."""

MOST_ROWS = 100
"""Of the table of runs."""

MOST_BYTES = 200
"""Of a name, as file systems count."""


def metric_of(found: Sequence[Entry]) -> str:
    """By what runs are compared: what most of them say."""
    names = [str(entry.keys.get("metric") or usual_metric(entry.results)) for entry in found]
    return max(sorted(set(names)), key=names.count) if names else usual_metric(())


def choose(found: Sequence[Entry], most: int, best: bool) -> list[Entry]:
    """The runs to show: all where they are few, else the best, or the newest; those without events are none.

    Args:
        found: all of them.
        most: how many, at most; 0 for all.
        best: whether the best are chosen, and not the newest.
    """
    begun = [entry for entry in found if entry.status not in ("not started", "waiting")]
    if not most or len(begun) <= most:
        return begun
    metric = metric_of(begun)
    have_it = any(metric in entry.results for entry in begun)
    return ordered(begun, metric if best and have_it else "began")[:most]


def named(found: Sequence[Entry], root: Path) -> dict[str, Entry]:
    """Runs by readable names: of a job its number and what was varied in its sweep, of a run its directory's.

    Args:
        found: the runs, all jobs of a sweep among them or not.
        root: where they were looked for.
    """
    by_sweep: dict[Path | None, list[Entry]] = {}
    for entry in found:
        by_sweep.setdefault(entry.sweep, []).append(entry)
    names: dict[str, Entry] = {}
    for sweep, jobs in by_sweep.items():
        common = set.intersection(*(set(job.words) for job in jobs)) if len(jobs) > 1 else set()
        for job in jobs:
            where = "" if job.path == root else os.path.relpath(job.path.parent, root)
            own = job.path.name
            words = [word for word in job.words if word not in common]
            number = own.partition("_")[0]
            if sweep is not None and words and number.isdecimal():
                said = " ".join(
                    typed(key, value, short=True) for key, _, value in (word.partition("=") for word in words)
                )
                own = beginning(f"{number} {said}".replace("/", "_").replace("\\", "_"), MOST_BYTES, MOST_BYTES)
            names[own if where in ("", ".") else f"{where}/{own}"] = job
    return names


def link(folder: Path, runs: Mapping[str, Entry]) -> None:
    """Link runs into a folder under their names, beside those that are there.

    Raises:
        OutputError: that cannot be.
    """
    for name, entry in runs.items():
        path = folder / name
        if not os.path.lexists(path):
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.symlink_to(entry.path, target_is_directory=True)
            except OSError as error:
                raise OutputError(f"{path}: cannot be linked to {entry.path} ({error.strerror}).") from error


def write_overview(folder: Path, found: Sequence[Entry], shown: Mapping[str, Entry], root: Path) -> None:
    """Write the run that sums up all others.

    Args:
        folder: its directory.
        found: all runs.
        shown: those that are linked, by their names.
        root: where they were looked for.
    """
    metric = metric_of(found)
    ranked = ordered(found, metric) if any(metric in entry.results for entry in found) else list(found)
    file = EventFile(folder)
    file.add([plugin_values.text("all runs/text_summary", overview(ranked, shown, metric, root))])
    file.add([experiment(found, metric)])
    values = [entry.results[metric] for entry in ranked if is_number(entry.results.get(metric))]
    for rank, value in enumerate(values, start=1):
        file.add(scalars({f"all runs/{metric} by rank": value}), rank)
    what = ["loss", *({metric.partition("_")[2]} - {"loss"})]
    for row in rows_of(ranked[0].path):
        cells = {
            f"the best run/{each}/{split}": row.get(f"{split}_{each}") for each in what for split in ("train", "val")
        }
        file.add(scalars({tag: float(cell) for tag, cell in cells.items() if cell}), int(row["epoch"]))
    curves = {
        f"{each}, training and validation": [f"the best run/{each}/{split}" for split in ("train", "val")]
        for each in what
    }
    curves[f"{metric} of all runs, by rank"] = [f"all runs/{metric} by rank"]
    file.add([plugin_values.diagrams(curves, "the best run, and all")])
    for picture in sorted(root.glob("plots/*.png")):
        file.add([image_file(f"report/{picture.stem}", picture)])
    file.flush()


def rows_of(path: Path) -> list[dict[str, str]]:
    """The lines of a run's metrics.csv; none where that cannot be read."""
    if metrics_problem(path / "metrics.csv") is not None:
        return []
    with open(path / "metrics.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def overview(ranked: Sequence[Entry], shown: Mapping[str, Entry], metric: str, root: Path) -> str:
    """What the TEXT tab says: how many runs, which are shown, a table of them, and what to type for others."""
    command = as_typed(f"python -m twinprop board {in_shell(str(root))}")
    statuses = [entry.status for entry in ranked]
    counts = ", ".join(f"{statuses.count(status)} {status}" for status in dict.fromkeys(statuses))
    said = f"{plural(len(ranked), 'run')} in `{root}`: {counts}."
    if len(shown) < len(ranked):
        said += (
            f" {len(shown)} of them are shown here: TensorBoard ticks no run where there are more than {TICKED}. "
            f"`{command} --best 20` shows the 20 best, `--where optimizer.lr=0.1` those with a value, `--all` all."
        )
    keys = keys_of([entry.keys for entry in ranked])
    names = {entry.path: name for name, entry in shown.items()}
    results = [
        metric,
        f"best_{metric}",
        *(f"test_{what}" for what in dict.fromkeys((metric.partition("_")[2], "loss"))),
    ]
    results = [name for name in dict.fromkeys(results) if any(name in entry.results for entry in ranked)]
    head = ["rank", "run", *map(short_key, keys), *(["status"] if len(set(statuses)) > 1 else []), *results]
    rows = []
    for rank, entry in enumerate(ranked[:MOST_ROWS], start=1):
        chosen = [short_value(entry.keys[key]) if key in entry.keys else "" for key in keys]
        found = [f"{entry.results[name]:.4g}" if is_number(entry.results.get(name)) else "" for name in results]
        # beside the values of what varied, a job needs no more than its number
        name = entry.path.name.partition("_")[0] if entry.sweep and keys else names.get(entry.path, entry.path.name)
        rows.append([str(rank), name, *chosen, *([entry.status] if "status" in head else []), *found])
    more = (
        f"\n\nand {len(ranked) - MOST_ROWS} more: `{as_typed('python -m twinprop runs')} {in_shell(str(root))}`"
        if len(ranked) > MOST_ROWS
        else ""
    )
    return f"{said}\n\n{markdown_table(head, rows, ['rank', *results])}{more}"


def experiment(found: Sequence[Entry], metric: str) -> Summary.Value:
    """Which keys HPARAMS shows, those that varied, and which results, the one that runs are compared by first."""
    keys = keys_of([entry.keys for entry in found])
    infos = [key_info(key, [entry.keys[key] for entry in found if entry.keys.get(key) is not None]) for key in keys]
    split, _, what = metric.partition("_")
    own = [f"{what}/{split}", f"best/{metric}", f"{what}/test"]
    tags = dict.fromkeys([*own, "loss/val", "loss/test", "train/seconds_per_epoch"])
    metrics = [api_pb2.MetricInfo(name=api_pb2.MetricName(tag=tag)) for tag in tags]
    whole = api_pb2.Experiment(hparam_infos=infos, metric_infos=metrics)
    return plugin_values.session(plugin_values.EXPERIMENT, plugin_data_pb2.HParamsPluginData(experiment=whole))


def key_info(key: str, values: Iterable[Any]) -> api_pb2.HParamInfo:
    """A key that varied, of the type that its runs give it: numbers are chosen by a range, words by ticking."""
    kept = list(values)
    if any(map(is_number, kept)):  # a full batch is its size
        numbers = [value for value in kept if is_number(value)]
        info = api_pb2.HParamInfo(name=key, type=api_pb2.DATA_TYPE_FLOAT64, differs=True)
        info.domain_interval.min_value, info.domain_interval.max_value = min(numbers), max(numbers)
        return info
    words = all(isinstance(value, bool) for value in kept)
    info = api_pb2.HParamInfo(
        name=key, type=api_pb2.DATA_TYPE_BOOL if words else api_pb2.DATA_TYPE_STRING, differs=True
    )
    info.domain_discrete.extend(list(dict.fromkeys(value if words else str(value) for value in kept)))
    return info
