"""A search for edits comes to its end, whatever an edit makes of the code."""

from __future__ import annotations

import ast
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pytest

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.hints.places import is_no_number
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
