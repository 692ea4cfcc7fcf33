"""A class of functions and their derivatives: each pair is checked, with the hints that a mistake gets anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from twinprop.commands.gradcheck.one import check
from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.faults import SubjectError, patient
from twinprop.gradcheck.report import report_text

CODE = """
import numpy as np


class Squash:
    kinds = ("tanh", "sigmoid")

    def __init__(self, kind):
        self.kind = kind

    def tanh(self, x):
        return np.tanh(x)

    def tanh_derivative(self, x):
        return 1 - self.tanh(x) ** 2

    @staticmethod
    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    @staticmethod
    def sigmoid_derivative(x):
        s = Squash.sigmoid(x)
        return s * (1 - s)


class Costs:
    def mse(self, target, output):
        return np.mean((target - output) ** 2)

    def mse_prime(self, target, output):
        return 2 * (output - target) / target.size
"""
NETWORK = """

class Net:
    def __init__(self):
        self.W = np.random.randn(4, 3)

    def sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def sigmoid_prime(self, z):
        return self.sigmoid(z) * (1 - self.sigmoid(z))

    def forward(self, x):
        self.x, self.z = x, x @ self.W
        return self.sigmoid(self.z)

    def backward(self, dy):
        dz = dy * self.sigmoid_prime(self.z)
        self.dW = self.x.T @ dz
        return dz @ self.W.T
"""
OPTIONS: dict[str, Any] = {"args": [], "input": None, "targets": None, "classes": None, "constant": [], "seed": 0}


def checked(folder: Path, names: str, code: str = CODE) -> dict[str, str]:
    (folder / "maths.py").write_text(code)
    found = check(f"{folder}/maths.py" + (f":{names}" if names else ""), OPTIONS)
    return {one["name"].rpartition(":")[2]: one["verdict"] for one in found["checked"]}


@pytest.mark.parametrize("names", ["Squash", ""])
def test_each_pair_of_a_class_is_checked(tmp_path: Path, names: str) -> None:
    found = {"Squash.tanh_derivative": "right", "Squash.sigmoid_derivative": "right"}
    assert checked(tmp_path, names) == (found if names else {**found, "Costs.mse_prime": "right"})


@pytest.mark.parametrize(
    ("old", "new", "name", "text"),
    [
        ("1 - self.tanh(x) ** 2", "1 - self.tanh(x)", "Squash.tanh_derivative", "belongs, 1 - np.tanh(x)**2"),
        ("s * (1 - s)", "s * (1 + s)", "Squash.sigmoid_derivative", "the sign is wrong"),
        ("2 * (output - target)", "2 * (target - output)", "Costs.mse_prime", "the sign is wrong"),
    ],
)
def test_a_mistake_in_a_pair_is_named_with_its_line(tmp_path: Path, old: str, new: str, name: str, text: str) -> None:
    assert CODE.count(old) == 1
    wrong = CODE.replace(old, new)
    assert {name for name, verdict in checked(tmp_path, "", wrong).items() if verdict == "wrong"} == {name}
    report = check_class(f"{tmp_path}/maths.py:{name}")
    told = " ".join(text for _, text in report.mistakes)
    assert text in told, report_text(report)
    assert f"maths.py:{wrong[: wrong.index(new)].count(chr(10)) + 1}:" in told


def test_plain_functions_get_the_same_hints(tmp_path: Path) -> None:
    (tmp_path / "maths.py").write_text(
        "import numpy as np\n\ndef sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n\n"
        "def sigmoid_prime(z):\n    return sigmoid(z) * (1 - z)\n"
    )
    report = check_class(f"{tmp_path}/maths.py")
    assert "the wrong derivative: sigmoid(z) * (1 - z) stands where" in report.mistakes[0][1], report_text(report)


def test_a_layer_with_such_methods_is_a_layer(tmp_path: Path) -> None:
    (tmp_path / "maths.py").write_text(CODE + NETWORK)
    report = check_class(f"{tmp_path}/maths.py:Net")
    assert {one.of for one in report.gradients} == {"W", "x"}
    assert report.right


def test_a_method_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "maths.py").write_text(CODE)
    with pytest.raises(SubjectError, match=r"has no mse_slope; it has mse, mse_prime"):
        check_class(f"{tmp_path}/maths.py:Costs.mse_slope")


def test_a_class_that_keeps_something_is_more_than_its_pairs(tmp_path: Path) -> None:
    """A network whose methods have names of their own is not told right for its sigmoid."""
    learns = "\n\nclass Thinker(Squash):\n    def __init__(self):\n        self.w = np.random.randn(4, 3)\n\n"
    learns += "    def think(self, x):\n        return self.sigmoid(x @ self.w)\n\n"
    learns += "    def absorb(self, x, y):\n        self.w += x.T @ (y - self.think(x))\n"
    (tmp_path / "maths.py").write_text(CODE + learns)
    report = check_class(f"{tmp_path}/maths.py:Thinker")
    assert [one.of for one in report.gradients] == ["self.w"], report_text(report)


SHORT = """
import numpy as np


