"""What is asked, answered and remarked of runs."""

from __future__ import annotations

from typing import Any

import pytest
from tests.kit.comparisons import made_up_study

from twinprop.app.compose import compose
from twinprop.config.schema import flatten
from twinprop.population.compare import came_with
from twinprop.report.study import Study
from twinprop.report.tables import dropped, failures, ranking

LR = {"optimizer.lr": [0.01, 0.1, 1.0], "seed": [0, 1, 2]}


def with_results(study: Study, of: Any) -> Study:
    """A study whose results are a function of a run's keys."""
    for run in study.runs:
        value = of(run.keys)
        run.summary |= {split: {"accuracy": value, "loss": 1 - value} for split in ("train", "val", "test")}
    return study


QUESTIONS: dict[str, tuple[dict[str, list[Any]], str]] = {
    "one key": (LR, "How does the validation accuracy depend on the learning rate?"),
    "two": (
        {**LR, "model.activation": ["relu", "tanh"]},
        "How does the validation accuracy depend on the activation and learning rate?",
    ),
    "seeds": ({"seed": [0, 1]}, "How much does the validation accuracy depend on the seed?"),
    "a run": ({"seed": [0]}, "What did this network learn?"),
    "twins": (
        {"model.backend": ["scratch", "torch"]},
        "Do the network by hand and that in PyTorch learn the same, and what does each cost?",
    ),
}


@pytest.mark.parametrize("case", QUESTIONS)
def test_the_question(case: str) -> None:
    keys, question = QUESTIONS[case]
    assert made_up_study(keys).question == question


def test_validation_selects_and_test_reports() -> None:
    study = made_up_study(LR)
    for run in study.runs:
        lr = run.keys["optimizer.lr"]
        run.summary["val"]["accuracy"] = {0.01: 0.5, 0.1: 0.9, 1.0: 0.8}[lr] + run.keys["seed"] / 1000
        run.summary["test"]["accuracy"] = {0.01: 0.6, 0.1: 0.7, 1.0: 0.99}[lr] + run.keys["seed"] / 1000
    first, second = study.answers[:2]
    reached = "0.9010 ± 0.0010; on the test split 0.7010 ± 0.0010 (3 seeds)."
    assert first == f"By validation accuracy, learning rate 0.1 is best: {reached}"
    assert second.startswith("On the test split, it is better than"), second
    assert [each.name for each in study.differences] == ["1", "0.01"]


def test_what_was_dropped_is_compared_with_nothing() -> None:
    """The best of a rate that was dropped, 1, would have been the best of all; one seed of another was dropped."""
    study = made_up_study(LR)
    for run in study.runs:
        lr, seed = run.keys["optimizer.lr"], run.keys["seed"]
        for split in ("val", "test"):
            run.summary[split] |= {"accuracy": {0.01: 0.5, 0.1: 0.8, 1.0: 0.99}[lr] + seed / 1000}
        if lr == 1.0 or (lr, seed) == (0.1, 2):
            run.summary |= {"status": "dropped", "stopped": {"by": "halving", "epoch": 2, "rank": 4, "of": 5}}
    assert study.answers[0].startswith("By validation accuracy, learning rate 0.1 is best: 0.8005 ± 0.0007;")
    assert study.answers[1].startswith("4 of 9 runs were dropped")
    assert study.edges == [], "a larger rate was tried"
    assert [study.name_of(each) for each in study.left] == ["1"]
    assert [each.name for each in study.differences] == ["0.01"]
    assert study.best_run is not None
    assert study.best_run.keys["seed"] == 1
    assert ranking(study).rows[-1][1] == "(0.9910 ± 0.0010)"
    assert failures(study) is None
    table = dropped(study)
    assert table is not None
    assert table.rows == [["2", "halving", "4", "5"]]


def test_what_the_test_split_chose_is_not_tested_on_it() -> None:
    study = made_up_study(LR, metric="test_accuracy")
    assert study.differences == []
    assert any(line.startswith("The test split chose") for line in study.answers)


@pytest.mark.parametrize(("best", "edge"), [(0.01, "smallest"), (0.1, None), (1.0, "largest")])
def test_the_best_at_the_edge_of_what_was_tried_is_told(best: float, edge: str | None) -> None:
    study = with_results(made_up_study(LR), lambda keys: 0.9 if keys["optimizer.lr"] == best else 0.5)
    assert [edge in line for line in study.edges] == ([True] if edge else [])


def test_what_comes_with_a_choice_is_told() -> None:
    flat = [flatten(compose([f"optimizer={name}"])) for name in ("sgd", "adam")]
    assert "optimizer.lr" in came_with(flat)["optimizer.name"]
    study = made_up_study({"optimizer.name": ["sgd", "adam"]})
    for run, keys in zip(study.runs, flat, strict=True):
        run.keys = keys
    assert study.keys == ["optimizer.name"]
    assert "Learning rate came with the optimizer: 0.1 with sgd and 0.001 with adam." in study.companions


def test_a_key_that_changed_nothing_and_repeats_are_told() -> None:
    keys = {"model.hidden": [[20]], "model.depth": [1, 2], "seed": [0, 1]}
    study = with_results(made_up_study(keys), lambda keys: 0.5 + keys["seed"] / 10)
    assert study.keys == []
    assert study.remarks == [
        "Model.depth changes nothing here: what differs in it alone is the same.",
        "Jobs 2-3 repeat others, and so are no seeds more.",
    ]
    assert study.seeds == 2, "repeats are no seeds"


def test_without_validation_the_training_loss_compares() -> None:
    study = made_up_study(LR)
    for run in study.runs:
        run.summary["val"] = {"loss": None, "accuracy": None}
    assert (study.metric, study.measure) == ("train_loss", "accuracy")


def test_measures_of_a_regression_are_taken_as_they_come() -> None:
    study = made_up_study(LR, metric="val_rmse")
    for run in study.runs:
        run.summary["task"] = "regression"
        for split in ("train", "val", "test"):
            run.summary[split] = {"loss": 2.0, "rmse": 1.0 + run.keys["optimizer.lr"], "mae": 1.0, "r2": 0.5}
    assert (study.metric, study.measure, study.test_metric) == ("val_rmse", "rmse", "test_rmse")
    assert study.ranked[0].values["optimizer.lr"] == 0.01, "a lower error is better"


def test_no_run_with_a_result_is_told() -> None:
    assert made_up_study(LR, failed=1.0).answers == ["No run has a result."]
