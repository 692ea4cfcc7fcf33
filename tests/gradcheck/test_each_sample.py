"""Gradients of other shapes: for each sample, where the class itself sums them; a column, where a column may be."""

from __future__ import annotations

import pytest
from tests.kit.students import FOLDER, SIZES, check, failed

from twinprop.gradcheck.check import check_class


def test_means_that_another_method_takes_are_the_gradients() -> None:
    report = check("VectorOfMeans", *SIZES)
    assert report.verdict == "right"
    assert len(report.gradients) == 4
    assert not report.unchecked


def test_mistake_in_them_is_seen() -> None:
    assert failed(check("VectorOfMeansWithoutDerivative", *SIZES)) == {
        "mean of parts[0].w_grad",
        "mean of parts[0].b_grad",
    }


def test_what_nothing_sums_is_wrong() -> None:
    assert "parts[0].w_grad" in failed(check("NeverSummed", *SIZES))


@pytest.mark.parametrize(
    ("names", "wrong"),
    [
        ("forward,backward", set()),
        ("forward,backward_half", {"backward()[2]"}),
        ("affine,affine_backward", {"backward()[2]"}),
    ],
)
def test_biases_may_be_a_column_where_that_is_what_forward_takes(names: str, wrong: set[str]) -> None:
    assert failed(check_class(f"{FOLDER}/column_of_biases.py:{names}")) == wrong
