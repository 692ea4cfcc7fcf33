"""Objects that keep the data that they are given, or their sizes."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import report_text

INHERITED = """
import numpy as np
class Base:
    def __init__(self, hidden=6, lr=0.1, number_of_iterations=50):
        self.hidden, self.lr, self.number_of_iterations = hidden, lr, number_of_iterations
    def fit(self, X, y):
        {keep}
        self.W = np.random.randn(X.shape[1] + 1, self.hidden)
        self.V = np.random.randn(self.hidden, 1)
        for _ in range(self.number_of_iterations):
            H = np.tanh({ones} @ self.W)
            error = H @ self.V - self.y.reshape(-1, 1)
            dV = H.T @ error / len(self.y)
            dH = error @ self.V.T * (1 - {slope})
            self.W = self.W - self.lr * {ones}.T @ dH / len(self.y)
            self.V = self.V - self.lr * dV
class Net(Base):
    def fit(self, X, y):
        {own}
        {call}
        return self
    def predict(self, X):
        return (np.tanh(np.hstack((np.ones((len(X), 1)), X)) @ self.W) @ self.V)[:, 0]
"""


@pytest.mark.parametrize(
    ("keep", "ones", "own", "call", "slope"),
    [
        ("self.y, self.X1 = y, np.c_[np.ones(len(X)), X]", "self.X1", "self.X = X", "Base.fit(self, X, y)", "H**2"),
        ("self.y = y", "np.c_[np.ones(len(X)), X]", "X = np.asarray(X)", "super().fit(X, y)", "H**2"),
        (
            "self.X = X; self.y = y.copy()",
            "np.hstack((np.ones((len(X), 1)), self.X))",
            "pass",
            "super().fit(X, y)",
            "H**2",
        ),
        (
            "self.y = y; self.X = X; self.full = np.insert(self.X, 0, 1, axis=1)",
            "self.full",
            "pass",
            "super().fit(X, y)",
            "H**2",
        ),
        (
            "self.data = (X, y); self.y = self.data[1]",
            "np.insert(X, 0, 1, axis=1)",
            "pass",
            "Base.fit(self, X, y)",
            "H**2",
        ),
        ("self.y, self.X1 = y, np.c_[np.ones(len(X)), X]", "self.X1", "self.X = X", "Base.fit(self, X, y)", "H"),
    ],
)
def test_a_training_keeps_its_data_and_is_inherited(
    tmp_path: Path, keep: str, ones: str, own: str, call: str, slope: str
) -> None:
    code = INHERITED.format(keep=keep, ones=ones, own=own, call=call, slope=slope)
    (tmp_path / "inherited.py").write_text(code)
    report = check_class(f"{tmp_path}/inherited.py:Net")
    assert report.right is (slope == "H**2"), report_text(report)
    assert [one.of for one in report.gradients if not one.passed] == ([] if report.right else ["W"])


GLOBAL = """
import numpy as np
{name} = np.loadtxt("missing.csv")
class Dense:
    def __init__(self, o=3):
        self.W, self.b = np.random.randn({width}, o), np.zeros(o)
    def forward(self, x):
        self.x = x
        return x @ self.W + self.b
    def backward(self, d):
        self.dW, self.db = self.x.T @ d, d.{total}(axis=0)
        return d @ self.W.T
net = Dense(o=3)
"""


@pytest.mark.parametrize(
    ("name", "width", "total"),
    [
        ("X_train_std", "X_train_std.shape[1]", "sum"),
        ("X_scaled", "len(X_scaled[0])", "sum"),
        ("images", "images[0].size", "sum"),
        ("train_data", "np.shape(train_data)[1]", "sum"),
        ("X", "X.T.shape[0]", "sum"),
        ("X", "X.T.shape[0]", "mean"),
    ],
)
def test_data_of_the_script_that_a_constructor_reads(tmp_path: Path, name: str, width: str, total: str) -> None:
    (tmp_path / "reads.py").write_text(GLOBAL.format(name=name, width=width, total=total))
    report = check_class(f"{tmp_path}/reads.py:Dense")
    assert [one.of for one in report.gradients if not one.passed] == ([] if total == "sum" else ["b"])
    assert any(f"stand in for what the script makes: {name}." in note for note in report.notes)
