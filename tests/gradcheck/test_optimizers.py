"""Gradients that are handed to an optimizer, or computed by another method than backward."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import LAYER, check, failed

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import report_text


@pytest.mark.parametrize(
    "name", ["ByAnotherMethod", "ByUpdate", "ByOptimizerStep", "GivenOptimizer", "OptimizerToSet", "RateOfOptimizer"]
)
def test_right_ones_pass(name: str) -> None:
    report = check(name, *LAYER)
    assert report.verdict == "right", report_text(report)
    assert [gradient.of for gradient in report.gradients] == ["W", "b", "x"]


@pytest.mark.parametrize(
    ("name", "gradient", "hint"),
    [
        ("ByUpdateMean", "change of b", "the mean is taken where the sum belongs"),
        ("GivenOptimizerFirst", "dx", "computed after the update"),
        ("GivenOptimizerSign", "dW", "the sign is wrong"),
    ],
)
def test_mistake_is_found(name: str, gradient: str, hint: str) -> None:
    report = check(name, *LAYER)
    assert failed(report) == {gradient}
    assert hint in " ".join(report_text(report).split())


def test_the_other_method_is_named() -> None:
    assert "compute_gradients is called after backward" in check("ByAnotherMethod", *LAYER).notes[0]


REMEMBERS = """
import numpy as np
class {kind}:
    def __init__(self, lr=0.01):
        self.lr, self.square, self.old = lr, 0.0, None
    def note(self, gradient):
        self.square, self.old = 0.9 * self.square + 0.1 * gradient**2, gradient
    def delta(self):
        return -self.lr * self.old / np.sqrt(self.square + 1e-8)
    def step(self, gradient):
        self.note(gradient)
        return -self.delta()
    def update(self, W, gradient):
        W += -self.step(gradient)
        return W
class Dense:
    def __init__(self, i, o):
        self.W = np.random.randn(i, o)
        self.{name} = {kind}()
    def forward(self, x):
        self.x = x
        return x @ self.W
    def backward(self, d):
        W = self.W.copy()
        {update}
        return d @ W.T
"""


@pytest.mark.parametrize(
    ("kind", "name", "update"),
    [
        ("RMSProp", "optimizer", "self.optimizer.note({}); self.W = self.W + self.optimizer.delta()"),
        ("Adam", "opt", "self.W -= self.opt.step({})"),
        ("AdaGrad", "optim", "self.W = self.optim.update(self.W, {})"),
        ("Momentum", "optimizer", "self.optimizer.update(self.W, {})"),
        ("NesterovSteps", "solver", "self.solver.note({}); self.W += self.solver.delta()"),
    ],
)
@pytest.mark.parametrize(("gradient", "right"), [("self.x.T @ d", True), ("-(self.x.T @ d) / len(d)", False)])
def test_one_that_remembers_takes_plain_steps(
    tmp_path: Path, kind: str, name: str, update: str, gradient: str, right: bool
) -> None:
    code = REMEMBERS.format(kind=kind, name=name, update=update.format(gradient))
    (tmp_path / "remembers.py").write_text(code)
    report = check_class(f"{tmp_path}/remembers.py:Dense")
    assert report.right is right, report_text(report)
    assert [one.of for one in report.gradients] == ["W", "x"]


def test_an_optimizer_that_is_given_several_arrays_at_once(tmp_path: Path) -> None:
    """`w, b, v = optimizer.minimize(w, b, dw, db, v)`: what has no gradient comes back as it is."""
    code = (
        "import numpy as np\n\nclass Dense:\n    def __init__(self, n_in, n_out):\n"
        "        self.w, self.b = np.random.randn(n_in, n_out), np.zeros((1, n_out))\n"
        "        self.v = np.zeros(n_in)\n"
        "    def forward(self, x):\n        self.x = x\n        return x @ self.w + self.b\n"
        "    def backward(self, grad, optimizer):\n        dx = grad @ self.w.T\n"
        "        dw, db = self.x.T @ grad, grad.sum(0, keepdims=True)\n"
        "        self.w, self.b, self.v = optimizer.minimize(self.w, self.b, dw, db, self.v)\n        return dx\n"
    )
    (tmp_path / "dense.py").write_text(code)
    assert check_class(f"{tmp_path}/dense.py:Dense").verdict == "right"
    (tmp_path / "dense.py").write_text(code.replace("self.x.T @ grad, grad", "-self.x.T @ grad, grad"))
    assert {one.of for one in check_class(f"{tmp_path}/dense.py:Dense").gradients if not one.passed} == {"w"}
