"""Of a network that steps inside backward, what all gradients are multiplied by is a matter of its rate."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import check_code

from twinprop.gradcheck.report import report_text

NETWORK = """
import numpy as np

class Net:
    def __init__(self, sizes, lr=0.05):
        self.lr = lr
        self.w = [np.random.randn(b, a) for a, b in zip(sizes, sizes[1:])]
        self.cache = []

    def mse(self, pred, y):
        return np.mean((pred - y) ** 2)

    def forward(self, x):
        self.cache = []
        for w in self.w:
            self.cache.append((x, w))  # the weights stand in the cache as well
            x = np.tanh(w @ x)
        self.out = x
        return x

    def backward(self, pred, y):
        d, steps = (pred - y) * {scale}, []
        for (x, w), out in zip(self.cache[::-1], [self.out, *[x for x, _ in self.cache[:0:-1]]]):
            d = d * {slope}
            steps.insert(0, d @ x.T)
            d = w.T @ d
        for i, step in enumerate(steps):
            self.w[i] = self.w[i] - self.lr * step
"""


@pytest.mark.parametrize(
    ("scale", "told"), [("2 / y.size", ""), ("1", "times 7.5"), ("2 / y.shape[0]", "1/n is missing")]
)
def test_a_factor_of_all_steps_is_no_mistake(tmp_path: Path, scale: str, told: str) -> None:
    report = check_code(tmp_path, NETWORK.format(scale=scale, slope="(1 - out ** 2)"), "Net", ["[4, 6, 3]"])
    assert report.right, report_text(report)
    assert report.verdict == ("right, but" if told else "right")
    assert told in report_text(report)


def test_what_is_wrong_beside_a_factor_is_not_put_down_to_the_rate(tmp_path: Path) -> None:
    report = check_code(tmp_path, NETWORK.format(scale="1", slope="(1 - out)"), "Net", ["[4, 3]"])
    assert not report.right
    assert "learning rate: it is computed after" not in report_text(report)
