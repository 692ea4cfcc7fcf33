"""What is wrong in one reading and right in another; and what no reading makes right."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import check

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.report import report_text


@pytest.mark.parametrize(
    ("name", "rows", "told"),
    [
        ("ReturnsMatrix", 1, "returns a matrix"),
        ("SameEverywhere", 1, ""),
        ("Penalty", 1, ""),
        ("TargetsFirst", 1, ""),
        ("OfOneSample", 1, "right for one sample alone"),
        ("FusedDense", 3, "as by a cross entropy whose backward returns that"),
        ("AsksForGradient", 2, ""),
        ("SharesWeights", 2, "sum of 2 dW"),
        ("CellOfBook", 5, ""),
        ("UpdatesApart", 2, ""),
        ("FitsAlone", 2, "½ squared error, sum"),
        ("KeepsDeltas", 2, "½ squared error, sum"),
        ("KeepsState", 3, "it is set back before each"),
    ],
)
def test_right_ones_pass(name: str, rows: int, told: str) -> None:
    report = check(name)
    assert report.right, report_text(report)
    assert len(report.gradients) == rows
    assert told in " ".join(report_text(report).split())


def test_matrix_that_is_the_wrong_way_round_is_seen_where_it_fits() -> None:
    report = check("WrongWayRound")
    assert report.title == "WrongWayRound(4, 4)"
    assert report.verdict == "wrong"
    assert "self.W is the wrong way round" in report_text(report)


def test_arithmetic_that_is_too_coarse_gets_no_verdict() -> None:
    with pytest.raises(SubjectError, match="too coarse to check"):
        check("CoarseInside")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("FitsAloneWrong", "summed over everything"),
        ("BiasOfAll", "summed over everything"),
        ("RowsWithBias", "1/n is missing"),
        ("SumsTheWrongAxis", "summed over axis 1, not over axis 0"),
    ],
)
def test_wrong_ones_are_seen_and_named(name: str, told: str) -> None:
    report = check(name)
    assert report.verdict == "wrong"
    assert told in " ".join(report_text(report).split())


def test_fit_that_begins_anew_is_a_loop() -> None:
    report = check("FitsAnew")
    assert report.right, report_text(report)
    assert "in the loop of" in report.title


def test_bare_name_beside_a_list_is_that_of_dx() -> None:
    report = check("GradAndGrads", "4")
    assert report.passed, report_text(report)
    assert [gradient.of for gradient in report.gradients] == ["params[0]", "params[1]", "x"]


def test_plain_way_back_comes_first() -> None:
    assert check("PlainAndAdam").right


def test_layer_before_has_its_input_for_its_output() -> None:
    assert check("AsksTheLayerBefore").passed
    assert check("AsksTheLayerBeforeWrong").verdict == "wrong"


@pytest.mark.parametrize(
    ("forward", "backward", "verdict", "told"),
    [
        ("1 / (1 + np.exp(-x))", "output * (1 - output)", "right", "is given the output"),
        ("1 / (1 + np.exp(-x))", "output * (1 + output)", "wrong", "is given the output"),
        ("np.tanh(x)", "output * (1 - self.y ** 2)", "right", ""),  # a gradient from above by another name
        ("soft(x)", "np.array([np.diag(p) - np.outer(p, p) for p in output])", "right", "a matrix"),
    ],
)
def test_an_activation_that_takes_no_gradient_from_above(
    tmp_path: Path, forward: str, backward: str, verdict: str, told: str
) -> None:
    (tmp_path / "bends.py").write_text(
        "import numpy as np\n"
        "def soft(x):\n    return np.exp(x - x.max(1)[:, None]) / np.exp(x - x.max(1)[:, None]).sum(1)[:, None]\n"
        f"class Bend:\n    def forward(self, x):\n        self.y = {forward}\n        return self.y\n"
        f"    def backward(self, output):\n        return {backward}\n"
    )
    report = check_class(f"{tmp_path}/bends.py:Bend")
    assert report.verdict == verdict, report_text(report)
    assert told in report_text(report)


STEPS = """
import numpy as np
class Straight:
    def __init__(self, i=4, o=3):
        self.W, self.b = 0.5 * np.random.randn(i, o), np.zeros(o)
    def forward(self, x):
        self.x, self.y = x, x @ self.W + self.b
        return [int(one) for one in self.y.argmax(axis=1)], self.y
    def backward(self, y, lr=0.1, wd=0.01):
        d = (self.y - y) / len(y)
        self.W = (1 - lr * wd) * self.W - lr * self.x.T @ d
        self.b = self.b - lr * d.sum(axis=0)
