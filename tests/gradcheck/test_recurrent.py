"""Recurrent layers step by step, cells for one sample, names that are nearly right, and what is made or kept late."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import check, check_code, failed

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import report_text


@pytest.mark.parametrize("name", ["StepwiseRNN", "StepwiseRNNDict"])
def test_gradients_of_each_time_step_are_right_where_the_update_sums_them(name: str) -> None:
    report = check(name, "4", "6")
    assert report.verdict == "right, but", report_text(report)
    assert {one.of for one in report.gradients} == {"U", "R", "b"}
    assert [text for text in report.advice if "returns no dx" in text] == report.advice


def test_mistake_in_gradients_of_each_time_step() -> None:
    report = check("StepwiseRNNOneOff", "4", "6")
    assert [one.of for one in report.gradients if not one.passed] == ["R"], report_text(report)


def test_gradients_of_each_time_step_that_nothing_sums_are_wrong() -> None:
    report = check("UnsummedRNN", "4", "6", shape=[3, 5, 4])
    assert failed(report) == {"dU", "dR", "db"}, report_text(report)


def test_cell_whose_states_stand_beside_x_gets_states_of_its_own_size() -> None:
    report = check("SummedColumnCell", "3", "4")
    assert report.verdict == "right", report_text(report)
    assert {one.of: one.target.shape for one in report.gradients}["prev_hidden_state"] == (4, 5)


def test_cell_for_one_sample_gets_one() -> None:
    report = check("ColumnCell", "3", "4")
    assert report.verdict == "right, but", report_text(report)
    assert "right for one sample alone" in " ".join(report.advice)


def test_mistake_in_a_cell_for_one_sample() -> None:
    report = check("ColumnCellWrongGate", "3", "4")
    assert "prev_cell_state" in {one.of for one in report.gradients if not one.passed}, report_text(report)


def test_gradient_that_a_part_keeps_is_not_that_of_x() -> None:
    report = check("OwnActivation", "4")
    assert report.verdict == "right, but", report_text(report)
    assert [one.of for one in report.gradients] == ["W"]


def test_names_of_methods_that_are_nearly_the_known_ones() -> None:
    report = check("Misspelt", "4", "3")
    assert report.verdict == "right", report_text(report)
    assert failed(check("MisspeltWrong", "4", "3")) == {"dx"}


def test_array_of_one_number_is_read_as_a_number() -> None:
    report = check("LateScale")
    assert report.verdict == "right", report_text(report)
    assert failed(check("LateScaleWrong")) == {"grads['db']"}


def test_method_with_targets_and_a_rate_is_no_way_to_make_a_network(tmp_path: Path) -> None:
    net = """
import numpy as np

class Net:
    def __init__(self, i, o):
        self.W = 0.5 * np.random.randn(i, o)
        self.ready = False

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dy):
        self.dW = self.x.T @ dy
        return dy @ self.W.T

    def nag(self, X, Y, eta):
        raise ValueError("no data")
"""
    (tmp_path / "net.py").write_text(net)
    (tmp_path / "main.py").write_text("from net import Net\nnet = Net(3, 2)\nnet.nag([[0.0]], [[1.0]], 0.1)\n")
    report = check_class(f"{tmp_path}/net.py:Net")
    assert report.title == "Net(3, 2), as in main.py:2"
    assert report.verdict == "right", report_text(report)
    (tmp_path / "net.py").write_text(net.replace("self.x.T @ dy", "2 * self.x.T @ dy"))
    assert failed(check_class(f"{tmp_path}/net.py:Net")) == {"dW"}


def test_sign_of_a_count_is_no_hint(tmp_path: Path) -> None:
    (tmp_path / "loss.py").write_text("""
import numpy as np

class Huberless:
    def forward(self, p, y):
        return np.mean(np.abs(p - y))

    def backward(self, p, y):
        count = len(p)
        return np.sign(y - p) / count / len(p[0])
""")
    report = check_class(f"{tmp_path}/loss.py:Huberless")
    assert report.verdict == "wrong"
    assert "np.sign(y - p)" in report.mistakes[0][1], report_text(report)


ONE_LABEL = """
import numpy as np


def column(which, size):
    v = np.zeros((size, 1))
    v[which] = 1
    return v


