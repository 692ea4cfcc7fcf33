"""Networks of neurons that are objects in lists, and take one sample: no shape of a parameter is that of the output."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import report_text

IN_LAYERS = """
import numpy as np


class Cell:
    def __init__(self, size, rng):
        self.w, self.b = rng.normal(size=size), rng.normal()


class Row:
    def __init__(self, size, cells, rng):
        self.cells = [Cell(size, rng) for _ in range(cells)]

    def out(self, x):
        self.x = x
        self.a = np.tanh(np.array([cell.w @ x + cell.b for cell in self.cells]))
        return self.a


class Net:
    def __init__(self, shape=(3, 2, 2)):
        rng = np.random.default_rng(1)
        self.rows = [Row(m, n, rng) for m, n in zip(shape[:-1], shape[1:])]

    def predict(self, x):
        for row in self.rows:
            x = row.out(x)
        return x

    def backprop(self, x, t, lr=0.1):
        d = self.predict(x) - t
        for row in reversed(self.rows):
            d = d * (1 - row.a**2)
            below = sum(dj * cell.w for dj, cell in zip(d, row.cells))
            for dj, cell in zip(d, row.cells):
                cell.w = cell.w - lr * dj * row.x
                cell.b = cell.b - lr * dj
            d = below
"""
IN_LISTS = """
import numpy as np


class Cell:
    def __init__(self, size):
        self.w, self.b = np.random.uniform(-1, 1, size), np.random.uniform(-1, 1)

    def fire(self, x):
        self.x = x
        self.a = 1 / (1 + np.exp(-(self.w @ x + self.b)))
        return self.a


class Net:
    def __init__(self, inputs=4, hidden=2, outputs=3):
        self.hidden = [Cell(inputs) for _ in range(hidden)]
        self.last = [Cell(hidden) for _ in range(outputs)]

    def forward(self, x):
        h = np.array([cell.fire(x) for cell in self.hidden])
        return np.array([cell.fire(h) for cell in self.last])

    def backward(self, x, y, eta):
        out = self.forward(x)
        d = (out - y) * out * (1 - out)
        back = sum(dj * cell.w for dj, cell in zip(d, self.last))
        for dj, cell in zip(d, self.last):
            cell.w -= eta * dj * cell.x
            cell.b -= eta * dj
        for dj, cell in zip(back, self.hidden):
            dj = dj * cell.a * (1 - cell.a)
            cell.w -= eta * dj * x
            cell.b -= eta * dj
"""


@pytest.mark.parametrize(
    ("source", "right", "wrong", "given"),
    [
        (IN_LAYERS, "sum(dj", "sum(-dj", "x (3,), y (2,) onehot"),
        (IN_LISTS, "dj * cell.a * (1 - cell.a)", "dj * (1 - cell.a)", "x (4,), y (3,) onehot"),
    ],
)
def test_neurons_in_lists_get_a_target_for_each_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, right: str, wrong: str, given: str
) -> None:
    file = tmp_path / "net.py"
    file.write_text(source)
    report = check_class(f"{file}:Net")
    assert (report.given, report.verdict) == (given, "right"), report_text(report)
    monkeypatch.setattr("twinprop.gradcheck.hints.repair.SECONDS", 0.0)  # no hint is looked for
    file = tmp_path / "other.py"
    file.write_text(source.replace(right, wrong))
    assert check_class(f"{file}:Net").verdict == "wrong"


@pytest.mark.parametrize(("wrong", "told"), [("dj", False), ("1.7 * dj * cell.a * (1 - cell.a)", True)])
def test_a_factor_that_changes_with_the_sample_is_not_called_a_constant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str, told: bool
) -> None:
    monkeypatch.setattr("twinprop.gradcheck.hints.repair.SECONDS", 0.0)
    file = tmp_path / "net.py"
    file.write_text(IN_LISTS.replace("dj * cell.a * (1 - cell.a)", wrong))
    report = check_class(f"{file}:Net")
    assert report.verdict == "wrong"
    assert any("1.7 times the right gradient" in text for _, text in report.mistakes) == told, report_text(report)
    assert told or not any("times the right gradient" in text for _, text in report.mistakes), report_text(report)
