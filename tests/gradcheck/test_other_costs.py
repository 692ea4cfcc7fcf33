"""A likely loss that fits is not told alone where the file computes another one of the same outputs."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import Report, report_text

BARE = """
import numpy as np

def bits(a, b):
    loss = -(b * np.log(a) + (1 - b) * np.log(1 - a)).sum() / len(a)
    return loss

def by_numbers(p, labels):
    cost = -np.log(p[np.arange(len(labels)), labels]).mean()
    return cost
"""

COSTS = (
    BARE
    + """
def entropy_of(p, y):
    return -np.mean(np.sum(y * np.log(p + 1e-9), axis=1))

def quadratic_loss(y, out):
    return ((out - y) ** 2).mean()

def likelihood_cost(p, y):
    return (y * np.log(p)).sum()
"""
)

CLASS = (
    COSTS
    + """
class Net:
    def __init__(self, i=4, h=5, o=3):
        rng = np.random.default_rng(0)
        self.W, self.b = rng.normal(0, 0.5, (i, h)), np.zeros(h)
        self.V, self.lam = rng.normal(0, 0.5, (h, o)), 0.01

    def forward(self, x):
        self.x = x
        self.h = np.tanh(x @ self.W + self.b)
        z = self.h @ self.V
        e = np.exp(z - z.max(1, keepdims=True))
        self.p = e / e.sum(1, keepdims=True)
        return self.p

    def backward(self, y):
        d = (self.p - y) / len(y)
        self.dV = self.h.T @ d
        dz = d @ self.V.T * (1 - self.h ** 2)
        self.dW, self.db = self.x.T @ dz, dz.sum(0)

    def how_far(self, out, y):
        cost = -np.sum(y * np.log(out)) + self.lam * (self.W ** 2).sum() + self.lam * (self.V ** 2).sum()
        return cost

    def look(self, x, y):
        p = self.forward(x)
        print(CALL)
        self.backward(y)
"""
)

FUNCTIONS = (
    BARE
    + """
def forward_prop(params, X):
    A1 = np.tanh(X @ params["W1"])
    Z2 = A1 @ params["W2"]
    E = np.exp(Z2 - Z2.max(1, keepdims=True))
    A2 = E / E.sum(1, keepdims=True)
    return A2, {"A1": A1, "A2": A2}

def back_prop(params, cache, X, Y):
    dZ2 = (cache["A2"] - Y) / len(X)
    dA1 = dZ2 @ params["W2"].T
    return {"dW2": cache["A1"].T @ dZ2, "dW1": X.T @ (dA1 * (1 - cache["A1"] ** 2))}

def look(params, X, Y):
    A2, cache = forward_prop(params, X)
    return CALL, back_prop(params, cache, X, Y)

def init_params(n_x, n_h, n_y):
    return {"W1": 0.01 * np.random.randn(n_x, n_h), "W2": 0.01 * np.random.randn(n_h, n_y)}
"""
)


def checked(folder: Path, code: str, call: str) -> Report:
    (folder / "net.py").write_text(code.replace("CALL", call))
    return check_class(f"{folder / 'net.py'}:{'Net' if 'class' in code else 'back_prop'}")


@pytest.mark.parametrize(
    ("code", "call", "name"),
    [
        (CLASS, "bits(p, y)", "bits"),
        (CLASS, "quadratic_loss(y, self.forward(x))", "quadratic_loss"),
        (FUNCTIONS, "bits(A2, Y)", "bits"),
    ],
)
def test_another_loss_is_told(tmp_path: Path, code: str, call: str, name: str) -> None:
    report = checked(tmp_path, code, call)
    assert report.verdict == "right, but", report_text(report)
    assert f"`{name}` is another loss of the same outputs" in report.advice[0]


@pytest.mark.parametrize(
    ("code", "call"),
    [
        (CLASS, "entropy_of(p, y)"),
        (CLASS, "by_numbers(p, y)"),
        (CLASS, "self.how_far(p, y)"),
        (CLASS, "likelihood_cost(p, y)"),
        (CLASS, "bits(x, y), entropy_of(p, y)"),
        (FUNCTIONS, "by_numbers(A2, Y)"),
    ],
)
def test_the_same_loss_is_not(tmp_path: Path, code: str, call: str) -> None:
    report = checked(tmp_path, code, call)
    assert report.verdict == "right", report_text(report)
    assert report.assumed_loss


def test_a_mistake_is_one_beside_another_loss(tmp_path: Path) -> None:
    report = checked(tmp_path, CLASS.replace("dz.sum(0)", "2 * dz.sum(0)"), "bits(p, y)")
    assert report.verdict == "wrong", report_text(report)
