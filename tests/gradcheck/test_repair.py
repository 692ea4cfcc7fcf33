"""A search for edits comes to its end, whatever an edit makes of the code."""

from __future__ import annotations

import ast
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pytest
from tests.kit.students import failed, said

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.hints.edits.site import is_no_number
from twinprop.gradcheck.hints.routines import Routine

# NumPy multiplies np.c_ by an array without an end
COLUMNS = """
import numpy as np


class Net:
    def __init__(self, features=3, units=4, outputs=2):
        self.W = np.random.randn(features + 1, units)
        self.V = np.random.randn(units, outputs)

    def forward(self, x):
        self.x = np.c_[x, np.ones(len(x))]
        self.h = np.tanh(self.x @ self.W)
        return self.h @ self.V

    def backward(self, dy):
        self.dV = self.h.T @ dy
        self.dW = np.c_[self.x].T @ (dy @ self.V.T)
"""


def test_parts_of_modules_are_not_edited(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(COLUMNS)
    report = check_class(f"{tmp_path / 'net.py'}:Net", [])
    assert {one.of: one.passed for one in report.gradients} == {"W": False, "V": True}
    assert "that of tanh" in " ".join(text for _, text in report.mistakes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("np", True), ("np.c_", True), ("np.random.rand", True), ("np.pi", False), ("x", False), ("x.T", False)],
)
def test_what_is_no_number(text: str, expected: bool) -> None:
    assert is_no_number(ast.parse(text, mode="eval").body, {"np": np, "x": np.zeros(2)}) is expected


def grows(items: list[int]) -> None:
    for each in items:
        items.append(each)


def test_edited_code_that_does_not_end_is_ended() -> None:
    assert isinstance(grows, FunctionType)
    tree: Any = ast.parse("def grows(items): pass").body[0]
    with pytest.raises(SubjectError, match="grows does not end"), Routine(grows, tree, "", 0, most_lines=500).ending():
        grows([1])


def test_no_edit_is_told_that_leaves_right_numbers_in_another_shape(tmp_path: Path) -> None:
    (tmp_path / "bent.py").write_text(
        "import numpy as np\n"
        "class Bent:\n"
        "    def __init__(self, coming=4, going=3):\n"
        "        self.W, self.b = 0.5 * np.random.randn(coming, going), 0.1 * np.ones(going)\n"
        "    def forward(self, x):\n"
        "        self.x, self.z = x, x @ self.W + self.b\n"
        "        return np.maximum(0, self.z)\n"
        "    def backward(self, d):\n"
        "        d = d * (self.z > 0).astype(float)\n"
        "        self.dW, self.db = self.x.T @ d, d.sum(axis=0, keepdims=True)\n"
        "        return d @ self.W.T\n"
    )
    report = check_class(f"{tmp_path / 'bent.py'}:Bent")
    assert failed(report) == {"db"}
    assert "leave out keepdims=True" in said(report)["db"]


SQUARE = """
import numpy as np


class Net:
    def __init__(self, n=5):
        self.W = np.random.randn(n, n)
        self.V = np.random.randn(n, n)

    def forward(self, x):
        self.x = x
        self.h = np.tanh(x @ self.W)
        return self.h @ self.V

    def backward(self, dy):
        self.dV = self.h.T @ dy
        d = (dy @ self.V.T) * (1 - self.h**2)
        self.dW = self.x.T @ d
        return d @ self.W.T
"""


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("(dy @ self.V.T) * (1", "(dy @ self.V.T) @ (1", "@ stands where * belongs"),
        ("(dy @ self.V.T) * (1", "(dy * self.V.T) * (1", "* stands where the matrix product @ belongs"),
    ],
)
def test_one_product_for_the_other(tmp_path: Path, right: str, wrong: str, told: str) -> None:
    (tmp_path / "square.py").write_text(SQUARE.replace(right, wrong))
    report = check_class(f"{tmp_path / 'square.py'}:Net", ["5"], shape=[5, 5])
    assert failed(report) == {"dW", "dx"}
    assert told in " ".join(said(report).values())


SLOPE_OF_ITS_OWN = """
import numpy as np


def squash(z):
    return z / (1 + np.abs(z))


def squash_prime(z):
    return 1 / (1 + np.abs(z)) ** 2


class Net:
    def __init__(self, coming=4, units=6, going=3):
        self.W, self.V = np.random.randn(coming, units), np.random.randn(units, going)

    def forward(self, x):
        self.x, self.z = x, x @ self.W
        self.h = squash(self.z)
        return self.h @ self.V

    def backward(self, dy):
        self.dV = self.h.T @ dy
        dh = dy @ self.V.T
        dz = dh * squash_prime(self.z)
        self.dW = self.x.T @ dz
        return dz @ self.W.T
"""


def test_a_derivative_of_the_file_that_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(SLOPE_OF_ITS_OWN.replace("dh * squash_prime(self.z)", "dh"))
    report = check_class(f"{tmp_path / 'own.py'}:Net")
    assert failed(report) == {"dW", "dx"}
    assert "the derivative of the activation is missing: squash_prime(self.z)" in " ".join(said(report).values())
