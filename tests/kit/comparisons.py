"""Made-up sweeps: every combination of some values, with results drawn at random."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from twinprop.report.study import Study
from twinprop.run.saved import Run

METRICS = ["val_accuracy", "test_loss"]


def made_up_runs(
    keys: dict[str, list[Any]], seed: int = 0, failed: float = 0.0
) -> tuple[list[dict[str, Any]], list[Any]]:
    """Every combination of values, and made-up results; a share of them without any."""
    rng = np.random.default_rng(seed)
    configurations = [dict(zip(keys, values, strict=True)) for values in product(*keys.values())]
    summaries = []
    for _ in configurations:
        splits = {s: {"accuracy": rng.random(), "loss": rng.random() * 100} for s in ("train", "val", "test")}
        summaries.append({} if rng.random() < failed else splits)
    return configurations, summaries


BASE = {"seed": 0, "metric": "val_accuracy", "data.name": "digits", "model.name": "mlp", "model.activation": "relu"}


def made_up_study(keys: dict[str, list[Any]], folder: Path = Path("sweep"), **more: Any) -> Study:
    """The same as a study, with learning curves of four epochs."""
    rng, runs = np.random.default_rng(1), []
    metric = more.pop("metric", "val_accuracy")
    for number, (flat, results) in enumerate(zip(*made_up_runs(keys, **more), strict=True)):
        ended: dict[str, Any] = {"status": "completed", "reason": "", "seconds": {"train": 1.0, "per_epoch": 0.1}}
        run = Run(
            folder / str(number), {**ended, **results} if results else {"status": "failed", "reason": "no reason"}
        )
        run.keys, run.overrides = {**BASE, "metric": metric, **flat}, [f"seed={flat.get('seed', 0)}"]
        names = [f"{split}_{what}" for split in ("train", "val", "test") for what in ("accuracy", "loss")]
        columns = {"epoch": np.arange(1.0, 5), "step": np.arange(1.0, 5), "lr": np.full(4, 0.1)}
        run.curves = {**columns, **{name: rng.random(4) for name in names}} if results else {}
        runs.append(run)
    return Study(folder.name, runs, folder)
