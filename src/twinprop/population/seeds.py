"""A result over runs that differ in their seed alone: its mean, its standard deviation, and which is better."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from statistics import fmean, stdev
from typing import Any, NamedTuple

from twinprop.run.summary import result


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
        return False, -self.mean if self.metric.endswith("accuracy") else self.mean

    def __str__(self) -> str:
        """`0.9712 ± 0.0013`, without a deviation for one run."""
        if not self.values:
            return "-"
        return f"{self.mean:.4f}" + (f" ± {self.deviation:.4f}" if len(self.values) > 1 else "")


def over_seeds(summaries: Iterable[Mapping[str, Any]], metric: str) -> OverSeeds:
    """A result of runs that differ in their seed alone, from their summaries."""
    found = (result(summary, metric) for summary in summaries)
    return OverSeeds(metric, [value for value in found if math.isfinite(value)])
