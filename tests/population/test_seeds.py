"""Means and deviations over seeds, against Python's statistics."""

from __future__ import annotations

import math
from statistics import fmean, stdev

from twinprop.population.seeds import OverSeeds, over_seeds


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


def test_the_best_comes_first_and_what_has_no_result_last() -> None:
    accuracies = [OverSeeds("val_accuracy", values) for values in ([], [0.5], [0.9, 0.8], [0.1])]
    assert [each.values for each in sorted(accuracies, key=lambda each: each.rank)] == [[0.9, 0.8], [0.5], [0.1], []]
    losses = [OverSeeds("val_loss", values) for values in ([], [0.5], [0.9, 0.8], [0.1])]
    assert [each.values for each in sorted(losses, key=lambda each: each.rank)] == [[0.1], [0.5], [0.9, 0.8], []]
