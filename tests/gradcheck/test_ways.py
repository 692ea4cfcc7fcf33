"""The ways in which an object is called."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import check, check_code, failed

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import report_text

LOSSES = {
    "cross entropy, mean over the samples": ("softmax", "(p - y) / len(x)"),
    "cross entropy, sum": ("softmax", "p - y"),
    "binary cross entropy, mean over the samples": ("sigmoid", "(p - y) / len(x)"),
    "binary cross entropy, mean over all numbers": ("sigmoid", "(p - y) / y.size"),
    "squared error, sum": ("tanh", "2 * (p - y) * (1 - p**2)"),
    "½ squared error, sum": ("tanh", "(p - y) * (1 - p**2)"),
    "squared error, mean over all numbers": ("tanh", "2 * (p - y) * (1 - p**2) / y.size"),
    "cross entropy of the softmax, mean over the samples": ("identity", "(softmax(p) - y) / len(x)"),
}

NETWORK = """
import numpy as np

def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def identity(z):
    return z

tanh = np.tanh

class Net:
    def __init__(self, i, o):
        self.W = np.random.randn(i, o)

    def {forward}(self, x):
        self.p = {activation}(x @ self.W)
        return self.p

    def {backward}(self, x, y):
        p = self.p
        self.dW = x.T @ ({dz})
"""


@pytest.mark.parametrize("loss", LOSSES)
def test_loss_that_fits_is_named(loss: str, tmp_path: Path) -> None:
    activation, dz = LOSSES[loss]
    text = NETWORK.format(forward="forward", backward="backward", activation=activation, dz=dz)
    (tmp_path / "net.py").write_text(text)
    report = check_class(f"{tmp_path}/net.py:Net", ["4", "3"])
    assert report.right, report_text(report)
    assert loss in report.notes[0]


@pytest.mark.parametrize(
    ("activation", "dz", "hint", "loss"),
    [
        ("tanh", "p - y", "the derivative of the activation is missing: that of tanh", "½ squared error, sum"),
        ("softmax", "(y - p) / len(x)", "the sign is wrong", "cross entropy, mean over the samples"),
        ("sigmoid", "(p - y) * p * (1 + p)", "", ""),
    ],
)
def test_mistake_is_named_where_the_loss_is_not(activation: str, dz: str, hint: str, loss: str, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(
        NETWORK.format(forward="forward", backward="backward", activation=activation, dz=dz)
    )
    report = check_class(f"{tmp_path}/net.py:Net", ["4", "3"])
    assert report.verdict == "wrong"
    assert hint in " ".join(report_text(report).split())
    assert loss in report.notes[0]


@pytest.mark.parametrize(
    ("forward", "backward"),
    [
        ("forward_pass", "backward_pass"),
        ("feedforward", "backprop"),
        ("forward_prop", "back_prop"),
        ("__call__", "grads"),
    ],
)
def test_names_of_methods(forward: str, backward: str, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(
        NETWORK.format(forward=forward, backward=backward, activation="tanh", dz="(p - y) * (1 - p**2)")
    )
    report = check_class(f"{tmp_path}/net.py:Net", ["4", "3"])
    assert report.right, report_text(report)
    assert [gradient.name for gradient in report.gradients] == ["dW"]


@pytest.mark.parametrize(
    ("name", "assumed"),
    [("OfEachSample", "sum"), ("OfEachSampleMean", "mean over the samples"), ("OfEachNumber", "sum")],
)
def test_a_loss_may_return_many_numbers(name: str, assumed: str) -> None:
    report = check(name)
    assert report.right, report_text(report)
    assert report.assumed_loss == assumed
    assert "returns many numbers" in report.notes[0]


def test_a_loss_of_many_numbers_may_be_given_a_gradient_for_each() -> None:
    assert check("OfEachSampleFromAbove").verdict == "right"


def test_a_mistake_in_a_loss_of_many_numbers_is_found() -> None:
    assert "the sign is wrong" in report_text(check("OfEachSampleSign"))


TWO_OUTPUTS = """
import numpy as np

class Bent:
    def __init__(self, i, o):
        self.W, self.b = np.random.randn(o, i), np.zeros((o, 1))

    def forward(self, x):
        z = self.W @ x + self.b
        return z, np.tanh(z)

    def backward(self, x, z, da):
        dz = da * (1 - np.tanh(z) ** 2)
        return self.W.T @ dz, dz @ x.T, np.sum(dz, axis=1, keepdims=True)
"""


MATRICES = """
import numpy as np

class Net:
    def __init__(self, i, o):
        self.w, self.b = np.matrix(np.random.randn(i, o)), np.matrix(np.zeros((1, o)))

    def forward(self, x):
        self.x = x
        return np.asarray(x @ self.w + self.b)

    def backward(self, d):
        self.dw, self.db = self.x.T @ d, d.sum(0)
        return np.asarray(d @ self.w.T)
"""


ONE_SAMPLE = """
import numpy as np

