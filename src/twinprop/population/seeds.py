"""A result over runs that differ in their seed alone: its mean, its standard deviation, and which is better.

A run that only repeats another one, with the same configuration or the same results, is no seed more: training is
deterministic, and the same number twice says nothing of a spread. A run that was dropped on its way has trained for
less than others, so it is not compared with them: where no run was trained to its end, what was reached is told apart.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Hashable, Iterable, Mapping, Sequence
from statistics import fmean, stdev
from typing import Any, NamedTuple

from twinprop.run.summary import result
from twinprop.task import higher_is_better

LOSSES = ("train_loss", "val_loss", "test_loss")

ROUNDING = 1e-6
"""By how much, relatively, results of equal runs may differ: a network in another stack is rounded otherwise."""

BUCKET = 1e-4
"""Logarithms of losses in a bucket; equal ones are in the same bucket or in the next."""


class OverSeeds(NamedTuple):
    """A result over seeds.

    Attributes:
        metric: its name, such as `val_accuracy`.
        values: of the runs that have it; of others it is not finite, or they never got so far.
        reached: where there are none, those of runs that were dropped.
        epochs: after how many of which the last of these was dropped.
    """

    metric: str
    values: list[float]
    reached: list[float] = []  # noqa: RUF012  # never changed
    epochs: int = 0

    @property
    def mean(self) -> float:
        """NaN where no run has the result."""
        return fmean(self.values) if self.values else math.nan

    @property
    def deviation(self) -> float:
        """The standard deviation of the sample; 0 for one run."""
        return stdev(self.values) if len(self.values) > 1 else 0.0

    @property
    def rank(self) -> tuple[bool, int, float]:
        """What to sort by for the best first: the highest accuracy, the lowest loss.

        Then what was dropped, the later the better; last what no run has.
        """
        if not self.values and not self.reached:
            return True, 0, 0.0
        mean = fmean(self.values or self.reached)
        return not self.values, -self.epochs, -mean if higher_is_better(self.metric) else mean

    def __str__(self) -> str:
        """`0.9712 ± 0.0013`, without a deviation for one run; `(0.8512)` for runs that were dropped."""
        if not self.values:
            return f"({OverSeeds(self.metric, self.reached)})" if self.reached else "-"
        return f"{self.mean:.4f}" + (f" ± {self.deviation:.4f}" if len(self.values) > 1 else "")


def over_seeds(summaries: Iterable[Mapping[str, Any]], metric: str) -> OverSeeds:
    """A result of runs that differ in their seed alone, from the summaries of those that are `counted`."""
    found: dict[bool, list[tuple[float, int]]] = {False: [], True: []}
    for summary in summaries:
        value = result(summary, metric)
        if math.isfinite(value):
            found[was_dropped(summary)].append((value, (summary.get("stopped") or {}).get("epoch", 0)))
    if found[False] or not found[True]:
        return OverSeeds(metric, [value for value, _ in found[False]])
    values, epochs = zip(*found[True], strict=True)
    return OverSeeds(metric, [], list(values), max(epochs))


def was_dropped(summary: Mapping[str, Any]) -> bool:
    """Whether a run left its sweep before its end, for others were better."""
    return bool(summary.get("status") == "dropped")


def losses(summary: Mapping[str, Any]) -> tuple[float, ...] | None:
    """The losses of a run, by which equal results are known; None where fewer than two are finite."""
    found = tuple(value for value in (result(summary, name) for name in LOSSES) if math.isfinite(value))
    return found if len(found) > 1 else None


def counted(identities: Sequence[Hashable], summaries: Sequence[Mapping[str, Any]]) -> list[int]:
    """The positions of the runs that count: each configuration once, and each result once.

    Args:
        identities: of the runs' configurations; equal for those that train alike.
        summaries: what came of each. Of several with one identity, one that has results counts, dropped ones last.
    """
    first: dict[Hashable, int] = {}
    lacks = [(losses(summary) is None, was_dropped(summary)) for summary in summaries]
    for position in sorted(range(len(summaries)), key=lambda position: lacks[position]):
        first.setdefault(identities[position], position)
    found: list[int] = []
    buckets: dict[int, list[tuple[float, ...]]] = {}
    for position in sorted(first.values()):
        own = losses(summaries[position])
        if own is not None:
            bucket = int(math.log(max(own[0], sys.float_info.min)) / BUCKET)
            near = (other for place in (bucket - 1, bucket, bucket + 1) for other in buckets.get(place, ()))
            if any(same_losses(own, other) for other in near):
                continue
            buckets.setdefault(bucket, []).append(own)
        found.append(position)
    return found


def same_losses(one: tuple[float, ...] | None, other: tuple[float, ...] | None) -> bool:
    """Whether two runs have the same results, but for rounding."""
    if one is None or other is None or len(one) != len(other):
        return False
    return all(math.isclose(*pair, rel_tol=ROUNDING) for pair in zip(one, other, strict=True))
