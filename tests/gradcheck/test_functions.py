"""Plain functions are checked as one object."""

from __future__ import annotations

import pytest
from tests.kit.students import FOLDER, failed

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import Report, report_text


def check_functions(names: str, *words: str) -> Report:
    return check_class(f"{FOLDER}/functions.py:{names}", words)


@pytest.mark.parametrize(
    ("names", "words", "of"),
    [
        ("affine_forward,affine_backward", (), ["w", "b", "x"]),
        ("affine_backward", ("4x3", "3x"), ["w", "b", "x"]),
        ("softmax_loss", (), ["x"]),
    ],
)
def test_layer_and_loss(names: str, words: tuple[str, ...], of: list[str]) -> None:
    report = check_functions(names, *words)
    assert report.passed, report_text(report)
    assert [gradient.of for gradient in report.gradients] == of


def test_network_with_its_dict_of_parameters_and_its_cost() -> None:
    report = check_functions("forward_propagation,backward_propagation", "4", "6", "3")
    assert report.right, report_text(report)
    assert [gradient.of for gradient in report.gradients] == [
        f"parameters[{name!r}]" for name in ("W1", "b1", "W2", "b2")
    ]
    assert not report.notes  # compute_cost is its loss: none is guessed


def test_mistake_in_a_function_is_found_and_mended() -> None:
    report = check_functions("half_forward,half_backward")
    assert failed(report) == {"backward()[1]"}
    assert "return dx, dw / 2, db" in report_text(report)
