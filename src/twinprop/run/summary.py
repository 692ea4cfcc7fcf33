"""What summary.json holds: how a run ended, its results, its times, and what they depended on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from twinprop.data.base import Dataset
from twinprop.training.convergence import converged_epoch
from twinprop.training.monitor import Monitor, Row


def summarize(
    monitor: Monitor, dataset: Dataset, parameters: int, total_seconds: float, environment: dict[str, Any]
) -> dict[str, Any]:
    """The summary of a run that has ended, however it did.

    Args:
        monitor: the run's.
        dataset: what it was trained on.
        parameters: of the network.
        total_seconds: since the run began, evaluation and writing included.
        environment: versions, machine and threads.
    """
    rows = monitor.rows
    last = rows[-1] if rows else None
    train_seconds = sum(row.seconds for row in rows)
    samples = sum(row.seconds * row.samples_per_second for row in rows)
    return {
        "status": monitor.status,
        "reason": monitor.reason,
        "epochs": last.epoch if last else 0,
        "steps": last.step if last else 0,
        "train": split_results(last, "train"),
        "val": split_results(last, "val"),
        "test": split_results(last, "test"),
        "best": best_results(monitor.best),
        "converged_epoch": converged_epoch(
            [row.epoch for row in rows], [row.val_accuracy for row in rows if math.isfinite(row.val_accuracy)]
        ),
        "parameters": parameters,
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


def split_results(row: Row | None, split: str) -> dict[str, float | None]:
    """Loss and accuracy of a split at an evaluation."""
    if row is None:
        return {"loss": None, "accuracy": None}
    return {"loss": getattr(row, f"{split}_loss"), "accuracy": getattr(row, f"{split}_accuracy")}


def best_results(row: Row | None) -> dict[str, Any] | None:
    """The epoch that validation chose, with its validation results and, apart, its test results."""
    if row is None:
        return None
    return {"epoch": row.epoch, **split_results(row, "val"), "test": split_results(row, "test")}


def result(summary: Mapping[str, Any], name: str) -> float:
    """A result of a summary, such as `val_accuracy`; NaN where there is none."""
    split, what = name.split("_")
    value = (summary.get(split) or {}).get(what)
    return math.nan if value is None else float(value)


def higher_is_better(name: str) -> bool:
    """Whether the best result of a name, such as `val_accuracy`, is the highest; of a loss, it is the lowest."""
    return name.endswith(("accuracy", "r2"))
