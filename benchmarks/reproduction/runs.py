"""The runs below a folder, and their figures: a result of a run, the mean of several, what is missing.

All that the page takes from twinprop is imported here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import numpy as np

from twinprop.report.twins import largest_difference
from twinprop.run.found import natural
from twinprop.run.saved import Run
from twinprop.training.convergence import smoothed

NOT_RUN = "not run"
HAND, TORCH = {"model.backend": "scratch"}, {"model.backend": "torch"}
NAMES = {"scratch": "by hand", "torch": "PyTorch"}

Of = Callable[["Record"], Any]
"""A figure of a run; None where it has none."""


class Record(Run):
    """A run that has ended, or has not."""

    @cached_property
    def flat(self) -> dict[str, Any]:
        """Its configuration."""
        return dict(self.keys)

    @property
    def status(self) -> str:
        return str(self.summary["status"])

    @property
    def smoothed(self) -> np.ndarray:
        """Its validation accuracy, as the converged epoch is found by."""
        return smoothed(self.metrics["val_accuracy"].to_numpy())


class Runs(list[Record]):
    """Runs, whatever became of them."""

    def where(self, *conditions: Mapping[str, Any]) -> Runs:
        """Those whose configuration has these values."""
        wanted = {key: value for condition in conditions for key, value in condition.items()}
        return Runs(run for run in self if all(run.flat.get(key) == value for key, value in wanted.items()))

    @property
    def completed(self) -> Runs:
        return Runs(run for run in self if run.status == "completed")

    def values(self, of: Of) -> list[float]:
        """A figure of each completed run that has it."""
        found = (of(run) for run in self.completed)
        return [float(value) for value in found if value is not None and math.isfinite(value)]

    def mean(self, of: Of) -> float:
        """The mean; nan where no run has the figure, so that no claim holds."""
        values = self.values(of)
        return fmean(values) if values else math.nan

    def spread(self, of: Of) -> float:
        """The standard deviation; 0 of a single run."""
        values = self.values(of)
        return stdev(values) if len(values) > 1 else 0.0

    def cell(self, of: Of, digits: int = 4, otherwise: str = NOT_RUN) -> str:
        """Mean ± standard deviation over the completed runs, and how many did not complete."""
        if not self:
            return otherwise
        values = self.values(of)
        text = f"{fmean(values):.{digits}f}" if values else ""
        if len(values) > 1:
            text += f" ± {stdev(values):.{digits}f}"
        others = [run.status for run in self if run.status != "completed"]
        told = ", ".join(f"{others.count(status)} of {len(self)} {status}" for status in dict.fromkeys(others))
        return "; ".join(part for part in (text, told) if part) or "-"

    @property
    def pairs(self) -> list[tuple[Record, Record]]:
        """Completed twins, by hand and in PyTorch, of each seed."""
        hand, torch = ({run.flat["seed"]: run for run in self.where(twin).completed} for twin in (HAND, TORCH))
        return [(hand[seed], torch[seed]) for seed in sorted(hand.keys() & torch.keys())]


def read(folder: Path) -> Runs:
    """The runs of a step, ended or not, in the order of their numbers."""
    found = Runs()
    for path in sorted(
        (path.parents[1] for path in folder.glob("*/.hydra/config.yaml")), key=lambda path: natural(path.name)
    ):
        summary = path / "summary.json"
        found.append(Record(path, json.loads(summary.read_text()) if summary.exists() else {"status": "not finished"}))
    return found


def complete(*groups: Runs) -> bool:
    """Whether there is nothing missing in what is about to be said."""
    return all(runs and len(runs.completed) == len(runs) for runs in groups)


# figures of a run


def last(name: str) -> Of:
    """A result after the last epoch, such as `test_accuracy`."""
    split, _, what = name.partition("_")
    return lambda run: run.summary[split][what]


TEST = last("test_accuracy")


def at(name: str, epoch: int) -> Of:
    """A result after an epoch."""
    return lambda run: next(iter(run.metrics.loc[run.metrics["epoch"] == epoch, name]), None)


def lowest(name: str) -> Of:
    return lambda run: run.metrics[name].min()


def highest(name: str) -> Of:
    return lambda run: run.metrics[name].max()


def seconds(what: str) -> Of:
    return lambda run: run.summary["seconds"][what]


# figures of several


def standard_error(share: float, images: int) -> float:
    """How far chance moves an accuracy that is measured on so many images."""
    return math.sqrt(share * (1 - share) / images)


def furthest(pairs: Iterable[tuple[Record, Record]]) -> float:
    """The largest relative difference of any loss of twins at any evaluation; nan where there are none."""
    apart = (largest_difference(*pair) for pair in pairs)
    return max((each for each in apart if each is not None), default=math.nan)


def apart_at_first(pairs: Iterable[tuple[Record, Record]]) -> float:
    """The largest relative difference of the training losses of twins at their first evaluation; likewise."""
    first = [(a.metrics["train_loss"].iloc[0], b.metrics["train_loss"].iloc[0]) for a, b in pairs]
    return max((abs(a - b) / abs(b) for a, b in first), default=math.nan)


# what the head of a table, and of the page, says of runs


def seeds(runs: Runs) -> str:
    """`3 seeds`, by what was trained."""
    count = len({run.flat["seed"] for run in runs})
    return f"{count} seed{'s' if count != 1 else ''}" if runs else NOT_RUN


def twin_columns(runs: Runs) -> list[str]:
    return [f"{NAMES[backend]}, {seeds(runs.where({'model.backend': backend}))}" for backend in NAMES]


def machines(runs: Iterable[Run]) -> str:
    """What the runs were trained on; several where they were not all trained alike."""
    found = {}
    for run in runs:
        e = run.summary.get("environment")
        if e:
            what = f"{e['gpu']}, " if e["gpu"] else ""
            what += f"{e['cpu']}, {e['cores']} cores, Python {e['python']}, NumPy {e['numpy']}, torch {e['torch']}"
            found[what] = None
    return "; and ".join(found)
