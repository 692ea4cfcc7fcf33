"""What a file tells of what its author means: words for an argument, names for gradients, twins of methods."""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

import numpy as np
import pytest
from tests.kit.students import check_code, failed

from twinprop.commands.gradcheck import arguments
from twinprop.commands.gradcheck import main as command
from twinprop.gradcheck.arrays.held import views_copied
from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import report_text

LAYER = """
import numpy as np


class Layer:
    def __init__(self, n, m, kind):
        self.W = np.random.randn(n, m)
{made}

    def forward(self, x):
        self.x, z = x, x @ self.W
        self.z = z
{forth}

    def backward(self, dy):
{back}
        self.dW = self.x.T @ dz
        return dz @ self.W.T

    def _bend(self, z):
        return np.tanh(z)

    def _bend_slope(self, z):
        return 1 - np.tanh(z) ** 2
"""

BY_TABLE = {
    "made": "        self._table = {'bend': (self._bend, self._bend_slope)}\n        self.pair = self._table[kind]",
    "forth": "        return self.pair[0](z)",
    "back": "        dz = dy * self.pair[1](self.z)",
}
BY_ENDING = {
    "made": "        self.KIND = None if kind is None else kind.lower()",
    "forth": "        return getattr(self, f'_{self.KIND}')(z)",
    "back": "        dz = dy * getattr(self, '_' + self.KIND + '_slope')(self.z)",
}


@pytest.mark.parametrize("parts", [BY_TABLE, BY_ENDING], ids=["table", "getattr"])
def test_word_for_an_argument(tmp_path: Path, parts: dict[str, str]) -> None:
    """It is a key of a table that the constructor makes, or what makes the name of a method complete."""
    code = LAYER.format(**parts)
    report = check_code(tmp_path, code, "Layer")
    assert report.right, report_text(report)
    assert "'bend'" in report.title
    wrong = check_code(tmp_path, code.replace("1 - np.tanh(z) ** 2", "1 - np.tanh(z)"), "Layer")
    assert failed(wrong) == {"dW", "dx"}, report_text(wrong)


NOT_INSTALLED = """
import numpy as np
from chainer import cuda
from pydantic import BaseModel


class Sizes(BaseModel):
    n: int
    m: int


class Dense:
    def __init__(self, n, m):
        self.sizes = Sizes(n=n, m=m)
        self.W = np.random.randn(self.sizes.n, self.sizes.m)

    def forward(self, x):
        self.xp = cuda.get_array_module(x)
        self.x = x
        return self.xp.dot(x, self.W)

    def backward(self, dy):
        self.dW = self.xp.dot(self.x.T, dy)
        return self.xp.dot(dy, self.W.T)
"""


def test_what_is_not_installed_is_stood_in_for(tmp_path: Path) -> None:
    """A module of arrays is NumPy, and a record holds what it is given."""
    code = NOT_INSTALLED.replace("chainer", "no_such_chainer").replace("pydantic", "no_such_pydantic")
    report = check_code(tmp_path, code, "Dense")
    assert report.right, report_text(report)


DRAWN_ANEW = """
import numpy as np


class Dense:
    def __init__(self, m):
        self.m, self.W = m, None

    def forward(self, x):
        self.x = x
        self.W = np.random.randn(x.shape[1], self.m)
        return x @ self.W

    def backward(self, dy, lr):
        dx = dy @ self.W.T
        self.W -= lr * self.x.T @ dy
        return dx
"""


def test_weights_that_are_drawn_in_every_forward(tmp_path: Path) -> None:
    """No gradient of them can be checked, and no step is kept: that is told."""
    report = check_code(tmp_path, DRAWN_ANEW, "Dense")
    assert report.verdict == "right, but", report_text(report)
    assert "forward makes W anew in every call" in report_text(report)
    once = DRAWN_ANEW.replace("        self.W = np.random.randn", "        if self.W is None: self.W = np.random.randn")
    assert check_code(tmp_path, once, "Dense").verdict == "right"