"""


@pytest.mark.parametrize(("step", "right"), [("d.sum(axis=0)", True), ("d.sum()", False)])
def test_a_step_with_a_decay_beside_the_classes_that_are_predicted(tmp_path: Path, step: str, right: bool) -> None:
    (tmp_path / "straight.py").write_text(STEPS.replace("d.sum(axis=0)", step))
    report = check_class(f"{tmp_path}/straight.py:Straight")
    assert report.right is right, report_text(report)
    assert "a penalty, 0.005 times the squares of W" in report_text(report) or not right


SLOPES = """
import numpy as np

class Same:
    def forward(self, z):
        return z

    def backward(self, dz):
        return {slope}

class Half:
    def forward(self, z):
        return np.maximum(z, 0)

    def backward(self, dz):
        return np.where(dz {side} 0, 1.0, 0.0)

class Third:
    def forward(self, x):
        return x / 3

    def backward(self, dy):
        return dy // 3

class Net:
    def back(self, error):
        for layer in self.layers:
            {line}
"""
MULTIPLIED = "error = layer.W @ (error * layer.activation.backward(layer.z))"


@pytest.mark.parametrize(
    ("name", "slope", "side", "line", "verdict"),
    [
        ("Same", "1", ">", MULTIPLIED, "right"),
        ("Same", "2", ">", MULTIPLIED, "wrong"),
        ("Half", "1", ">", MULTIPLIED, "right"),
        ("Half", "1", "<", MULTIPLIED, "wrong"),
        ("Half", "1", ">", "error = layer.activation.backward(error)", "wrong"),  # the gradient from above is lost
        ("Half", "1", ">", "d = layer.activation.backward(layer.z); error = d * error", "right"),
    ],
)
def test_what_is_multiplied_with_a_gradient_is_a_derivative(
    name: str, slope: str, side: str, line: str, verdict: str, tmp_path: Path
) -> None:
    (tmp_path / "net.py").write_text(SLOPES.format(slope=slope, side=side, line=line))
    report = check_class(f"{tmp_path}/net.py:{name}")
    assert report.verdict == verdict, report_text(report)


def test_a_gradient_without_its_fractions_is_no_derivative_though_others_are_multiplied(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(SLOPES.format(slope="1", side=">", line=MULTIPLIED))
    report = check_class(f"{tmp_path}/net.py:Third")
    assert report.verdict == "wrong"
    assert any("// throws the fraction away" in text for _, text in report.mistakes), report_text(report)


KEEPS_DELTAS = """
import numpy as np

class Stack:
    def __init__(self, sizes=(4, 6, 3)):
        self.W = [np.random.randn(a, b) for a, b in zip(sizes, sizes[1:])]
        self.A = [None] * len(sizes)
        self.D = [None] * len(sizes)
        self.seen = None

    @property
    def width(self):
        return self.seen[1]

    def forward(self, x):
        self.A[0] = x
        for at, W in enumerate(self.W):
            self.A[at + 1] = np.tanh(self.A[at] @ W)
        return self.A[-1]

    def backward(self, y, lr=0.1):
        self.D[-1] = (self.A[-1] - y) * (1 - self.A[-1] ** 2)
        for at in range(len(self.W) - 1, 0, -1):
            self.D[at] = self.D[at + 1] @ self.W[at].T * (1 - self.A[at] ** 2)
        for at in range(len(self.W)):
            self.W[at] -= lr * self.A[at].T @ self.D[at + 1]
"""


def test_a_property_may_raise_and_deltas_are_no_gradients_of_weights(tmp_path: Path) -> None:
    (tmp_path / "stack.py").write_text(KEEPS_DELTAS)
    report = check_class(f"{tmp_path}/stack.py:Stack")
    assert report.right, report_text(report)
    assert {one.name for one in report.gradients} == {"change of W[0]", "change of W[1]"}
