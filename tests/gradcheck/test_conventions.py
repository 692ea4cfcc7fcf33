"""What is right in a convention of its own, what can be checked for one sample alone, and what cannot be checked."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import LAYER, check, failed

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.report import report_text


def test_mean_over_the_samples_in_the_layer() -> None:
    report = check("MeanDense", *LAYER)
    assert report.verdict == "right, but"
    assert {gradient.accepted for gradient in report.gradients} == {"a mean", ""}
    assert "divided by the 5 samples here" in report.advice[0]


def test_mean_in_a_part_of_the_layer_is_wrong() -> None:
    report = check("HalfMeanDense", *LAYER)
    assert failed(report) == {"dW"}
    assert "divided by the 5 samples, n, once too often" in report.mistakes[0][1]


def test_first_layer_returns_no_dx() -> None:
    report = check("FirstLayer", *LAYER)
    assert report.verdict == "right, but"
    assert "backward returns no dx" in report.advice[0]


def test_update_that_is_right_for_one_sample_alone() -> None:
    report = check("OneSampleUpdate", *LAYER)
    assert report.verdict == "right, but"
    assert "right for one sample alone" in " ".join(report.advice)


def test_optimizer_with_a_memory_leaves_nothing_to_check() -> None:
    with pytest.raises(SubjectError, match="remembers earlier steps"):
        check("OwnOptimizer", *LAYER)


@pytest.mark.parametrize("words", [("Shift",), ("BuiltDense", "3"), ("LateColumns", "3"), ("Kept",)], ids=str)
def test_sizes_words_and_flags_are_found(words: tuple[str, ...]) -> None:
    report = check(*words)
    assert report.verdict == "right"
    assert len(report.gradients) == 2


def test_stale_cache_of_an_object_that_holds_a_module() -> None:
    report = check("KeepsModule", *LAYER)
    assert report.verdict == "wrong"
    assert "a second batch gets gradients of the first" in report.mistakes[0][1]


def test_gradients_of_the_negative_loss_are_right_where_they_are_added() -> None:
    report = check("AddsItsSteps", *LAYER)
    assert report.verdict == "right, but"
    assert "self.W += lr * self.dW" in report.advice[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SubtractsItsSteps", "SubtractsVelocity"])
def test_gradients_of_the_negative_loss_are_wrong_where_they_are_subtracted(name: str) -> None:
    assert check(name, *LAYER).verdict == "wrong"


@pytest.mark.parametrize(
    ("name", "told"), [("PrintsMean", "np.mean((y - self.p) ** 2)"), ("PrintsMeanDividesStep", ""), ("PrintsSum", "")]
)
def test_a_mean_beside_the_gradients_of_a_sum_is_told(name: str, told: str) -> None:
    report = check(name, *LAYER)
    assert report.assumed_loss == "½ squared error, sum"
    assert report.verdict == ("right, but" if told else "right")
    assert told in " ".join(report.advice)


def test_a_small_number_that_forward_adds_is_told() -> None:
    report = check("ConstantInLogarithm", *LAYER)
    assert report.verdict == "right, but"
    assert "forward adds a small number, 0.0001" in " ".join(report.advice)
    assert failed(check("SmallPenalty", *LAYER)) == {"dW"}


MEANS = """
import numpy as np


class Dense:
    def __init__(self, inputs, outputs):
        self.W = np.random.randn(outputs, inputs)
        self.b = np.random.randn(outputs, 1)

    def forward(self, x):
        self.x, self.z = x, self.W @ x.T + self.b
        return (self.z * (self.z > 0)).T

    def backward(self, d):
        d = d.T
        n = d.shape[1]
        self.dW = d @ self.x / n
        self.db = np.mean(d, axis=1, keepdims=True)
        return d.T @ self.W
"""


def test_a_mean_that_is_a_convention_is_no_mistake_beside_another(tmp_path: Path) -> None:
    file = tmp_path / "dense.py"
    file.write_text(MEANS)
    report = check_class(f"{file}:Dense", ["4", "3"])
    assert failed(report) == {"dW", "db", "dx"}, report_text(report)
    ((names, text),) = report.mistakes
    assert set(names) == {"dW", "db", "dx"}
    assert "derivative of the activation is missing" in text
    file.write_text(MEANS.replace("d = d.T", "d = d.T * (self.z > 0)"))
    assert check_class(f"{file}:Dense", ["4", "3"]).verdict == "right, but"
    # where one is a sum, the other is no mean by convention
    file.write_text(MEANS.replace("np.mean(d,", "np.sum(d,"))
    assert "once too often" in report_text(check_class(f"{file}:Dense", ["4", "3"]))
