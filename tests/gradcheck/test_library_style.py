"""Layers in the manner of a library: nothing of them passes unseen, and they get the shapes that they ask for."""

from __future__ import annotations

import pytest
from tests.kit.students import check, failed

from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.measuring.shapes import shape_of
from twinprop.gradcheck.report import report_text


def test_parameters_made_at_their_first_use_are_checked() -> None:
    report = check("LazyLinear", "4", "3")
    assert report.passed, report_text(report)
    assert [gradient.of for gradient in report.gradients] == ["weight", "bias", "x"]
    assert failed(check("LazyWeightTwice", "4", "3")) == {"weight_grad"}


def test_those_of_layers_that_a_network_holds_are_checked() -> None:
    report = check("LazyNetwork", "4", "6", "3")
    assert failed(report) == {"layers[1].weight_grad"}
    assert len(report.gradients) == 5
    assert not report.unchecked


@pytest.mark.parametrize("words", [("4", "3"), ("in_features=4", "out_features=3")])
def test_usual_shapes_come_first(words: tuple[str, ...]) -> None:
    assert check("LazyLinear", *words).given == "x (5, 4)"


def test_shape_is_taken_from_a_refusal() -> None:
    report = check("MeanOverTime")
    assert report.passed
    assert report.given == "x (5, 3, 4)"
    report = check("LazyLinear", "in_features=7", "out_features=3")
    assert report.given == "x (5, 7)"


def test_output_that_is_empty_is_no_pass() -> None:
    assert check("Crop", "1").given == "x (5, 3, 4, 6)"
    report = check("Crop", "4")
    assert report.passed
    assert report.given == "x (5, 12, 13, 14)"
    with pytest.raises(SubjectError, match="empty array"):
        check("Crop", "4", shape=[5, 2, 8, 8])


def test_shape_is_taken_from_the_name_of_an_argument() -> None:
    report = check("MeanOfImage", "2")
    assert report.passed
    assert report.given == "x (5, 2, 3, 4)"
    assert check("MeanOfImage", "in_channels=3").given == "x (5, 3, 4, 6)"


def test_axes_are_read_from_words() -> None:
    assert shape_of("batch, 3, height, width", {3, 4}, 1) == (5, 3, 6, 7)
    assert shape_of("..., batch, 5", set(), 1) == (6, 5)
    assert shape_of("batch, time, features", {2}, 4) == (5, 12, 13)
    assert shape_of("one or two numbers", set(), 1) == ()


def test_given_shape_is_the_only_one() -> None:
    with pytest.raises(SubjectError, match=r"got \(5, 4\)") as caught:
        check("MeanOverTime", shape=[5, 4])
    assert "were tried" not in str(caught.value)


@pytest.mark.parametrize("name", ["TrainingDropout", "TrainingNeeded", "TrainingByKeyword"])
def test_checked_as_it_trains(name: str) -> None:
    report = check(name)
    assert report.passed, report_text(report)
    assert report.given == "x (5, 4), training=True"


def test_mistake_that_only_training_shows_is_found() -> None:
    assert failed(check("TrainingDropoutWithoutMask")) == {"dx"}


def test_flag_that_changes_nothing_is_not_told() -> None:
    assert check("TorchLinear", "4", "3").given == "x (5, 4)"
    assert check("TrainingDropout", "p=0.0").given == "x (5, 4)"
