"""What summary.json holds: how a run ended, its results, its times, and what they depended on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite, nan
from typing import Any

from twinprop.data.base import Dataset
from twinprop.task import SPLITS, Classification, Task, task_named
from twinprop.training.convergence import converged_epoch
from twinprop.training.monitor import Monitor, Row


def summarize(
    monitor: Monitor,
    dataset: Dataset,
    parameters: int,
    weights: dict[str, Any] | None,
    total_seconds: float,
    environment: dict[str, Any],
) -> dict[str, Any]:
    """The summary of a run that has ended, however it did.

    Args:
        monitor: the run's.
        dataset: what it was trained on.
        parameters: of the network.
        weights: of which epochs there are any, and which the model has; None where nothing is saved.
        total_seconds: since the run began, evaluation and writing included.
        environment: versions, machine and threads.
    """
    rows = monitor.rows
    last = rows[-1] if rows else None
    watched = [row.results[f"val_{monitor.task.watched}"] for row in rows]
    train_seconds = sum(row.seconds for row in rows)
    samples = sum(row.seconds * row.samples_per_second for row in rows)
    return {
        "task": monitor.task.name,
        "status": monitor.status,
        "reason": monitor.reason,
        "stopped": monitor.stopped,
        "epochs": last.epoch if last else 0,
        "steps": last.step if last else 0,
        **{split: split_results(last, split, monitor.task) for split in SPLITS},
        "best": best_results(monitor.best, monitor.task),
        "converged_epoch": converged_epoch(
            [row.epoch for row in rows], [value for value in watched if isfinite(value)]
        ),
        "parameters": parameters,
        "weights": weights,
        "data": dataset.counts(),
        "images": dataset.traits,
        "seconds": {
            "total": total_seconds,
            "train": train_seconds,
            "per_epoch": train_seconds * len(dataset.train) / samples if samples else None,
        },
        "samples_per_second": samples / train_seconds if train_seconds else None,
        "environment": environment,
    }


def summarize_failure(monitor: Monitor) -> dict[str, Any]:
    """The summary of a run that failed before it had anything else to tell."""
    return {"status": monitor.status, "reason": monitor.reason}


def split_results(row: Row | None, split: str, task: Task) -> dict[str, float | None]:
    """What was measured on a split at an evaluation: loss and accuracy, say."""
    return {what: None if row is None else row.results[f"{split}_{what}"] for what in task.measures()}


def best_results(row: Row | None, task: Task) -> dict[str, Any] | None:
    """The epoch that validation chose, with its validation results and, apart, its test results."""
    if row is None:
        return None
    return {"epoch": row.epoch, **split_results(row, "val", task), "test": split_results(row, "test", task)}


def result(summary: Mapping[str, Any], name: str) -> float:
    """A result of a summary, such as `val_accuracy`; NaN where there is none."""
    split, what = name.split("_")
    value = (summary.get(split) or {}).get(what)
    return nan if value is None else float(value)


def metric_of(chosen: str | None, summaries: Iterable[Mapping[str, Any]]) -> str:
    """What runs are compared by: the metric that was chosen, or else that of the first task among them."""
    return chosen or next((task_named(each["task"]) for each in summaries if "task" in each), Classification).metric()


def objective(summary: Mapping[str, Any], metric: str | None) -> float:
    """The result of a run by which it is compared with others; NaN where it has none."""
    return result(summary, metric_of(metric, [summary]))