NAMES = """
import numpy as np


class Dense:
    def __init__(self, n, m):
        self.poids, self.biais = np.random.randn(n, m), np.random.randn(1, m)
        self._gradient, self._gradient_b = np.zeros((n, m)), np.zeros((1, m))
        self.current_delta = 0

    def forward(self, x):
        self.x = x
        return x @ self.poids + self.biais

    def backward(self, dy):
        self._gradient = self.x.T @ dy
        self._gradient_b = dy.sum(axis=0, keepdims=True)
        return dy @ self.poids.T
"""


def test_a_gradient_that_names_nothing_belongs_to_one(tmp_path: Path) -> None:
    """Of two arrays of one shape, as of a layer with one input, the other has a gradient of its own."""
    (tmp_path / "own.py").write_text(NAMES)
    report = check_class(f"{tmp_path}/own.py:Dense", ["1", "1"])
    assert report.right, report_text(report)
    assert {one.of: one.name for one in report.gradients} == {
        "poids": "_gradient",
        "biais": "_gradient_b",
        "x": "dx",
    }


def test_gradients_with_more_in_their_names(tmp_path: Path) -> None:
    code = NAMES.replace("_gradient_b", "current_delta_biais").replace("_gradient", "current_delta_poids")
    report = check_code(tmp_path, code, "Dense")
    assert report.right, report_text(report)
    assert {one.name for one in report.gradients} == {"current_delta_poids", "current_delta_biais", "dx"}


STEP = """
import numpy as np


class Cell:
    def __init__(self, n, m):
        self.A = np.random.randn(n, m)

    def step(self, x):
        self.x = x
        return x @ self.A

    def step_back(self, d):
        self.dA = self.x.T @ d
        return d @ self.A.T
"""


def test_a_method_and_its_twin(tmp_path: Path) -> None:
    """`step_back` goes back through `step`, which is no training then."""
    report = check_code(tmp_path, STEP, "Cell")
    assert report.right, report_text(report)
    other = STEP.replace("step_back", "hin").replace("step", "her")
    assert check_code(tmp_path, other, "Cell").right
    wrong = check_code(tmp_path, other.replace("d @ self.A.T", "-d @ self.A.T"), "Cell")
    assert failed(wrong) == {"dx"}, report_text(wrong)


SCALARS = """
import numpy as np

m = 40


def forward_prop(W1, b1, W2, b2, X):
    Z1 = W1.dot(X) + b1
    A1 = np.maximum(Z1, 0)
    Z2 = W2.dot(A1) + b2
    return Z1, A1, Z2, np.exp(Z2) / sum(np.exp(Z2))


def backward_prop(Z1, A1, Z2, A2, W1, W2, X, Y):
    dZ2 = A2 - np.eye(A2.shape[0])[Y].T
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2)
    dZ1 = W2.T.dot(dZ2) * (Z1 > 0)
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1)
    return dW1, db1, dW2, db2


def gradient_descent(X, Y, alpha, iterations):
    W1, b1 = np.random.rand(10, 6) - 0.5, np.random.rand(10, 1) - 0.5
    W2, b2 = np.random.rand(10, 10) - 0.5, np.random.rand(10, 1) - 0.5
    for i in range(iterations):
        Z1, A1, Z2, A2 = forward_prop(W1, b1, W2, b2, X)
        dW1, db1, dW2, db2 = backward_prop(Z1, A1, Z2, A2, W1, W2, X, Y)
        W1, b1 = W1 - alpha * dW1, b1 - alpha * db1
        W2, b2 = W2 - alpha * dW2, b2 - alpha * db2
    return W1, b1, W2, b2
"""


