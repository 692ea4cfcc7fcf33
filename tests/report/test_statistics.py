"""Whether a difference can be told: against a textbook's case, SciPy by hand, and made-up results without any."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from twinprop.report.statistics import differences, holm


def test_holm_against_a_known_case() -> None:
    # the case of R's p.adjust(c(0.01, 0.02, 0.03, 0.04), "holm")
    adjusted, levels = holm([0.01, 0.02, 0.03, 0.04])
    assert adjusted == pytest.approx([0.04, 0.06, 0.06, 0.06])
    assert levels == pytest.approx([0.0125, 0.05 / 3, 0.05 / 3, 0.05 / 3]), (
        "none is tested after the first that is kept"
    )


def test_runs_with_the_same_seed_are_paired() -> None:
    best, other = {0: 0.90, 1: 0.80, 2: 0.70}, {2: 0.69, 0: 0.885, 1: 0.79, 9: 0.1}
    (found,) = differences(best, {"b": other}, True)
    pairs = ([0.90, 0.80, 0.70], [0.885, 0.79, 0.69])
    test = stats.ttest_rel(*pairs)
    interval = test.confidence_interval(0.95)
    assert (found.seeds, found.paired) == (3, True)
    assert (found.mean, found.p) == pytest.approx((0.035 / 3, test.pvalue))
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert found.verdict == "better"
    assert stats.ttest_ind(*pairs).pvalue > 0.5, "unpaired, nobody could tell"


def test_for_a_loss_less_is_better() -> None:
    (found,) = differences({0: 1.0, 1: 2.0, 2: 3.0}, {"b": {0: 1.5, 1: 2.51, 2: 3.49}}, higher_is_better=False)
    assert found.verdict == "better"


def test_an_interval_holds_zero_exactly_where_the_difference_cannot_be_told() -> None:
    rng = np.random.default_rng(0)
    for _ in range(30):
        others = {str(k): dict(enumerate(rng.normal(rng.choice([0, 0.5, 2]), 1, 6))) for k in range(5)}
        for each in differences(dict(enumerate(rng.normal(1, 1, 6))), others, True):
            assert (each.low <= 0 <= each.high) == (not each.told)


def test_without_any_difference_one_report_in_twenty_tells_one_at_most() -> None:
    rng, wrong = np.random.default_rng(1), 0
    for _ in range(400):
        results = [dict(enumerate(rng.normal(0, 1, 4))) for _ in range(6)]
        wrong += any(each.told for each in differences(results[0], dict(zip("abcde", results[1:], strict=True)), True))
    assert wrong / 400 < 0.08


@pytest.mark.parametrize("seeds", [1, 2])
def test_so_few_seeds_cannot_tell(seeds: int) -> None:
    best, other = {seed: 0.9 + seed / 100 for seed in range(seeds)}, {seed: 0.1 + seed / 7 for seed in range(seeds)}
    (found,) = differences(best, {"b": other}, True)
    assert found.verdict == f"cannot be told from {seeds} seed{'s' * (seeds > 1)}"
    assert math.isnan(found.low) == (seeds == 1)


def test_the_same_results_are_the_same() -> None:
    (found,) = differences({0: 0.5, 1: 0.6}, {"b": {0: 0.5, 1: 0.6}}, True)
    assert found.verdict == "the same results"


def test_other_seeds_are_compared_without_pairs() -> None:
    (found,) = differences({0: 0.9, 1: 0.91, 2: 0.92}, {"b": {5: 0.5, 6: 0.51}}, True)
    assert (found.paired, found.seeds, found.verdict) == (False, 2, "better")
