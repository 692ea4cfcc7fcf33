"""Whether one choice is better than another, or whether so few seeds cannot tell.

Runs with the same seed saw the same batches in the same order and began alike, so they are paired: of each pair the
difference, and Student's t for its mean (SciPy). Of several comparisons, Holm's method lets at most one in twenty such
reports call any difference real that is none. The interval of each difference is at the level at which Holm's method
tests it, so it holds 0 exactly where the difference cannot be told.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

LEVEL = 0.05
"""The share of reports that may call a difference real that is none."""


@dataclass
class Difference:
    """The mean of a result with one choice, less that with another.

    Attributes:
        name: of the other choice.
        mean: the difference of the means.
        seeds: pairs of runs with the same seed; or, where no two share one, the smaller count of runs.
        paired: whether runs were paired.
        p: how likely a difference so large would be if there were none; NaN where the seeds are too few.
        low: of the interval; NaN where the seeds are too few.
        high: likewise.
        adjusted: p after Holm's correction.
        higher_is_better: of the result.
    """

    name: str
    mean: float
    seeds: int
    paired: bool
    p: float = math.nan
    low: float = math.nan
    high: float = math.nan
    adjusted: float = math.nan
    higher_is_better: bool = True

    @property
    def told(self) -> bool:
        """Whether it is more than chance."""
        return self.adjusted <= LEVEL

    @property
    def verdict(self) -> str:
        """What it says, in words."""
        if self.mean == 0 and not self.seeds < 2 and math.isnan(self.p):
            return "the same results"
        if not self.told:
            return f"cannot be told from {self.seeds} {'seed' if self.seeds == 1 else 'seeds'}"
        return "better" if (self.mean > 0) == self.higher_is_better else "worse"


def differences(
    best: Mapping[int, float], others: Mapping[str, Mapping[int, float]], higher_is_better: bool
) -> list[Difference]:
    """A choice against others, corrected for how many there are.

    Args:
        best: its result for each seed.
        others: of each, the same.
        higher_is_better: of the result.
    """
    from scipy import stats

    found: list[Difference] = []
    tests = []
    for name, results in others.items():
        shared = sorted(best.keys() & results.keys())
        paired = len(shared) > 1 or (len(shared) == 1 and min(len(best), len(results)) == 1)
        a = np.array([best[seed] for seed in (shared if paired else best)])
        b = np.array([results[seed] for seed in (shared if paired else results)])
        one = Difference(
            name, float(a.mean() - b.mean()), min(len(a), len(b)), paired, higher_is_better=higher_is_better
        )
        found.append(one)
        if one.seeds < 2 or not (np.ptp(a - b) if paired else np.ptp(a) + np.ptp(b)):
            continue  # where nothing spreads there is nothing to test
        test = stats.ttest_rel(a, b) if paired else stats.ttest_ind(a, b, equal_var=False)
        one.p = float(test.pvalue)
        tests.append((one, test))
    tests.sort(key=lambda pair: pair[0].p)
    for (one, test), adjusted, level in zip(tests, *holm([pair[0].p for pair in tests]), strict=True):
        one.adjusted = adjusted
        one.low, one.high = map(float, test.confidence_interval(1 - level))
    return found


def holm(p: Sequence[float]) -> tuple[list[float], list[float]]:
    """Holm's step-down method (1979): of p-values in their order, the corrected ones, and the level of each test."""
    count, largest = len(p), 0.0
    adjusted: list[float] = []
    levels: list[float] = []
    for place, value in enumerate(p):
        largest = max(largest, min(1.0, (count - place) * value))
        adjusted.append(largest)
        # from the first that is not rejected on, none is, at the level of that one
        rejected = not levels or adjusted[place - 1] <= LEVEL
        levels.append(LEVEL / (count - place) if rejected else levels[-1])
    return adjusted, levels
