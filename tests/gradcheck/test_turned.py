"""A gradient that is kept transposed is right where the step turns it back, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import check_code

NETWORK = """
import numpy as np

class Net:
    def __init__(self, n_in, n_hidden, n_out):
        self.W1, self.W2 = np.random.randn(n_in, n_hidden), np.random.randn(n_hidden, n_out)
        self.lr = 0.1

    def forward(self, x):
        self.x, self.h = x, np.tanh(x @ self.W1)
        return self.h @ self.W2

    def backward(self, y, out):
        d = (out - y) / len(y)
        self.dW2 = d.T @ self.h
        d = d @ self.W2.T * {slope}
        self.dW1 = d.T @ self.x

    def update(self):
        self.W1 -= self.lr * self.dW1{turn}
        self.W2 = self.W2 - self.lr * self.dW2{turn}
"""
SLOPE = "(1 - self.h ** 2)"


@pytest.mark.parametrize("sizes", [["4", "6", "3"], ["4", "4", "4"]])
def test_a_step_that_turns_a_gradient(tmp_path: Path, sizes: list[str]) -> None:
    def verdict(slope: str, turn: str) -> str:
        return check_code(tmp_path, NETWORK.format(slope=slope, turn=turn), "Net", sizes).verdict

    assert verdict(SLOPE, ".T") == verdict(SLOPE, ".transpose()") == "right"
    if sizes[1] == "6":
        assert verdict(SLOPE, "") == "wrong"
    else:
        assert verdict("(1 - self.h)", ".T") == "wrong"
