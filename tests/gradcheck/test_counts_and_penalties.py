"""Backward may want the number of samples, and what squares of weights are multiplied by, as numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import SIZES, check_code

NETWORK = """
import numpy as np

class Net:
    def __init__(self, n_in, n_hidden, n_out):
        self.W1, self.W2 = np.random.randn(n_hidden, n_in), np.random.randn(n_out, n_hidden)

    def forward_propagation(self, X):
        Z1 = self.W1 @ X
        A1 = np.tanh(Z1)
        Z2 = self.W2 @ A1
        A2 = np.exp(Z2) / np.exp(Z2).sum(0)
        return Z1, A1, Z2, A2

    def backward_propagation(self, X, Y, Z1, A1, Z2, A2, {count}, {penalty}):
        dZ2 = (A2 - Y) / {count}
        dW2 = dZ2 @ A1.T + {penalty} * self.W2
        dZ1 = self.W2.T @ dZ2 * (1 - A1 ** 2)
        dW1 = dZ1 @ X.T + {penalty} * {beside}
        return dW1, dW2
"""


@pytest.mark.parametrize(("count", "penalty"), [("batch_size", "reg"), ("m", "lambd"), ("n_samples", "weight_decay")])
def test_they_are_given(tmp_path: Path, count: str, penalty: str) -> None:
    def right(beside: str) -> bool:
        code = NETWORK.format(count=count, penalty=penalty, beside=beside)
        return check_code(tmp_path, code, "Net", SIZES).right

    assert right("self.W1")
    if penalty == "reg":
        assert not right("self.W1 ** 2")