def test_biases_that_are_summed_over_everything(tmp_path: Path) -> None:
    """The number of samples is that of all data, so each step has a factor; what it is besides is no less wrong."""
    (tmp_path / "own.py").write_text(SCALARS)
    report = check_class(f"{tmp_path}/own.py:backward_prop")
    assert report.verdict == "wrong", report_text(report)
    assert "summed over everything, not over axis 1" in report_text(report)
    right = SCALARS.replace("np.sum(dZ2)", "dZ2.sum(1, keepdims=True)").replace(
        "np.sum(dZ1)", "dZ1.sum(1, keepdims=True)"
    )
    (tmp_path / "own.py").write_text(right)
    assert check_class(f"{tmp_path}/own.py:backward_prop").right


SEVERAL = """
import numpy as np


def relu_forward(x):
    return np.maximum(0, x), x


def relu_backward(dout, cache):
    return dout * (cache > 0)


def square_forward(x):
    return x**2, x


def square_backward(dout, cache):
    return dout * cache


def cube_forward(x):
    raise ValueError("to be written")


def cube_backward(dout, cache):
    raise ValueError("to be written")
"""


def test_all_that_a_file_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file without a name: each in turn, and the status is that of the worst, on the screen and as data."""
    file = tmp_path / "own.py"
    file.write_text(SEVERAL)
    arguments(parser := argparse.ArgumentParser())
    assert command(parser.parse_args(["--layer", str(file)])) == 1
    text = capsys.readouterr().out
    assert f"3 in {file}: relu_backward right; square_backward wrong; cube_backward not checked." in text
    assert "the 2 is missing" in text or "a factor 2 is missing" in text

    assert command(parser.parse_args(["--layer", str(file), "--json"])) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["verdict"] == "wrong"
    assert [one["verdict"] for one in data["checked"]] == ["right", "wrong", "error"]
    assert data["checked"][1]["name"] == f"{file}:square_backward"

    assert command(parser.parse_args(["--layer", str(file), "--csv", str(tmp_path / "grades.csv")])) == 0
    assert "1 submission with 3 parts: 1 right, 1 wrong, 1 error" in capsys.readouterr().out
    rows = list(csv.DictReader((tmp_path / "grades.csv").open()))
    assert [row["verdict"] for row in rows] == ["right", "wrong", "error"]
    assert rows[1]["file"] == f"{file}:square_backward"


REFUSES_ZERO = """
import numpy as np


class Divergence:
    def forward(self, q, p):
        if (q <= 0).any():
            raise ValueError("q has to be positive")
        self.q, self.p = q, p
        return float(np.sum(p * (np.log(np.where(p > 0, p, 1.0)) - np.log(q))) / len(q))

    def backward(self):
        return -self.p / self.q / len(self.q)
"""


def test_a_loss_that_refuses_what_is_not_positive(tmp_path: Path) -> None:
    """Of a divergence of p from q, q is predicted; and a refusal of 0 is an answer, no crash."""
    report = check_code(tmp_path, REFUSES_ZERO, "Divergence")
    assert report.verdict == "right", report_text(report)
    wrong = check_code(tmp_path, REFUSES_ZERO.replace("-self.p", "self.p"), "Divergence")
    assert "the sign is wrong" in report_text(wrong)


class Views:
    """Weights in one vector, and a few rows of large data."""

    def __init__(self) -> None:
        self.theta = np.arange(6.0)
        self.w, self.b = self.theta[:4].reshape(2, 2), self.theta[4:]
        self.rows = np.zeros((1000, 3))[:2]


def test_views_of_one_vector_are_so_in_a_copy() -> None:
    """And rows of large data are copied alone."""
    made = Views()
    copies = views_copied(made)
    copies[id(made.theta)][:] = 7
    assert copies[id(made.w)].tolist() == [[7, 7], [7, 7]]
    assert copies[id(made.b)].tolist() == [7, 7]
    assert id(made.rows) not in copies
    assert made.theta.tolist() == [0, 1, 2, 3, 4, 5]
