"""Run directories that nothing was trained for, with the figures that a test gives them."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

COLUMNS = ["epoch", "step"]
COLUMNS += [f"{split}_{what}" for split in ("train", "val", "test") for what in ("loss", "accuracy")] + ["seconds"]

MACHINE = {"gpu": None, "cpu": "Abacus", "cores": 2, "python": "3", "numpy": "2", "torch": "2"}


def make(
    path: Path,
    config: Mapping[str, Any],
    rows: Sequence[Mapping[str, float]],
    status: str | None = "completed",
    reason: str = "",
    **summary: Any,
) -> Path:
    """Write a run's directory.

    Args:
        path: the directory.
        config: its keys, such as `model.backend`.
        rows: its evaluations, of which metrics.csv has the usual columns; results are those of the last.
        status: None where it has not ended.
        reason: why it did not complete.
        summary: what to put in place of what follows from the rows.
    """
    (path / ".hydra").mkdir(parents=True)
    nested: dict[str, Any] = {}
    for key, value in {"seed": 0, "model.backend": "scratch", **config}.items():
        *groups, leaf = key.split(".")
        place = nested
        for group in groups:
            place = place.setdefault(group, {})
        place[leaf] = value
    (path / ".hydra" / "config.yaml").write_text(json.dumps(nested))
    with (path / "metrics.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", extrasaction="ignore")
        writer.writeheader()
        for number, row in enumerate(rows, start=1):
            counts = {name: int(row.get(name, number)) for name in ("epoch", "step")}
            writer.writerow({**row, **counts})
    ended: dict[str, Any] = {"status": status, "reason": reason}
    if status != "failed":  # what failed has no results
        end = rows[-1]
        splits = ("train", "val", "test")
        ended |= {split: {what: end.get(f"{split}_{what}") for what in ("loss", "accuracy")} for split in splits}
        ended |= {"epochs": end.get("epoch"), "steps": end.get("step"), "converged_epoch": None}
        ended |= {"seconds": {"total": 3, "train": 2, "per_epoch": 1}, "environment": MACHINE}
        ended |= summary
    if status is not None:
        (path / "summary.json").write_text(json.dumps(ended))
    return path
