"""Means and deviations over seeds, against Python's statistics."""

from __future__ import annotations

import math
import random
from statistics import fmean, stdev
from typing import Any

from twinprop.population.seeds import OverSeeds, counted, over_seeds


def test_only_runs_with_a_result_count() -> None:
    summaries = [{"val": {"accuracy": value}} for value in (0.5, None, 0.75, math.inf)] + [{}, {"val": None}]
    result = over_seeds(summaries, "val_accuracy")
    assert result.values == [0.5, 0.75]
    assert (result.mean, result.deviation) == (fmean([0.5, 0.75]), stdev([0.5, 0.75]))
    assert str(result) == "0.6250 ± 0.1768"


def test_one_run_has_no_deviation_and_none_has_no_mean() -> None:
    one, none = over_seeds([{"test": {"loss": 2}}], "test_loss"), over_seeds([], "test_loss")
    assert (one.mean, one.deviation, str(one)) == (2.0, 0.0, "2.0000")
    assert math.isnan(none.mean)
    assert (none.deviation, str(none)) == (0.0, "-")


def results(*losses: float | None) -> list[dict[str, Any]]:
    return [{} if x is None else {"train": {"loss": x}, "test": {"loss": 2 * x}} for x in losses]


def test_a_configuration_counts_once_with_the_run_that_has_results() -> None:
    assert counted("aabb", results(None, 1, 2, 3)) == [1, 2]
    assert counted("aab", results(None, None, None)) == [0, 2]


def test_a_result_counts_once_but_for_rounding() -> None:
    assert counted(range(5), results(1, 1 + 1e-8, 1 - 1e-8, 1.001, 0)) == [0, 3, 4]
    rng = random.Random(0)
    some = [rng.choice([1, 2, 3]) * 10 ** rng.randint(-9, 9) for _ in range(60)]
    near = [value * (1 + rng.uniform(-4e-7, 4e-7)) for value in some]
    assert len(counted(range(60), results(*near))) == len(set(some))


def test_of_runs_without_losses_nobody_knows() -> None:
    assert counted(range(3), results(math.nan, math.nan, None)) == [0, 1, 2]
    assert counted(range(2), [{"val": {"loss": 1}}] * 2) == [0, 1], "one number may be the same by chance"


def test_the_best_comes_first_and_what_has_no_result_last() -> None:
    accuracies = [OverSeeds("val_accuracy", values) for values in ([], [0.5], [0.9, 0.8], [0.1])]
    assert [each.values for each in sorted(accuracies, key=lambda each: each.rank)] == [[0.9, 0.8], [0.5], [0.1], []]
    losses = [OverSeeds("val_loss", values) for values in ([], [0.5], [0.9, 0.8], [0.1])]
    assert [each.values for each in sorted(losses, key=lambda each: each.rank)] == [[0.1], [0.5], [0.9, 0.8], []]
