"""Classes that hold an array or a number with its gradient, and layers of them."""

from __future__ import annotations

import pytest
from tests.kit.students import LAYER, check, failed

from twinprop.gradcheck.report import report_text


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        (("Unit", "4"), 6),
        pytest.param(("Units", "4", "2"), 11, marks=pytest.mark.slow),
        (("GridLinear", *LAYER), 3),
        (("GridByHand", *LAYER), 3),
        (("GridLoss",), 1),
        (("Number",), 11),
        pytest.param(("Grid",), 14, marks=pytest.mark.slow),
    ],
    ids=lambda value: str(value[0]) if isinstance(value, tuple) else "",
)
def test_right_ones_pass(words: tuple[str, ...], rows: int) -> None:
    report = check(*words)
    assert report.verdict == "right", report_text(report)
    assert len(report.gradients) == rows


def test_the_operation_that_is_wrong_is_named() -> None:
    assert failed(check("NumberTwice")) == {"da of (a.tanh())"}
    assert failed(check("NumberForgets")) == {"da of (a * a)", "da of (a * b + a)", "db of (a * b + b)"}


def test_a_layer_of_them_refers_to_their_operations() -> None:
    report = check("UnitTwice", "4")
    assert report.verdict == "wrong"
    assert "--layer FILE:NumberTwice" in " ".join(report_text(report).split())


def test_a_backward_by_hand_is_explained() -> None:
    report = check("GridByHandMean", *LAYER)
    assert failed(report) == {"b.grad"}
    assert "the mean is taken where the sum belongs" in report_text(report)
