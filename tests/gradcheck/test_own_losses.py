"""A class that trains and has a method for its loss is judged by that loss, penalties too; velocities begin anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import report_text

OWN_LOSS = """
import numpy as np

class Ridge:
    def __init__(self, n_in, n_out, lr=0.1, lam=0.3):
        self.w, self.b = np.random.randn(n_in, n_out), np.zeros(n_out)
        self.lr, self.lam = lr, lam

    def predict(self, x):
        return x @ self.w + self.b

    def loss(self, x, y):
        return 0.5 * np.mean(np.sum((self.predict(x) - y) ** 2, axis=1)) + self.penalty()

    def penalty(self):
        return 0.5 * self.lam * np.sum(self.w ** 2)

    def fit(self, x, y, epochs=10):
        for _ in range(epochs):
            e = (self.predict(x) - y) / len(x)
            dw = x.T @ e + self.lam * self.w
            self.w -= self.lr * dw
            self.b -= self.lr * e.sum(axis=0)
"""
NO_PENALTY = OWN_LOSS.replace(" + self.penalty()", "")
SUM = NO_PENALTY.replace(" / len(x)", "")

VELOCITY = """
import numpy as np

class Net:
    def __init__(self, n_in, n_out, alpha=0.9, eta=0.2):
        self.w, self.b = np.asmatrix(np.random.randn(n_in, n_out)), np.asmatrix(np.zeros((1, n_out)))
        self.dw, self.db = np.asmatrix(np.zeros((n_in, n_out))), np.asmatrix(np.zeros((1, n_out)))
        self.alpha, self.eta = alpha, eta

    def forward(self, x):
        self.x = np.asmatrix(x)
        self.out = np.tanh(self.x * self.w + self.b)
        return self.out

    def backward(self, y):
        d = np.multiply(self.out - y, 1 - np.power(self.out, 2))
        self.dw = self.alpha * self.dw - self.eta * self.x.T * d
        self.db = self.alpha * self.db - self.eta * d.sum(axis=0)
        self.w += self.dw
        self.b -= -self.db
"""
LITERAL = VELOCITY.replace("self.alpha *", "0.9 *")

PARTS = """
import numpy as np

class Net:
    def __init__(self, d: int, K: int, center: bool, sigma: float):
        self.W, self.b = np.random.normal(0, sigma, (d, K)), np.zeros((1, K))
        self.center = center

    def evaluate(self, X):
        assert self.center is False
        z = X @ self.W + self.b
        scores = np.exp(z - z.max(axis=1, keepdims=True))
        return scores / scores.sum(axis=1, keepdims=True)

    def compute_cost(self, X, Y, lambd):
        loss = -np.sum(Y * np.log(self.evaluate(X) + 1e-300)) / len(X)
        return loss, loss + lambd * np.sum(self.W ** 2)

    def compute_gradients(self, X, Y, lambd):
        g = (self.evaluate(X) - Y) / len(X)
        return {"W": X.T @ g + 2 * lambd * self.W, "b": g.sum(axis=0, keepdims=True)}
"""
NAMED_PARTS = PARTS.replace("return loss, loss", "cost = loss").replace(
    "np.sum(self.W ** 2)", "np.sum(self.W ** 2)\n        return cost, loss"
)
STALE = VELOCITY.replace("self.x = np.asmatrix(x)", "x = self.x = getattr(self, 'x', np.asmatrix(x))")


def spec_of(path: Path, code: str) -> str:
    (path / "net.py").write_text(code)
    return f"{path}/net.py:{'Ridge' if 'Ridge' in code else 'Net'}"


def verdict(path: Path, code: str) -> str:
    return check_class(spec_of(path, code)).verdict


pytestmark = pytest.mark.filterwarnings("ignore:the matrix subclass")


@pytest.mark.parametrize("code", [OWN_LOSS, NO_PENALTY, VELOCITY, LITERAL, PARTS, NAMED_PARTS])
def test_right_one_is_right(tmp_path: Path, code: str) -> None:
    assert verdict(tmp_path, code) == "right"


@pytest.mark.parametrize(
    "code",
    [
        OWN_LOSS.replace(" / len(x)", ""),
        OWN_LOSS.replace("dw = x.T @ e + self.lam", "dw = x.T @ e + self.lam / len(x)"),
        VELOCITY.replace("self.w += self.dw", "self.w -= self.dw"),
        STALE,
        PARTS.replace("2 * lambd", "lambd"),
    ],
)
def test_mistake_is_found(tmp_path: Path, code: str) -> None:
    assert verdict(tmp_path, code) == "wrong"


def test_step_that_is_a_multiple_is_told(tmp_path: Path) -> None:
    report = check_class(spec_of(tmp_path, SUM))
    assert report.verdict == "right, but", report_text(report)
    assert "1/n is missing" in report.advice[0]


def test_loss_that_is_a_measure_alone_is_no_judge(tmp_path: Path) -> None:
    code = NO_PENALTY.replace(
        "0.5 * np.mean(np.sum((self.predict(x) - y) ** 2, axis=1))", "np.abs(self.predict(x) - y).mean()"
    )
    report = check_class(spec_of(tmp_path, code))
    assert report.verdict == "right, but", report_text(report)
    assert report.assumed_loss == "½ squared error, mean over the samples"
