"""The inputs that a class is given."""

from __future__ import annotations

import pytest
from tests.kit.students import LAYER, SIZES, check

from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.report import report_text


def test_input_that_does_not_fit_says_what_to_do() -> None:
    with pytest.raises(SubjectError, match=r"linear\.py") as caught:
        check("Linear", *LAYER, shape=[5, 7])
    assert "(5, 7)" in str(caught.value)
    report = check("ReLU", shape=[2, 3, 4, 4])
    assert report.passed
    assert report.gradients[0].target.shape == (2, 3, 4, 4)


def test_columns_are_recognised_in_a_given_shape() -> None:
    report = check("Columns", *SIZES, shape=[4, 9])
    assert report.passed
    assert "columns" in report.given


@pytest.mark.parametrize(("targets", "name"), [("labels", "CrossEntropy"), ("onehot", "MSE"), ("real", "MSE")])
def test_targets_can_be_chosen(targets: str, name: str) -> None:
    report = check(name, targets=targets)
    assert report.passed
    assert targets in report.given


def test_sizes_are_told_apart() -> None:
    """The number of samples is none of the other sizes; and targets of a wrong shape that broadcast are noticed."""
    assert "x (7, 5)" in check("Linear", "5", "6").given
    report = check("Columns", "2", "6", "3", shape=[2, 2])
    assert report.passed
    assert "y (3, 2)" in report.given


@pytest.mark.parametrize("shape", [[5], [5, 1], [5, 3]])
@pytest.mark.parametrize("name", ["ClippedBCE", "MSE"])
def test_losses_of_one_number_for_each_sample(name: str, shape: list[int]) -> None:
    report = check(name, shape=shape)
    assert report.passed, report_text(report)
    assert str(tuple(shape)) in report.given.partition(" y ")[2]
    assert not check("BCEOfOnesOnly", shape=shape).passed


def test_vector_outputs_get_vector_targets() -> None:
    assert "y (5,) binary" in check("Logistic", "4").given
    assert "y (5,) labels" in check("Logistic", "4", targets="labels").given
    assert "y (5, 3) onehot" in check("Dicts", "4", "3").given


def test_only_shapes_are_tried_again() -> None:
    with pytest.raises(SubjectError, match="NameError") as caught:
        check("Raises")
    assert "were tried" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "given", "verdict"),
    [
        ("SoftmaxOfColumns", "x (4, 5), y (4, 5) onehot, samples in columns", "right"),
        ("SoftmaxOfColumnsWithLoss", "x (4, 5), y (4, 5) onehot, samples in columns", "right"),
        ("SoftmaxOfColumnsHandsOn", "x (4, 5), y (4, 5) onehot, samples in columns", "right, but"),
        ("SoftmaxOfColumnsTwice", "x (4, 5), y (4, 5) onehot, samples in columns", "wrong"),
        ("SoftmaxOfAll", "x (1, 4), y (1, 4) onehot", "right, but"),
    ],
)
def test_a_softmax_says_which_axis_is_that_of_the_samples(name: str, given: str, verdict: str) -> None:
    report = check(name)
    assert (report.given, report.verdict) == (given, verdict), report_text(report)
