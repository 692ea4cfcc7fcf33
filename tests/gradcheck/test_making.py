"""What a class needs before it is called: its mode, its parameters, its layers, and what it was not made with."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import report_text

DENSE = """
import numpy as np
class {name}:
    def __init__(self, i, o):
        self.W, self.training = np.random.randn(i, o), False
    def forward(self, x):
        self.x = x if self.training else None
        return x @ self.W
    def backward(self, d):
        if not self.training:
            raise RuntimeError("not in training mode")
        self.dW = self.x.T @ d
        return d @ self.W.T
"""

BENT = """
class Bent:
    def __init__(self):
        self.alpha = self.optimizer = None
    def initialize(self):
        self.start(self)
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0) + np.minimum(x, 0) * self.alpha
    def backward(self, d):
        d_alpha = np.where(self.x > 0, 0, d * self.x).sum(axis=0)
        dx = np.where(self.x > 0, d, d * self.alpha)
        self.alpha = self.optimizer.update(self.alpha, d_alpha)
        return dx
"""

NAMED = """
class Layer:
    def __init__(self, i, o, act):
        assert act in ["sigmoid", "relu"]
        self.W, self.act = np.random.randn(i, o), act
    def forward(self, x):
        self.x, z = x, x @ self.W
        self.a = 1 / (1 + np.exp(-z)) if self.act == "sigmoid" else np.maximum(z, 0)
        return self.a
    def backward(self, d):
        d = d * (self.a * (1 - self.a) if self.act == "sigmoid" else 1)
        self.dW = self.x.T @ d
        return d @ self.W.T
class Net:
    def __init__(self, sizes=[], acts=[]):
        assert len(sizes) - 1 == len(acts)
        self.layers = [Layer(i, o, act) for i, o, act in zip(sizes, sizes[1:], acts)]
    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x
    def backward(self, d):
        for layer in self.layers[::-1]:
            d = layer.backward(d)
        return d
"""

ROW = """
import numpy as np
class Row:
    def __init__(self):
        self.layers = []
    def add(self, layer):
        self.layers.append(layer)
    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x
    def backward(self, d):
        for layer in self.layers[::-1]:
            d = layer.backward(d)
        return d
"""


def test_a_layer_is_in_training_mode(tmp_path: Path) -> None:
    (tmp_path / "in_mode.py").write_text(DENSE.format(name="Dense"))
    report = check_class(f"{tmp_path}/in_mode.py:Dense")
    assert report.right, report_text(report)


@pytest.mark.parametrize(("slope", "right"), [("d * self.x", True), ("d", False)])
def test_a_parameter_that_a_network_would_set(tmp_path: Path, slope: str, right: bool) -> None:
    code = BENT.replace("0, d * self.x)", f"0, {slope})")
    (tmp_path / f"bent_{right}.py").write_text("import numpy as np\n" + code)
    report = check_class(f"{tmp_path}/bent_{right}.py:Bent")
    assert report.right is right, report_text(report)
    assert {one.of for one in report.gradients} == {"alpha", "x"}


def test_activations_by_other_names_are_checked_too(tmp_path: Path) -> None:
    (tmp_path / "by_names.py").write_text("import numpy as np\n" + NAMED)
    report = check_class(f"{tmp_path}/by_names.py:Net")
    assert report.verdict == "right, but"
    (told,) = report.advice
    assert told.startswith("with acts=['relu'"), told
    assert not any("not checked" in one for one in report.notes)
    (tmp_path / "run.py").write_text("from by_names import *\nnet = Net([20, 30, 10], ['relu', 'sigmoid'])\n")
    (tmp_path / "by_names_again.py").write_text("import numpy as np\n" + NAMED)
    report = check_class(f"{tmp_path}/by_names_again.py:Net", ("sizes=[4,3]", "acts=['relu']"))
    assert not report.right


def test_a_container_gets_dense_layers_of_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "numpyish"  # a name that begins as that of NumPy
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    others = "".join(DENSE.format(name=name).replace("x @ self.W", "x * 1.0") for name in ("FullConv", "DenseBlock"))
    (folder / "layers.py").write_text(others + DENSE.format(name="Dense"))
    (folder / "row.py").write_text("from .layers import *\n" + ROW)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.startswith("numpyish")]:
        monkeypatch.delitem(sys.modules, name)
    report = check_class(f"{folder}/row.py:Row")
    assert report.right
    assert [one.of for one in report.gradients] == ["layers[0].W", "layers[1].W", "x"]


SIZES = """
import numpy as np
class Net:
    def __init__(self, dim):
        self.W = [np.random.randn(o, i) for i, o in zip(dim[:-1], dim[1:])]
    def forward(self, x):
        self.a = [x]
        for W in self.W[:-1]:
            self.a.append(np.tanh(W @ self.a[-1]))
        z = np.exp(self.W[-1] @ self.a[-1])
        return z / z.sum()
    def backward(self, grad):
        dW = []
        for W, a in zip(self.W[::-1], self.a[::-1]):
            dW.insert(0, grad @ a.T)
            grad = (W.T @ grad) * (1 - a**2)
        return dW
    def plot_gradients(self, which=None):
        raise NotImplementedError
"""


@pytest.mark.parametrize(("slope", "right"), [("1 - a**2", True), ("1 - a", False)])
def test_a_list_of_sizes_and_the_end_of_a_network(tmp_path: Path, slope: str, right: bool) -> None:
    (tmp_path / f"sized_{right}.py").write_text(SIZES.replace("1 - a**2", slope))
    report = check_class(f"{tmp_path}/sized_{right}.py:Net")
    assert report.title == "Net([4, 6, 3])"
    assert report.right is right, report_text(report)


def test_no_base_of_layers_is_put_in(tmp_path: Path) -> None:
    base = "class Layer:\n    def forward(self, x):\n        pass\n    def backward(self, d):\n        pass\n"
    code = DENSE.format(name="Dense").replace("class Dense:", f"{base}class Full(Layer):")
    (tmp_path / "of_base.py").write_text(code + ROW)
    report = check_class(f"{tmp_path}/of_base.py:Row")
    assert [one.of for one in report.gradients] == ["layers[0].W", "layers[1].W", "x"]


MEASURED = """
import numpy as np
class Halves:
    def __init__(self):
        self.input_shape = self.rows = None
    def setup(self, input_shape):
        self.input_shape, self.rows = input_shape, input_shape[0] // 2
    def forward(self, images):
        if images.shape[1:] != self.input_shape or images.ndim != 4:
            raise ValueError("another shape")
        return images[:, : self.rows] ** 2
    def backward(self, above):
        ...
"""


@pytest.mark.parametrize(("times", "right"), [(2, True), (1, False)])
def test_a_layer_is_built_by_a_method_that_keeps_the_shape_of_its_input(
    tmp_path: Path, times: int, right: bool
) -> None:
    code = MEASURED.replace("images.shape[1:]", "(self.__dict__.update(x=images), images.shape[1:])[1]")
    body = f"dx = np.zeros(self.x.shape)\n        dx[:, : self.rows] = {times} * self.x[:, : self.rows] * above"
    (tmp_path / "halves.py").write_text(code.replace("...", f"{body}\n        return dx"))
    report = check_class(f"{tmp_path}/halves.py:Halves")
    assert report.right is right, report_text(report)
    assert report.gradients[0].target.ndim == 4