class Base:
    @staticmethod
    def function(x):
        raise NotImplementedError


class Leaky(Base):
    @staticmethod
    def function(x, alpha=0.01):
        return np.maximum(x * alpha, x)

    @staticmethod
    def first_derivative(x, alpha=0.01):
        return np.where(x >= 0, 1, alpha)


class Bent:
    def a(self, x):
        return (np.sqrt(x**2 + 1) - 1) / 2 + x

    def d(self, x):
        return x / (2 * np.sqrt(x**2 + 1)) + 1


class Entropia:
    @classmethod
    def calcular(cls, y, y_pred):
        return -np.sum(y * np.log(y_pred)) / len(y)

    @classmethod
    def gradiente(cls, y, y_pred):
        return -y / y_pred / len(y)
"""


@pytest.mark.parametrize(
    ("name", "mistake", "instead"),
    [("Leaky", "1, alpha)", "1, 0)"), ("Bent", "** 2 + 1)) + 1", "** 2 + 1))"), ("Entropia", "-y / y_pred", "-y")],
)
def test_two_methods_alone_are_a_pair(tmp_path: Path, name: str, mistake: str, instead: str) -> None:
    """Where one has a name of what goes back; `function` is no misspelt `dfunction`."""
    code = SHORT.replace("**2", "** 2")
    (tmp_path / "pairs.py").write_text(code)
    assert check_class(f"{tmp_path}/pairs.py:{name}").right
    assert code.count(mistake) == 1
    (tmp_path / "pairs.py").write_text(code.replace(mistake, instead))
    assert check_class(f"{tmp_path}/pairs.py:{name}").verdict == "wrong"


def test_a_softmax_whose_derivative_stands_in_its_loss(tmp_path: Path) -> None:
    (tmp_path / "last.py").write_text(
        "import numpy as np\n\nclass Softmax:\n    def forward(self, x):\n"
        "        e = np.exp(x - x.max(1, keepdims=True))\n        return e / e.sum(1, keepdims=True)\n"
        "    def backward(self, x):\n        return 1.0\n"
    )
    report = check_class(f"{tmp_path}/last.py:Softmax")
    assert report.verdict == "right, but", report_text(report)
    assert any("gradient is p - y" in one for one in report.advice)


def test_a_constructor_that_waits_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The functions of a class are called on an object that has not begun, where it does not get ready."""
    monkeypatch.setattr("twinprop.gradcheck.source.pairs.patient", lambda: patient(0.5))
    waits = '    def __init__(self, kind="tanh"):\n        import time\n        time.sleep(3600)\n'
    code = CODE[: CODE.index("class Costs")].replace("    def __init__(self, kind):\n        self.kind = kind\n", waits)
    assert waits in code
    (tmp_path / "squash.py").write_text(code)
    report = check_class(f"{tmp_path}/squash.py:Squash.tanh_derivative")
    assert report.right, report_text(report)
