"""Networks that begin in ways of their own, right ones and those with a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import check, failed

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import report_text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ZerosAtFirst", ()),
        ("ClassesOfZeros", ()),
        ("PrivateBeginning", ()),
        ("FromTheEnd", ("[4, 3, 3]",)),
        ("FromTheEndReturned", ("[4, 5, 3]",)),
    ],
)
def test_right_one_is_right(name: str, words: tuple[str, ...]) -> None:
    report = check(name, *words)
    assert report.right, report_text(report)


@pytest.mark.parametrize(
    ("name", "words", "wrong"),
    [
        ("ZerosAtFirstWrong", (), {"change of coef"}),
        ("ClassesOfZerosWrong", (), {"change of W"}),
        ("PrivateBeginningWrong", (), {"change of b[0]", "change of b[1]", "change of w[0]", "change of w[1]"}),
        ("FromTheEndWrong", ("[4, 3, 3]",), {"weight_gradients[1]", "bias_gradients[1]"}),
        ("FromTheEndReturnedWrong", ("[4, 5, 3]",), {"grads_w[1]", "grads_b[1]"}),
    ],
)
def test_wrong_twin_is_found(name: str, words: tuple[str, ...], wrong: set[str]) -> None:
    report = check(name, *words)
    assert failed(report) == wrong, report_text(report)


GROWN = """
import numpy as np

class Stack:
    def __init__(self):
        self.widths, self.layers, self.held = [], [], {}

    def add_layer(self, units, inputs=0):
        self.widths += [inputs, units] if inputs else [units]
        self.layers.append(units)

    def forward(self, a, weights, bias):
        return 1 / (1 + np.exp(-(a @ weights + bias)))

    def backward(self, before, after, weights, above, last=False):
        dz = after - above if last else (above @ weights.T) * after * (1 - after)
        return dz, before.T @ dz / len(before), dz.mean(axis=0)

    def fit(self, X, y, rounds=5):
        assert self.widths[0] == X.shape[1]
        n = len(self.widths) - 1
        for i in range(1, n + 1):
            self.held[f"W{i}"] = np.random.randn(self.widths[i - 1], self.widths[i])
            self.held[f"b{i}"] = np.zeros(self.widths[i])
        for turn in range(rounds):
            a = [X]
            for i in range(1, n + 1):
                a.append(self.forward(a[-1], self.held[f"W{i}"], self.held[f"b{i}"]))
            d = y
            steps = {}
            for i in range(n, 0, -1):
                d, steps[f"W{i}"], steps[f"b{i}"] = self.backward(
                    a[i - 1], a[i], self.held.get(f"W{i + 1}"), d, last=i == n
                )
            for name in steps:
                self.held[name] -= 0.1 * steps[name]
"""

SCRIPT = """
from stack import Stack

net = Stack()
net.add_layer(20, inputs=10)
net.add_layer(3)
net.fit(*data)
"""


@pytest.mark.parametrize("code", [GROWN, GROWN.replace("(above @", "(-above @")])
def test_layers_are_added_as_its_author_does_before_its_loop(tmp_path: Path, code: str) -> None:
    (tmp_path / "stack.py").write_text(code)
    (tmp_path / "main.py").write_text(SCRIPT)
    report = check_class(f"{tmp_path}/stack.py:Stack")
    assert len(report.gradients) == 4, report_text(report)
    assert failed(report) == (set() if code == GROWN else {"change of self.held['W1']", "change of self.held['b1']"})


LEAVES = """
import numpy as np

class Line:
    def __init__(self, inputs=4, outputs=3):
        self.w, self.b = np.random.randn(inputs, outputs), np.zeros(outputs)

    def forward(self, x):
        self.guess = np.tanh(x @ self.w + self.b)

    def predict(self, x):
        self.forward(x)
        return self.guess

    def fit(self, x, y, rounds=5):
        for turn in range(rounds):
            self.forward(x)
            d = (self.guess - y) * (1 - self.guess ** 2)
            self.w -= 0.1 * x.T @ d
            self.b -= 0.1 * d.sum(axis=0)
"""


@pytest.mark.parametrize("code", [LEAVES, LEAVES.replace("b -=", "b +=")])
def test_a_method_that_returns_nothing_does_not_go_forward(tmp_path: Path, code: str) -> None:
    (tmp_path / "line.py").write_text(code)
    report = check_class(f"{tmp_path}/line.py:Line")
    assert failed(report) == (set() if code == LEAVES else {"change of b"}), report_text(report)


TURNS = """
import numpy as np

class Columns:
    def __init__(self, inputs=4, hidden=6, outputs=3):
        self.W, self.V = np.random.randn(hidden, inputs), np.random.randn(outputs, hidden)

    def forward(self, columns):
        self.h = np.tanh(self.W @ columns)
        return 1 / (1 + np.exp(-self.V @ self.h))

    def predict(self, rows):
        return np.argmax(self.forward(rows.T), axis=0)

    def fit(self, rows, labels, lr=0.1, rounds=5):
        for turn in range(rounds):
            d = (self.forward(rows.T) - labels.T) / len(rows)
            dh = (self.V.T @ d) * (1 - self.h ** 2)
            self.V -= lr * d @ self.h.T
            self.W -= lr * dh @ rows
"""


@pytest.mark.parametrize("code", [TURNS, TURNS.replace("** 2", "")])
def test_rows_that_the_training_turns_go_forward_as_columns(tmp_path: Path, code: str) -> None:
    (tmp_path / "columns.py").write_text(code)
    report = check_class(f"{tmp_path}/columns.py:Columns")
    assert failed(report) == (set() if code == TURNS else {"change of W"}), report_text(report)
