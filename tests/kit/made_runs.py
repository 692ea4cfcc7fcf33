"""Directories of runs as training leaves them, made without training."""

from __future__ import annotations

import copy
import dataclasses
import json
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import yaml

from twinprop.config import schema
from twinprop.task import Classification
from twinprop.training.monitor import columns

COLUMNS = columns(Classification)
CONFIG: Any = dataclasses.asdict(
    schema.Config(data=schema.choice_class("data", "digits")(), model=schema.choice_class("model", "mlp")())
)
SUMMARY: dict[str, Any] = {
    "status": "completed",
    "reason": "",
    "epochs": 3,
    "steps": 30,
    **{split: {"loss": 0.5, "accuracy": 0.9} for split in ("train", "val", "test")},
    "best": {"epoch": 3, "loss": 0.5, "accuracy": 0.9, "test": {"loss": 0.5, "accuracy": 0.9}},
    "converged_epoch": None,
    "parameters": 10,
    "seconds": {"total": 2.0, "train": 1.0, "per_epoch": 0.3},
    "samples_per_second": 100.0,
    "environment": {"python": "3.11.7", "torch": "2.11.0"},
}


def configure(path: Path, *words: str) -> None:
    """What a run has before it trains: `.hydra`."""
    config = copy.deepcopy(CONFIG)
    for key, _, value in (word.partition("=") for word in words):
        *groups, name = key.split(".")
        reduce(getitem, groups, config)[name] = yaml.safe_load(value)
    (path / ".hydra").mkdir(parents=True)
    (path / ".hydra" / "config.yaml").write_text(json.dumps(config))  # which is YAML too
    (path / ".hydra" / "overrides.yaml").write_text("".join(f"- {word}\n" for word in words))


def evaluate(path: Path, val_accuracy: float) -> None:
    """A line of metrics.csv."""
    if not (path / "metrics.csv").exists():
        (path / "metrics.csv").write_text(",".join(COLUMNS) + "\n")
    row = dict.fromkeys(COLUMNS, 0.5) | {"epoch": 1, "step": 10, "val_accuracy": val_accuracy}
    with open(path / "metrics.csv", "a") as file:
        file.write(",".join(str(row[name]) for name in COLUMNS) + "\n")


def end(path: Path, val_accuracy: float = 0.9, **more: Any) -> None:
    """A summary."""
    summary = SUMMARY | {"val": {"loss": 1 - val_accuracy, "accuracy": val_accuracy}} | more
    (path / "summary.json").write_text(json.dumps(summary))


def make_run(path: Path, *words: str, val_accuracy: float = 0.9, began: int = 1_790_000_000, **more: Any) -> Path:
    """A run that has ended."""
    configure(path, *words)
    evaluate(path, val_accuracy)
    (path / f"events.out.tfevents.{began}.host.1.0").write_bytes(b"")
    end(path, val_accuracy, **more)
    return path


def make_sweep(path: Path, count: int) -> Path:
    """A sweep of `count` runs, with depths 0, 1, 2 in turn, each better than the one before."""
    path.mkdir(parents=True)
    (path / "multirun.yaml").write_text("hydra: {}\n")
    (path / "checkpoints").mkdir()
    for job in range(count):
        make_run(
            path / f"{job}_depth-{job % 3}_seed-{job}",
            f"model.depth={job % 3}",
            f"seed={job}",
            val_accuracy=job / count,
        )
    return path
