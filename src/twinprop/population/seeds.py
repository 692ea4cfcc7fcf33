"""A result over runs that differ in their seed alone: its mean, its standard deviation, and which is better.

A run that only repeats another one, with the same configuration or the same results, is no seed more: training is
deterministic, and the same number twice says nothing of a spread.
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
    """

    metric: str
    values: list[float]

    @property
    def mean(self) -> float:
        """NaN where no run has the result."""
        return fmean(self.values) if self.values else math.nan

    @property
    def deviation(self) -> float:
        """The standard deviation of the sample; 0 for one run."""
        return stdev(self.values) if len(self.values) > 1 else 0.0

    @property
    def rank(self) -> tuple[bool, float]:
        """What to sort by for the best first: the highest accuracy, the lowest loss; last what no run has."""
        if not self.values:
            return True, 0.0
        return False, -self.mean if higher_is_better(self.metric) else self.mean

    def __str__(self) -> str:
        """`0.9712 ± 0.0013`, without a deviation for one run."""
        if not self.values:
            return "-"
        return f"{self.mean:.4f}" + (f" ± {self.deviation:.4f}" if len(self.values) > 1 else "")


def over_seeds(summaries: Iterable[Mapping[str, Any]], metric: str) -> OverSeeds:
    """A result of runs that differ in their seed alone, from the summaries of those that are `counted`."""
    found = (result(summary, metric) for summary in summaries)
    return OverSeeds(metric, [value for value in found if math.isfinite(value)])


def losses(summary: Mapping[str, Any]) -> tuple[float, ...] | None:
    """The losses of a run, by which equal results are known; None where fewer than two are finite."""
    found = tuple(value for value in (result(summary, name) for name in LOSSES) if math.isfinite(value))
    return found if len(found) > 1 else None


def counted(identities: Sequence[Hashable], summaries: Sequence[Mapping[str, Any]]) -> list[int]:
    """The positions of the runs that count: each configuration once, and each result once.

    Args:
        identities: of the runs' configurations; equal for those that train alike.
        summaries: what came of each. Of several with one identity, one that has results counts.
    """
    first: dict[Hashable, int] = {}
    for position in sorted(range(len(summaries)), key=lambda position: losses(summaries[position]) is None):
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
