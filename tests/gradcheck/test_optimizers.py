"""Gradients that are handed to an optimizer, or computed by another method than backward."""

from __future__ import annotations

import pytest
from tests.kit.students import LAYER, check, failed

from twinprop.gradcheck.report import report_text


@pytest.mark.parametrize(
    "name", ["ByAnotherMethod", "ByUpdate", "ByOptimizerStep", "GivenOptimizer", "OptimizerToSet", "RateOfOptimizer"]
)
def test_right_ones_pass(name: str) -> None:
    report = check(name, *LAYER)
    assert report.verdict == "right", report_text(report)
    assert [gradient.of for gradient in report.gradients] == ["W", "b", "x"]


@pytest.mark.parametrize(
    ("name", "gradient", "hint"),
    [
        ("ByUpdateMean", "change of b", "the mean is taken where the sum belongs"),
        ("GivenOptimizerFirst", "dx", "computed after the update"),
        ("GivenOptimizerSign", "dW", "the sign is wrong"),
    ],
)
def test_mistake_is_found(name: str, gradient: str, hint: str) -> None:
    report = check(name, *LAYER)
    assert failed(report) == {gradient}
    assert hint in " ".join(report_text(report).split())


def test_the_other_method_is_named() -> None:
    assert "compute_gradients is called after backward" in check("ByAnotherMethod", *LAYER).notes[0]
