"""What a sweep varied and what was best, against loops over all its runs."""

from __future__ import annotations

from statistics import fmean, stdev
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kit.comparisons import METRICS, made_up_runs

from twinprop.app.compose import compose
from twinprop.config.schema import flatten
from twinprop.population.compare import Comparison, chosen, remarks, short_key, short_value, varied


@settings(deadline=None)  # a busy machine is no mistake
@given(st.integers(0, 99), st.sampled_from(METRICS), st.sampled_from([0.0, 0.3]))
def test_best_with_each_value(seed: int, metric: str, failed: float) -> None:
    keys = {"optimizer.lr": [0.1, 0.01, 1.0], "model.activation": ["tanh", "relu"], "seed": [0, 1, 2]}
    configurations, summaries = made_up_runs(keys, seed, failed)
    split, what = metric.split("_")
    expected = {}
    for one, other in (("optimizer.lr", "model.activation"), ("model.activation", "optimizer.lr")):
        for value in keys[one]:
            found = []
            for second in keys[other]:
                results = [
                    summary[split][what]
                    for configuration, summary in zip(configurations, summaries, strict=True)
                    if configuration[one] == value and configuration[other] == second and summary
                ]
                if results:
                    spread = f" ± {stdev(results):.4f}" if len(results) > 1 else ""
                    with_ = f"{short_key(other)}={short_value(second)}"
                    found.append((fmean(results), with_, f"{fmean(results):.4f}{spread}"))
            if found:
                best = max(found) if what == "accuracy" else min(found)
                expected[f"{short_key(one)}={short_value(value)}"] = best[1:]
    rows = Comparison(configurations, summaries, metric).best_rows()
    assert {row["with"]: (row["best at"], row[metric]) for row in rows} == expected


def test_numbers_are_in_their_order_and_names_as_they_came() -> None:
    comparison = Comparison(*made_up_runs({"lr": [1, 0.1, 10], "activation": ["tanh", "elu"]}), METRICS[0])
    rows = [row["with"] for row in comparison.best_rows()]
    assert rows == ["lr=0.1", "lr=1", "lr=10", "activation=tanh", "activation=elu"]


def test_one_key_has_its_table_already() -> None:
    assert Comparison(*made_up_runs({"lr": [1, 2], "seed": [1, 2]}), METRICS[0]).best_rows() == []


def flat(*words: str) -> dict[str, Any]:
    return flatten(compose(words))


def test_what_comes_with_a_choice_was_not_chosen() -> None:
    configurations = [flat(f"optimizer={name}") for name in ("sgd", "adam", "rmsprop")]
    assert {"optimizer.betas", "optimizer.lr", "optimizer.name"} < set(varied(configurations))
    assert chosen(configurations) == ["optimizer.name"]


def test_what_was_chosen_within_a_choice_is_kept() -> None:
    configurations = [flat(f"optimizer={name}", f"optimizer.lr={lr}") for name in ("sgd", "adam") for lr in (0.1, 1)]
    assert chosen(configurations) == ["optimizer.name", "optimizer.lr"]


@pytest.mark.parametrize("key", ["data.root", "data.limit", "label"])
def test_runs_that_differ_in_anything_but_the_seed_are_no_seeds(key: str) -> None:
    configurations, summaries = made_up_runs({key: ["/a", "/b"], "seed": [0, 1]})
    comparison = Comparison(configurations, summaries, METRICS[0])
    assert comparison.keys == [key]
    assert [len(variant.summaries) for variant in comparison.variants] == [2, 2]
    assert len(comparison.remarks) == (key == "label"), "who labels a configuration anew trains the same"


def test_the_same_configuration_again_is_no_seed_more() -> None:
    configurations, summaries = made_up_runs({"optimizer.lr": [0.1, 1], "seed": [0, 1, 1]})
    comparison = Comparison(configurations, summaries, METRICS[0])
    assert [len(variant.summaries) for variant in comparison.variants] == [2, 2]
    assert comparison.remarks == ["2 of 6 runs repeat others, and so are no seeds more"]


def test_depth_beside_hidden_changes_nothing_and_is_told() -> None:
    words = [(f"model.depth={depth}", f"model.hidden={hidden}") for hidden in ("[20]", "[30]") for depth in (1, 2)]
    _, summaries = made_up_runs({"any": list(range(4))})
    comparison = Comparison([flat(*each) for each in words], summaries, METRICS[0])
    assert comparison.keys == ["model.hidden"]
    assert [len(variant.summaries) for variant in comparison.variants] == [1, 1]
    assert comparison.remarks == [
        "model.depth changes nothing here: what differs in it alone is the same",
        "2 of 4 runs repeat others, and so are no seeds more",
    ]
    words = [(f"model.depth={depth}", f"model.hidden={hidden}") for hidden in ("[20]", "null") for depth in (1, 2)]
    comparison = Comparison([flat(*each) for each in words], summaries, METRICS[0])
    assert set(comparison.keys) == {"model.depth", "model.hidden"}
    assert comparison.remarks == ["1 of 4 runs repeats others, and so is no seed more"]


def test_values_that_were_tried_once_are_left_to_the_table_of_jobs() -> None:
    rng = np.random.default_rng(0)
    configurations = [{"optimizer.lr": rng.random(), "model.activation": name} for name in ("tanh", "relu") * 5]
    summaries = [{"val": {"accuracy": rng.random(), "loss": 1.0}} for _ in configurations]
    rows = [row["with"] for row in Comparison(configurations, summaries, "val_accuracy").best_rows()]
    assert rows == ["activation=tanh", "activation=relu"]


def test_that_twins_agree_is_not_told_as_a_key_that_changes_nothing() -> None:
    flat = [{"seed": seed, "model.backend": backend} for seed in (0, 1) for backend in ("scratch", "torch")]
    losses = [{"train": {"loss": loss}, "val": {"loss": loss}} for loss in (0.5, 0.5, 0.6, 0.6)]
    assert remarks(flat, ["seed", "model.backend"], ["a", "b", "c", "d"], losses) == []
    twice = [*flat, {"seed": 1, "model.backend": "torch"}]
    assert remarks(twice, ["seed", "model.backend"], ["a", "b", "c", "d", "d"], [*losses, losses[3]]) == [
        "1 of 5 runs repeats others, and so is no seed more"
    ]
