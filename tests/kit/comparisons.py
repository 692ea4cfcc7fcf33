"""Made-up sweeps: every combination of some values, with results drawn at random."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

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
