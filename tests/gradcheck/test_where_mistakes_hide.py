"""Mistakes that an odd input, another size or another reading would hide, and hints that would name another cause."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import check_code, failed

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.report import Report, report_text

DENSE = """
import numpy as np

class Dense:
    def __init__(self, i, o):
        self.W, self.b = np.random.randn(i, o), np.zeros(o)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, d):
        self.dW = self.x.T @ d
        self.db = d.sum(axis=0)
        return d @ self.W.T

layer = Dense(4, 3)
"""

MEANS = DENSE.replace("self.x.T @ d\n", "self.x.T @ d / len(d)\n").replace("d.sum(", "d.mean(")

PRODUCT = """
import numpy as np

class Half:
    def __init__(self, i, o):
        self.W = np.random.randn(i, o)

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, d):
        self.dW = self.x.T @ d
        return np.dot(d, self.W.T)

layer = Half(4, 3)
"""

LOSS = """
import numpy as np

class Loss:
    def forward(self, p, y):
        self.y = y
        return -np.sum(y * np.log(p)) / len(p)

    def backward(self, p, y):
        g = -y / p
        g = g / len(p)
        return g
"""

SOFTMAX = """
import numpy as np

class Softmax:
    def forward(self, z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        return self.p

    def backward(self, d):
        g = self.p * d
        total = g.sum(axis=1, keepdims=True)
        g -= self.p * total
        return g
"""

GATE = """
import numpy as np

class Gate:
    def forward(self, x):
        self.open = x > 0
        return x * self.open

    def backward(self, d):
        kept = self.open
        return d * kept
"""

SCORES = """
import numpy as np

def soft(z):
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)

class Scores:
    def __init__(self, i=4, o=3):
        self.W, self.b = np.random.randn(i, o) * 0.1, np.zeros(o)

    def forward(self, x):
        self.x = x
        return soft(x @ self.W + self.b)

    def backward(self, delta):
        dW, db = np.zeros_like(self.W), np.zeros_like(self.b)
        for t in range(len(delta)):
            dW += np.outer(self.x[t], delta[t])
            db += delta[t]
        return delta @ self.W.T, dW, db
"""

CHAIN = """
import numpy as np

class Chain:
    def __init__(self, i=4, h=3, o=2):
        self.u, self.v = np.random.randn(h, i) * 0.5, np.random.randn(h, h) * 0.5
        self.w = np.random.randn(o, h) * 0.5

    def forward(self, x):
        self.h = np.zeros((len(x) + 1, len(self.v)))
        out = []
        for t in range(len(x)):
            self.h[t] = np.tanh(self.u @ x[t] + self.v @ self.h[t - 1])
            e = np.exp(self.w @ self.h[t])
            out.append(e / e.sum())
        return np.array(out)

    def loss(self, x, y):
        return -np.sum(y * np.log(self.forward(x))) / len(y)

    def backward(self, x, y):
        d = (self.forward(x) - y) / len(y)
        du, dv, dw = np.zeros_like(self.u), np.zeros_like(self.v), np.zeros_like(self.w)
        back = np.zeros(len(self.v))
        for t in reversed(range(len(x))):
            dw += np.outer(d[t], self.h[t])
            g = (self.w.T @ d[t] + back) * (1 - self.h[t] ** 2)
            du += np.outer(g, x[t])
            dv += np.outer(g, self.h[t - 1])
            back = self.v.T @ g
        return du, dv, dw
"""

DECAY = """
import numpy as np

class Line:
    def __init__(self, i=4, o=3):
        self.W, self.b = np.random.randn(i, o), np.zeros(o)

    def forward(self, x):
        self.x = x
        self.out = x @ self.W + self.b
        return self.out

    def backward(self, y, lr=0.01, wd=0.01):
        d = (self.out - y) / len(y)
        self.W -= lr * (self.x.T @ d + wd * self.W)
        self.b -= lr * d.sum(axis=0)
"""

WINDOWS = """
import numpy as np

