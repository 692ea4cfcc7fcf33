"""Runs that differ in `model.backend` alone: how far apart they were, and what each cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twinprop.config.compared import compared
from twinprop.population.compare import named, varied
from twinprop.population.seeds import was_dropped
from twinprop.report.study import TWIN, settings
from twinprop.report.table import Table
from twinprop.run.saved import Run

LOSSES = ("train_loss", "val_loss", "test_loss")


@dataclass
class Pair:
    """Twins.

    Attributes:
        keys: what they have in common, flat.
        scratch: the run by hand.
        torch: that in PyTorch.
    """

    keys: dict[str, Any]
    scratch: Run
    torch: Run

    @property
    def difference(self) -> float | None:
        """The largest relative difference of any loss at any evaluation that both have; None where they have none."""
        return largest_difference(self.scratch, self.torch)

    @property
    def ratio(self) -> float | None:
        """Seconds of training in PyTorch over those by hand; None where nothing was measured."""
        torch, scratch = (run.summary["seconds"]["train"] for run in (self.torch, self.scratch))
        return torch / scratch if scratch and torch is not None else None


def pairs_of(runs: Sequence[Run]) -> list[Pair]:
    """The twins among runs that have results and were not dropped."""
    found: dict[str, dict[str, Run]] = {}
    keys: dict[str, dict[str, Any]] = {}
    for run in runs:
        if not run.summary.get("test") or was_dropped(run.summary):
            continue
        keyed = compared(settings(run))
        keyed.pop("label", None)
        backend = str(keyed.pop(TWIN, None))
        found.setdefault(str(keyed), {})[backend] = run
        keys[str(keyed)] = keyed
    return [
        Pair(keys[key], pair["scratch"], pair["torch"])
        for key, pair in found.items()
        if {"scratch", "torch"} <= {*pair}
    ]


def largest_difference(one: Run, other: Run) -> float | None:
    """The largest relative difference of any loss at any evaluation that both runs have; None where they have none."""
    a, b = one.curves, other.curves
    if not a or not b:
        return None
    _, mine, its = np.intersect1d(a["step"], b["step"], return_indices=True)
    apart = [np.abs(a[loss][mine] - b[loss][its]) / np.abs(b[loss][its]) for loss in LOSSES]
    finite = np.concatenate(apart)
    finite = finite[np.isfinite(finite)]
    return float(finite.max()) if finite.size else None


def twins_table(pairs: Sequence[Pair]) -> Table | None:
    """A row for each pair; None where there is none."""
    if not pairs:
        return None
    keys = varied([pair.keys for pair in pairs])
    rows = []
    for pair in pairs:
        cells = [named({key: pair.keys.get(key) for key in keys}) if keys else "all"]
        for of in ("test loss", "test result", "seconds"):
            cells += [figure(run, of) for run in (pair.scratch, pair.torch)]
        cells.append("-" if pair.ratio is None else f"{pair.ratio:.2f}")
        cells.append("-" if pair.difference is None else f"{pair.difference:.1e}")
        rows.append(cells)
    measure = next(iter(name for name in pairs[0].scratch.summary["test"] if name != "loss"), "loss")
    head = ["twins", "loss by hand", "PyTorch", f"{measure} by hand", "PyTorch", "seconds by hand", "PyTorch"]
    note = "Results on the test split; the largest relative difference of any loss at any evaluation."
    return Table("Twins", [*head, "PyTorch / by hand", "largest difference"], rows, [note])


def figure(run: Run, of: str) -> str:
    """A figure of a run in the table of twins."""
    if of == "seconds":
        value = run.summary["seconds"]["train"]
        return "-" if value is None else f"{value:.3g}"
    test = run.summary["test"]
    value = test["loss"] if of == "test loss" else next((test[name] for name in test if name != "loss"), test["loss"])
    return "-" if value is None else f"{value:.4f}"
