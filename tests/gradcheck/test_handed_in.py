"""What a class wants from others is handed in: objects, layers, the layer before, its data."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import check

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.report import report_text


@pytest.mark.parametrize(
    ("name", "title", "rows"),
    [
        ("WithShape", "WithShape(4, 3, Squash())", 2),
        ("WithLentShape", "WithLentShape(4, 3, tanh)", 2),
        ("Row", "Row([Affine(), TanhStep(), Affine()])", 5),
        ("RowByAdd", "RowByAdd()", 5),
        ("RowBySize", "RowBySize(4)", 5),
        ("AfterAnother", "AfterAnother()", 2),
        ("HoldsItsData", "HoldsItsData(5×4, 5×3)", 1),
        ("IsFed", "IsFed(4, 3)", 1),
        ("BetweenSlots", "BetweenSlots(InputSlot())", 1),
        ("WordPairs", "WordPairs(7, 4)", 2),
        ("RowToCompile", "RowToCompile()", 5),
        ("RowBySeveral", "RowBySeveral()", 3),
        ("WorkArray", "WorkArray(4, 3)", 2),
    ],
)
def test_right_ones_pass(name: str, title: str, rows: int) -> None:
    report = check(name)
    assert report.right, report_text(report)
    assert report.title == title
    assert len(report.gradients) == rows


def test_a_network_without_layers_gets_no_verdict() -> None:
    with pytest.raises(SubjectError, match="holds no layers"):
        check("NothingToAdd")


def test_no_verdict_with_an_object_of_ours() -> None:
    with pytest.raises(SubjectError, match="may be due to that"):
        check("WithLentShapeWrong")


def test_object_of_a_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "shapes_of_mine.py").write_text(
        "class Cube:\n    def value_of(self, z):\n        return z**3\n"
        "    def slope_of(self, z):\n        return 3 * z**2\n"
    )
    (tmp_path / "layer_of_mine.py").write_text(
        "class Layer:\n    def __init__(self, bend):\n        self.bend = bend\n"
        "    def forward(self, x):\n        self.x = x\n        return self.bend.value_of(x)\n"
        "    def backward(self, dy):\n        return dy * self.bend.slope_of(self.x)\n"
    )
    report = check_class(f"{tmp_path}/layer_of_mine.py:Layer")
    assert report.right
    assert report.title == "Layer(Cube())"


HOLDS_AN_ACTIVATION = """
import numpy as np

class Squash:
    def forward(self, z):
        self.s = 1 / (1 + np.exp(-z))
        return self.s
    def backward(self, d):
        return d * self.s * (1 - self.s)

class Bent:
    def value(self, z):
        return np.tanh(z)
    def derivative(self, z):
        return 1 - np.tanh(z) ** 2

class One:
    def __init__(self, i, o):
        self.W, self.act = np.random.randn(i, o), Squash()
    def forward(self, x):
        self.x = x
        return self.act.forward(x @ self.W)
    def backward(self, d):
        self.dW = self.x.T @ d
        return d @ self.W.T

class Other(One):
    def __init__(self, i, o):
        self.W, self.act = np.random.randn(i, o), Bent()
    def forward(self, x):
        self.x, self.z = x, x @ self.W
        return self.act.value(self.z)
"""


@pytest.mark.parametrize(("name", "term"), [("One", "self.act.backward(d)"), ("Other", "self.act.derivative(self.z)")])
def test_way_back_through_an_object_that_is_held_is_missing(tmp_path: Path, name: str, term: str) -> None:
    (tmp_path / "held.py").write_text(HOLDS_AN_ACTIVATION)
    report = check_class(f"{tmp_path}/held.py:{name}")
    assert [one.passed for one in report.gradients] == [False, False]
    assert f"the derivative of the activation is missing: {term}" in report_text(report).replace("\n", " ")


MADE_INSIDE = """class Cube:
    def value_of(self, z):
        return z**3
    def slope_of(self, z):
        return {slope}


class Layer:
    def __init__(self, bend):
        self.bend = bend()
    def forward(self, x):
        self.x = x
        return self.bend.value_of(x)
    def backward(self, dy):
        return dy * self.bend.slope_of(self.x)
"""


@pytest.mark.parametrize(("slope", "verdict"), [("3 * z**2", "right"), ("3 * z", "wrong")])
def test_class_of_which_an_object_is_made(slope: str, verdict: str, tmp_path: Path) -> None:
    (tmp_path / "made_inside.py").write_text(MADE_INSIDE.format(slope=slope))
    report = check_class(f"{tmp_path}/made_inside.py:Layer")
    assert report.title == "Layer(Cube)"
    assert report.verdict == verdict


FED_LOSS = """class Loss:
    def __init__(self):
        self.x = self.target = self.dx = None
    def forward(self):
        self.loss = ((self.x - self.target) ** 2).sum()
    def backward(self):
        self.dx = {dx}
"""


@pytest.mark.parametrize(
    ("dx", "verdict"), [("2 * (self.x - self.target)", "right"), ("2 * (self.target - self.x)", "wrong")]
)
def test_loss_that_finds_all_in_its_attributes(dx: str, verdict: str, tmp_path: Path) -> None:
    (tmp_path / "fed_loss.py").write_text(FED_LOSS.format(dx=dx))
    assert check_class(f"{tmp_path}/fed_loss.py:Loss").verdict == verdict