class Pool:
    def seen(self, x):
        n, w = x.shape
        return np.lib.stride_tricks.as_strided(x, (n, w // 2, 2), (x.strides[0], 2 * x.strides[1], x.strides[1]))

    def forward(self, x):
        self.x = x
        return self.seen(x).max(axis=2)

    def backward(self, d):
        dx = np.zeros(self.x.shape)
        where = self.seen(self.x).argmax(axis=2)
        for n in range(d.shape[0]):
            for k in range(d.shape[1]):
                self.seen(dx)[n, k, where[n, k]] = d[n, k]
        return dx
"""


COLUMNS = """
import numpy as np

def gate_forward(A, W, b):
    return W @ A + b, (A, W, b)

def gate_backward(dZ, cache):
    A, W, b = cache
    db = np.sum(dZ, axis=1).reshape(b.shape)
    return W.T @ dZ, dZ @ A.T, db
"""


def check(tmp_path: Path, code: str, *change: str) -> Report:
    """The report of a code in which one text stands for another."""
    assert not change or change[0] in code
    (tmp_path / "own.py").write_text(code.replace(*change) if change else code)  # type: ignore[arg-type]
    name = ":gate_forward,gate_backward" if code is COLUMNS else ""
    return check_class(f"{tmp_path}/own.py{name}")


@pytest.mark.parametrize(
    ("code", "right", "wrong"),
    [
        (DENSE, "return d @ self.W.T", "return d.T @ self.W.T"),
        (DENSE, "self.dW = self.x.T @ d", "self.dW = self.x.T * d"),
        (PRODUCT, "np.dot(d, self.W.T)", "d * self.W.T"),
        (GATE, "d * kept", "d @ kept"),
        (SOFTMAX, "self.p * d", "self.p @ d"),
    ],
)
def test_an_error_in_backward_is_not_gone_around(tmp_path: Path, code: str, right: str, wrong: str) -> None:
    """One sample, one output, or a square image would let each of them through."""
    assert check(tmp_path, code).right
    (tmp_path / "own.py").write_text(code.replace(right, wrong))
    line = (code.replace(right, wrong)).split(wrong)[0].count("\n") + 1
    with pytest.raises(SubjectError, match=rf"own\.py:{line}: "):
        check_class(f"{tmp_path}/own.py")


@pytest.mark.parametrize(
    ("code", "right", "wrong", "hint", "place"),
    [
        (MEANS, "return d @ self.W.T", "return d @ self.dW.T", "the gradient self.dW stands where the weight", 2),
        (LOSS, "g / len(p)", "g / len(p) / len(p)", "divided by the 5 samples, n, once too often", 2),
        (LOSS, "g = g / len(p)", "pass", "1/n is missing", 1),
        (LOSS, "return g", "return g / len(p)", "divided by the 5 samples, n, once too often", 1),
        (LOSS, "g = -y / p", "g = -(-y / p)", "the sign is wrong", 2),
        (SOFTMAX, "g -= self.p", "g += self.p", "the sign is wrong", 2),
        (GATE, "d * kept", "d * ~kept", "is the wrong way round", 2),
        (SCORES, "dW += np", "dW = np", "+= in place of =", 2),
        (DECAY, "d.sum(axis=0)", "d.mean(axis=0)", "the mean is taken where the sum belongs", 2),
    ],
)
def test_the_mistake_is_named_and_no_other(
    tmp_path: Path, code: str, right: str, wrong: str, hint: str, place: int
) -> None:
    assert check(tmp_path, code).right
    report = check(tmp_path, code, right, wrong)
    assert [hint in text for _, text in report.mistakes] == [True], report.mistakes
    line = code.replace(right, wrong).split(wrong)[0].count("\n") + 1
    assert place == 1 or f"own.py:{line}: " in report.mistakes[0][1]


def test_one_step_of_a_sequence_hides_no_recurrent_weight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twinprop.gradcheck.hints.repair.SECONDS", 0.0)
    assert not check(tmp_path, CHAIN, "dv += np", "dv = np").right


def test_code_that_writes_through_strides_is_not_edited(tmp_path: Path) -> None:
    assert check(tmp_path, WINDOWS).right
    assert not check(tmp_path, WINDOWS, "return dx", "return dx / len(d)").right


def test_functions_are_not_given_one_column_where_several_raise(tmp_path: Path) -> None:
    assert check(tmp_path, COLUMNS).right
    with pytest.raises(SubjectError, match=r"own\.py:10: "):
        check(tmp_path, COLUMNS, "W.T @ dZ,", "W.T @ dZ.T,")


def test_a_mean_over_columns_is_one_of_functions_too(tmp_path: Path) -> None:
    code = COLUMNS.replace("dZ @ A.T, db", "dZ @ A.T / A.shape[1], db / A.shape[1]")
    (tmp_path / "own.py").write_text(code)
    report = check_class(f"{tmp_path}/own.py:gate_forward,gate_backward")
    assert [one.accepted for one in report.gradients] == ["a mean", "a mean", ""], report.given
    (tmp_path / "own.py").write_text(code.replace("db / A.shape[1]", "db"))
    assert not check_class(f"{tmp_path}/own.py:gate_forward,gate_backward").right


SCALED_DOWN = """
import numpy as np


class Dense:
    def __init__(self, n, m):
        self.W = np.random.randn(n, m)

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dy):
        self.dW = self.x.T @ dy
{0}
        return dy @ self.W.T
"""


@pytest.mark.parametrize(
    "lines",
    [
        "        norm = np.linalg.norm(self.dW)\n        if norm > 0.1:\n            self.dW *= 0.1 / norm",
        "        factor = min(1.0, 0.1 / np.sqrt((self.dW**2).sum()))\n        self.dW = self.dW * factor",
    ],
    ids=["if", "factor"],
)
def test_gradient_that_is_scaled_down_by_its_norm(tmp_path: Path, lines: str) -> None:
    """That is done on purpose, so it is right but for that; with a mistake beside it, the mistake is told."""
    report = check_code(tmp_path, SCALED_DOWN.format(lines), "Dense")
    assert report.verdict == "right, but", report_text(report)
    assert "scaled down to a norm of 0.1" in report_text(report)
    wrong = SCALED_DOWN.format(lines).replace("self.x.T @ dy", "self.x.T @ dy * np.sign(self.x.T @ dy)")
    report = check_code(tmp_path, wrong, "Dense")
    assert failed(report) == {"dW"}, report_text(report)
    assert "mask" not in report_text(report)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("d = dy * (self.a >= 0)", "that is self.a > 0"),
        ("d = np.where(self.a < 0, 0, dy)", "that is self.a <= 0"),
    ],
)
def test_derivative_of_relu_where_it_has_returned_0(tmp_path: Path, line: str, told: str) -> None:
    code = SCALED_DOWN.replace("return x @ self.W", "self.a = np.maximum(x @ self.W, 0)\n        return self.a")
    code = code.replace("self.dW = self.x.T @ dy", f"{line}\n        self.dW = self.x.T @ d").replace("{0}\n", "")
    report = check_code(tmp_path, code.replace("return dy @", "return d @"), "Dense")
    assert failed(report) == {"dW", "dx"}, report_text(report)
    assert told in report_text(report)
