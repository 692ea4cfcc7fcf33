"""Means and deviations over seeds, against Python's statistics."""

from __future__ import annotations

import math
import random
from statistics import fmean, stdev
from typing import Any

from twinprop.population.seeds import OverSeeds, counted, over_seeds


def test_what_was_dropped_is_told_apart_and_comes_after_what_was_not() -> None:
    def run(value: float, dropped_after: int = 0) -> dict[str, Any]:
        ending = (
            {"status": "dropped", "stopped": {"epoch": dropped_after}} if dropped_after else {"status": "completed"}
        )
        return {"val": {"accuracy": value}, **ending}

    whole, mixed = [run(0.5), run(0.6)], [run(0.7), run(0.99, 3)]
    late, early, none = [run(0.8, 9), run(0.9, 3)], [run(0.95, 3)], [{"status": "failed"}]
    found = [over_seeds(each, "val_accuracy") for each in (none, early, late, whole, mixed)]
    assert [str(each) for each in sorted(found, key=lambda each: each.rank)] == [
        "0.7000", "0.5500 ± 0.0707", "(0.8500 ± 0.0707)", "(0.9500)", "-",
    ]  # fmt: skip
    assert found[2].values == []
    assert math.isnan(found[2].mean), "nothing computes with it as if it were trained to its end"
    assert [each.reached for each in found] == [[], [0.95], [0.8, 0.9], [], []]
    summaries = [{**run(0.9, 2), **each} for each in results(1, 2)]
    assert counted("aa", [summaries[0], {**summaries[1], "status": "completed"}]) == [1]


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
