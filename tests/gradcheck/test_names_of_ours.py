"""What a student's object calls like something that our own objects say of themselves is not mistaken for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import LAYER, check_code

LAYER_CODE = """
import numpy as np

class Linear:
    def __init__(self, inputs, outputs):
        self.W, self.b = np.random.randn(inputs, outputs), np.random.randn(outputs)
        {names}

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dy):
        self.dW, self.db = self.x.T @ dy, dy.{sum}
        return dy @ self.W.T
"""
SAID = ["told", "wanted", "given", "broken", "train", "by_sample", "same_count", "look_at", "returned_names", "parts"]
ALSO = ["_own_inputs", "_inputs", "_parts", "_beside_the_loss", "wants_indices", "usual_alone", "_wrapped"]


@pytest.mark.parametrize("value", ["{'x': (2, 9)}", "'a word'", "[1, 2]", "len"])
def test_a_layer_may_have_attributes_of_any_name(tmp_path: Path, value: str) -> None:
    names = "; ".join(f"self.{name} = {value}" for name in SAID + ALSO)
    report = check_code(tmp_path, LAYER_CODE.format(names=names, sum="sum(0)"), "Linear", LAYER)
    assert report.right
    assert report.given == "x (5, 4)"
    assert not check_code(tmp_path, LAYER_CODE.format(names=names, sum="mean(0)"), "Linear", LAYER).right
