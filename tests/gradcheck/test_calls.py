"""Classes that are made, set up and called in ways of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import LAYER, check, failed

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import report_text


@pytest.mark.parametrize(
    ("words", "given", "rows"),
    [
        (("ClearsCache", *LAYER), "x (5, 4)", 2),
        (("SizeInTuple",), "x (5, 4)", 2),
        (("KeepsInCall",), "x (5, 4)", 1),
        (("ListOfUnits",), "x (5, 4), y (5, 3) onehot", 4),
        (("ShapeOfImage",), "x (2, 7, 8)", 2),
        (("ColumnOnly",), "x (4, 1)", 1),
        (("NeedsFlag",), "x (5, 4), y (5, 4) onehot, training=True", 1),
        (("OfValue",), "x (5, 4), y (5, 4) onehot", 1),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_right_ones_pass(words: tuple[str, ...], given: str, rows: int) -> None:
    report = check(*words)
    assert report.right, report_text(report)
    assert report.given == given
    assert len(report.gradients) == rows


@pytest.mark.slow
def test_a_gradient_that_is_0_everywhere_proves_nothing() -> None:
    report = check("ScaledSoftmaxDiagonal")
    assert report.verdict == "wrong"
    assert report.given == "x (5, 4)"


@pytest.mark.slow
def test_a_part_of_a_sum_can_be_edited() -> None:
    assert failed(check("PartOfSum", *LAYER)) == {"dx"}


def test_usual_functions_of_a_missing_module(tmp_path: Path) -> None:
    (tmp_path / "course.py").write_text(
        "import numpy as np\nfrom helpers_of_a_course import *\n\n"
        "class Unit:\n    def forward(self, x):\n        self.a = sigmoid(x)\n        return self.a\n"
        "    def backward(self, dy):\n        return dy * self.a * (1 - self.a)\n"
    )
    report = check_class(f"{tmp_path}/course.py:Unit")
    assert report.verdict == "right"
    assert "sigmoid" in report.notes[0]