class LastLetter:
    def __init__(self, letters, hidden, rate=0.1):
        self.letters, self.hidden, self.rate = letters, hidden, rate
        self.U = np.random.randn(hidden, letters)
        self.R = np.random.randn(hidden, hidden) * 0.5
        self.V = np.random.randn(letters, hidden)
        self.c = np.zeros((letters, 1))

    def forward(self, word):
        self.word, self.states = word, [np.zeros((self.hidden, 1))]
        for letter in word:
            self.states.append(np.tanh(self.U @ column(letter, self.letters) + self.R @ self.states[-1]))
        e = np.exp(self.V @ self.states[-1] + self.c)
        self.p = e / e.sum()
        return self.p

    def loss(self, next_letter):
        return -np.sum(column(next_letter, self.letters) * np.log(self.p))

    def backward(self, next_letter):
        d = self.p - column(next_letter, self.letters)
        dV, dc, dU, dR = d @ self.states[-1].T, d, np.zeros_like(self.U), np.zeros_like(self.R)
        dh = self.V.T @ d
        for t in reversed(range(len(self.word))):
            dz = dh * (1 - self.states[t + 1] ** 2)
            dU += dz @ column(self.word[t], self.letters).T
            dR += dz @ self.states[t].T
            dh = self.R.T @ dz
        for name, gradient in zip("UVRc", (dU, dV, dR, dc)):
            W = getattr(self, name)
            W -= self.rate * gradient
"""


def test_sequence_with_one_label_gets_one(tmp_path: Path) -> None:
    file = tmp_path / "letters.py"
    file.write_text(ONE_LABEL)
    report = check_class(f"{file}:LastLetter")
    assert report.right, report_text(report)
    assert {one.of for one in report.gradients} == set("UVRc")
    file.write_text(ONE_LABEL.replace("self.states[t + 1] ** 2", "np.tanh(self.states[t + 1]) ** 2"))
    report = check_class(f"{file}:LastLetter")
    assert failed(report) == {"change of U", "change of R"}, report_text(report)
    assert "tanh is applied once too often" in report_text(report)


CELL_THAT_RETURNS_NOTHING = """
import numpy as np


class Helpers:
    def squash(self, z):
        return 1 / (1 + np.exp(-z))

    def cross_entropy_cost(self, probs, wanted):
        return -np.sum(wanted * np.log(probs))


class Cell(Helpers):
    def __init__(self, hidden, features):
        rng = np.random.default_rng(0)
        self.W, self.U = rng.normal(size=(features, 2 * hidden)), rng.normal(size=(hidden, 2 * hidden))
        self.n = hidden

    def gated_cell_forward(self, c_input, h_input, x_input):
        self.c_input, self.h_input, self.x_input = c_input, h_input, x_input
        z = x_input @ self.W + h_input @ self.U
        self.keep, self.out = self.squash(z[:, : self.n]), self.squash(z[:, self.n :])
        self.c_next = self.keep * c_input + (1 - self.keep)
        self.h_next = self.out * np.tanh(self.c_next)

    def gated_cell_backward(self, dc_next, dh_next):
        t = np.tanh(self.c_next)
        dc = dc_next + dh_next * self.out * (1 - t * t)
        dkeep = dc * (self.c_input - 1) * self.keep * (1 - self.keep)
        dz = np.hstack([dkeep, dh_next * t * self.out * (1 - self.out)])
        self.dW, self.dU = self.x_input.T @ dz, self.h_input.T @ dz
        self.dx_input, self.dh_input, self.dc_input = dz @ self.W.T, dz @ self.U.T, dc * self.keep
"""


def test_cell_that_leaves_its_states_in_attributes_under_names_of_its_own(tmp_path: Path) -> None:
    """Nothing is returned: dh_next is told by its name to be that of h_next, which is left; a loss is no forward."""
    report = check_code(tmp_path, CELL_THAT_RETURNS_NOTHING, "Cell")
    assert report.verdict == "right", report_text(report)
    assert {one.of for one in report.gradients} == {"W", "U", "c_input", "h_input", "x"}


def test_mistake_in_a_cell_that_leaves_its_states_in_attributes(tmp_path: Path) -> None:
    code = CELL_THAT_RETURNS_NOTHING.replace("dc = dc_next + dh_next", "dc = dh_next")
    assert failed(check_code(tmp_path, code, "Cell")) == {"dW", "dU", "dc_input", "dh_input", "dx_input"}
