"""Where backward leaves the gradients of the parameters at 0, a method that fills them is called after it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import SIZES, check_code

NETWORK = """
import numpy as np

class Net:
    def __init__(self, n_in, n_hidden, n_out):
        self.W = [np.random.randn(n_hidden, n_in), np.random.randn(n_out, n_hidden)]
        self.delta_W = [np.zeros_like(w) for w in self.W]

    def forward(self, sample):
        assert np.ndim(sample) == 1
        self.a1 = np.tanh(self.W[0] @ sample)
        self.a2 = self.W[1] @ self.a1
        return self.a2

    def backward(self, target):
        self.e2 = self.a2 - target
        self.e1 = self.W[1].T @ self.e2 * {slope}

    def {name}(self, sample):
        self.delta_W[0][:] = np.outer(self.e1, sample)
        self.delta_W[1][:] = np.outer(self.e2, self.a1)
"""


@pytest.mark.parametrize("name", ["gradient", "accumulate_gradients"])
def test_it_is_found(tmp_path: Path, name: str) -> None:
    def right(slope: str) -> bool:
        return check_code(tmp_path, NETWORK.format(name=name, slope=slope), "Net", SIZES).right

    assert right("(1 - self.a1 ** 2)")
    if name == "gradient":
        assert not right("self.a1")
