"""Layers that return derivatives of their own, which other methods put together with the gradient from above."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.report import report_text

BASE = """
import numpy as np

class Piece:
    def input_gradients(self):
        raise NotImplementedError

    def chain_inputs(self, J):
        D = self.input_gradients()
        return np.stack([(D[at] if D.ndim == 3 else D) @ J[at] for at in range(len(J))])

    def chain_weights(self, J):
        return [np.mean([d[at] * J[at] for at in range(len(J))], axis=0) for d in self.weight_gradients()]
"""

LAYER = """
class Affine{base}:
    def __init__(self, size, units):
        self.w, self.b = np.random.randn(size, units), np.zeros(units)

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def input_gradients(self):
        return {of_input}

    def weight_gradients(self):
        return {of_weight}, np.ones((len(self.x), *self.b.shape))
"""

SOFTMAX = """
class Soft{base}:
    def forward(self, x):
        e = np.exp(x - x.max(1, keepdims=True))
        self.p = e / e.sum(1, keepdims=True)
        return self.p

    def input_gradients(self):
        return np.stack([np.diag(p) {sign} np.outer(p, p) for p in self.p])
"""

RIGHT = "self.w", "np.repeat(self.x[:, :, None], len(self.b), 2)"


@pytest.mark.parametrize(
    ("of_input", "of_weight", "verdict", "wrong"),
    [
        (*RIGHT, "right, but", ""),  # a mean over the samples
        (RIGHT[0], "-" + RIGHT[1], "wrong", "w"),
    ],
)
def test_layer_is_judged_by_what_composes_its_derivatives(
    of_input: str, of_weight: str, verdict: str, wrong: str, tmp_path: Path
) -> None:
    text = BASE + LAYER.format(base="(Piece)", of_input=of_input, of_weight=of_weight)
    (tmp_path / "layers.py").write_text(text)
    report = check_class(f"{tmp_path}/layers.py:Affine", ["4", "3"])
    assert report.verdict == verdict, report_text(report)
    assert wrong in [one.of for one in report.gradients if not one.passed] or not wrong


@pytest.mark.parametrize("base", ["(Piece)", ""])
@pytest.mark.parametrize(("sign", "verdict"), [("-", "right"), ("+", "wrong")])
def test_matrix_of_derivatives_for_each_sample(base: str, sign: str, verdict: str, tmp_path: Path) -> None:
    (tmp_path / "layers.py").write_text(BASE + SOFTMAX.format(base=base, sign=sign))
    report = check_class(f"{tmp_path}/layers.py:Soft")
    assert report.verdict == verdict, report_text(report)


def test_no_verdict_where_what_composes_them_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "layers.py").write_text(BASE + LAYER.format(base="", of_input=RIGHT[0], of_weight=RIGHT[1]))
    with pytest.raises(SubjectError, match="is given no gradient from above"):
        check_class(f"{tmp_path}/layers.py:Affine", ["4", "3"])