class Net:
    def __init__(self, sizes):
        self.biases = [np.random.randn(o, 1) for o in sizes[1:]]
        self.weights = [np.random.randn(o, i) for i, o in zip(sizes, sizes[1:])]

    def feedforward(self, a):
        for w, b in zip(self.weights, self.biases):
            a = 1 / (1 + np.exp(-(w @ a + b)))
        return a

    def backprop(self, x, y):
        delta_nabla_b, delta_nabla_w = [None] * len(self.biases), [None] * len(self.weights)
        acts = [x]
        for w, b in zip(self.weights, self.biases):
            acts.append(1 / (1 + np.exp(-(w @ acts[-1] + b))))
        d = acts[-1] - y
        for l in reversed(range(len(self.weights))):
            delta_nabla_b[l], delta_nabla_w[l] = d, d @ acts[l].T
            d = self.weights[l].T @ d * acts[l] * (1 - acts[l])
        return delta_nabla_b, delta_nabla_w
"""

HANDED_BACK = """
import numpy as np


class Scores:
    def __init__(self, i=4, o=3):
        self.W = np.random.randn(i, o) * 0.1
        self.b = np.zeros(o)

    def forward(self, x):
        z = np.exp(x @ self.W + self.b)
        probabilities = z / z.sum(axis=1, keepdims=True)
        seen = x
        return probabilities, seen

    def backward(self, deltas, seen):
        return deltas @ self.W.T, (seen.T @ deltas, deltas.sum(axis=0))
"""


@pytest.mark.parametrize(
    ("code", "right", "wrong", "passed"),
    [
        (TWO_OUTPUTS, "np.sum(dz", "np.mean(dz", [True, False, True]),
        (MATRICES, "d.sum(0)", "2 * d.sum(0)", [True, False, True]),
        (ONE_SAMPLE, "= d, d @", "= 2 * d, d @", [False, False, True, True]),
        (HANDED_BACK, "deltas.sum(axis=0)", "deltas.mean(axis=0)", [True, False, True]),
    ],
    ids=[
        "the output is what backward is not given",
        "np.matrix",
        "biases of each sample, whatever their name",
        "input",
    ],
)
def test_right_ones_and_wrong_twins(tmp_path: Path, code: str, right: str, wrong: str, passed: list[bool]) -> None:
    (tmp_path / "right.py").write_text(code)
    report = check_class(f"{tmp_path}/right.py")
    assert report.right
    assert len(report.gradients) == len(passed)
    (tmp_path / "wrong.py").write_text(code.replace(right, wrong))
    report = check_class(f"{tmp_path}/wrong.py")
    assert [one.passed for one in report.gradients] == passed
    assert code != TWO_OUTPUTS or "the mean is taken where the sum belongs" in report_text(report)


LEFT_UNDER_ANY_NAME = """
import numpy as np


class Dense:
    def __init__(self, n, m):
        self.W, self.b = np.random.randn(n, m) * 0.4, np.zeros(m)

    def forward(self, x):
        self.x = x
        self.summed = x @ self.W + self.b
        self.squashed = np.tanh(self.summed)

    def backward(self, upstream):
        d = upstream * (1 - self.squashed**2)
        self.dW, self.db, self.dx = self.x.T @ d, d.sum(0), d @ self.W.T
"""


def test_output_that_is_left_in_an_attribute_of_any_name(tmp_path: Path) -> None:
    """Where forward returns nothing, what it computes last is its output."""
    report = check_code(tmp_path, LEFT_UNDER_ANY_NAME, "Dense")
    assert [one.name for one in report.gradients if one.passed] == ["dW", "db", "dx"], report_text(report)
    wrong = LEFT_UNDER_ANY_NAME.replace("self.squashed**2", "self.summed**2")
    assert failed(check_code(tmp_path, wrong, "Dense")) == {"dW", "db", "dx"}


Y_FROM_ABOVE = """
import numpy as np

class Linear:
    def __init__(self, n, m):
        self.w, self.b = np.random.randn(n, m), np.zeros((1, m))
    def forward(self, x):
        self.x = x
        return x @ self.w + self.b
    def backward(self, y):
        self.dw, self.db = self.x.T @ y, y.sum(axis=0, keepdims=True)
        return y @ self.w.T

class ReLU:
    def forward(self, x):
        self.on = x > 0
        return x * self.on
    def backward(self, y):
        return y * self.on

class Output:
    def __init__(self, n, m):
        self.w = np.random.randn(n, m)
    def forward(self, x):
        self.x = x
        e = np.exp(x @ self.w - (x @ self.w).max(1, keepdims=True))
        self.p = e / e.sum(1, keepdims=True)
        return self.p
    def backward(self, y):
        self.dw = self.x.T @ (self.p - y) / len(y)
"""


@pytest.mark.parametrize(
    ("name", "old", "new", "wrong"),
    [
        ("Linear", "self.x.T @ y,", "2 * self.x.T @ y,", {"dw"}),
        ("ReLU", "y * self.on", "y", {"dx"}),
        ("Output", "(self.p - y)", "(self.p + y)", {"dw"}),
    ],
)
def test_a_gradient_from_above_that_is_called_y(tmp_path: Path, name: str, old: str, new: str, wrong: set[str]) -> None:
    """It is that, and no targets, where all is right as a layer."""
    (tmp_path / "layers.py").write_text(Y_FROM_ABOVE)
    report = check_class(f"{tmp_path}/layers.py:{name}")
    assert report.verdict == "right", report_text(report)
    assert (", y (" in report.given) is (name == "Output")
    (tmp_path / "layers.py").write_text(Y_FROM_ABOVE.replace(old, new))
    report = check_class(f"{tmp_path}/layers.py:{name}")
    assert report.verdict == "wrong"
    assert failed(report) == wrong, report_text(report)
