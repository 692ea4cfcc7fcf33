"""What holds the settings of a class, as `args` or `config`, is made of usual values for what is read of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.kit.students import failed

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.objects.guesses import setting_in_module
from twinprop.gradcheck.report import report_text
from twinprop.gradcheck.source.loading import load_attributes

CODE = """
import numpy as np

class Net:
    def __init__(self, cfg):
        self.cfg = cfg
        self.W1 = np.random.randn(cfg.input_dim, cfg.hidden_dim)
        self.W2 = np.random.randn(cfg.hidden_dim, cfg.num_classes)

    def forward(self, x):
        self.x = x
        z = x @ self.W1
        if self.cfg.activation == "sigmoid":
            self.h = 1 / (1 + np.exp(-z))
        elif self.cfg.activation == "tanh":
            self.h = np.tanh(z)
        else:
            raise ValueError(self.cfg.activation)
        e = np.exp(self.h @ self.W2)
        self.p = e / e.sum(1, keepdims=True)
        return self.p

    def backward(self, y):
        d = (self.p - y) / len(y)
        self.dW2 = self.h.T @ d
        d = d @ self.W2.T
        if self.cfg.activation == "sigmoid":
            d *= self.h * (1 - self.h)
        elif self.cfg.activation == "tanh":
            d *= 1 - self.h**2
        self.dW1 = self.x.T @ d
"""
AS_A_DICT = CODE.replace("cfg.input_dim", 'cfg["input_dim"]').replace("cfg.hidden_dim", 'cfg["hidden_dim"]')
AS_A_DICT = AS_A_DICT.replace("cfg.num_classes", 'cfg["num_classes"]').replace("cfg.activation", 'cfg["activation"]')


@pytest.mark.parametrize("code", [CODE, AS_A_DICT])
@pytest.mark.parametrize("mistake", ["", "self.h.T @ d"])
def test_settings_get_usual_values(tmp_path: Path, code: str, mistake: str) -> None:
    (tmp_path / "net.py").write_text(code.replace(mistake, "2 * self.h.T @ d") if mistake else code)
    report = check_class(f"{tmp_path}/net.py:Net")
    assert failed(report) == ({"dW2"} if mistake else set()), report_text(report)
    for told in ("input_dim", "hidden_dim", "num_classes", "activation"):
        assert told in report.title


def test_what_its_script_does_not_tell_is_guessed(tmp_path: Path) -> None:
    """`args` of a command line, beside a function that the script names."""
    (tmp_path / "net.py").write_text(
        "import numpy as np\n\n\ndef squash(z):\n    return 1 / (1 + np.exp(-z))\n\n\n"
        "class Unit:\n    def __init__(self, args, f):\n        self.rate, self.f = args.lr, f\n"
        "        self.w = np.zeros((args.inputs, args.outputs))\n\n"
        "    def forward(self, x):\n        return self.f(x @ self.w)\n\n"
        "    def train(self, batch):\n        x, t = batch\n"
        "        self.w += self.rate / len(t) * x.T @ (t - self.forward(x))\n"
    )
    (tmp_path / "main.py").write_text(
        "import argparse\nimport net\n\n\ndef run(args):\n    unit = net.Unit(args, net.squash)\n\n\n"
        "run(argparse.ArgumentParser().parse_args())\n"
    )
    report = check_class(f"{tmp_path}/net.py:Unit")
    assert report.right, report_text(report)
    assert "namespace(" in report.title
    assert ", squash)" in report.title


LIST = """
import numpy as np

class Layer:
    def __init__(self, inputs, outputs):
        self.W = np.random.randn(inputs, outputs)
    def forward(self, x):
        e = np.exp(x @ self.W)
        self.p = e / e.sum(1, keepdims=True)
        return self.p
    def backward(self, lr, before, d):
        d = self.p * (d - (self.p * d).sum(1, keepdims=True)) / len(d)
        self.W -= lr * before.T @ d

class Net:
    def __init__(self, lr=0.1):
        self.layers, self.lr = [Layer(4, 3)], lr
    def feedforward(self, X):
        acts = [X]
        for layer in self.layers:
            acts.append(layer.forward(acts[-1]))
        return acts
    def compute_loss(self, Y, predictions):
        return -np.sum(Y * np.log(predictions[-1])) / len(Y)
    def backpropagate(self, activations, Y):
        d = -Y / activations[-1]
        for at, layer in enumerate(self.layers):
            layer.backward(self.lr, activations[at], d)
"""


@pytest.mark.parametrize("mistake", ["", "-Y / "])
def test_a_loss_and_a_backward_that_are_given_all_activations(tmp_path: Path, mistake: str) -> None:
    (tmp_path / "net.py").write_text(LIST.replace(mistake, "-2 * Y / ") if mistake else LIST)
    report = check_class(f"{tmp_path}/net.py:Net")
    assert {one.of for one in report.gradients} == {"layers[0].W"}
    assert not report.assumed_loss
    assert report.right, report_text(report)
    assert any("times 2" in one for one in report.advice) is bool(mistake)  # of a step, a matter of its rate


def test_a_notebook_that_tries_another_library_first(tmp_path: Path) -> None:
    cells = [
        "%matplotlib inline\ntry:\n    print('cupy')\n    import cupy as np\n"
        "except ImportError:\n    import numpy as np",
        "class Scale:\n    def __init__(self, n):\n        self.a = np.random.randn(n)\n"
        "    def forward(self, x):\n        self.x = x\n        return x * self.a\n"
        "    def backward(self, dy):\n        self.da = np.sum(dy * self.x, 0)\n        return dy * self.a\n",
    ]
    book = {"cells": [{"cell_type": "code", "source": one, "metadata": {}, "outputs": []} for one in cells]}
    (tmp_path / "book.ipynb").write_text(json.dumps({**book, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}))
    assert check_class(f"{tmp_path}/book.ipynb:Scale").verdict == "right"


def test_what_belongs_to_a_try_runs(tmp_path: Path) -> None:
    """Its `else` where nothing was raised, and its `finally` in any case."""
    cells = [
        "try:\n    import numpy as np\nexcept ImportError:\n    np = None\n"
        "else:\n    SCALE = 2.0\nfinally:\n    SHIFT = 1.0",
        "class Line:\n    def __init__(self, n):\n        self.a = np.random.randn(n)\n"
        "    def forward(self, x):\n        self.x = x\n        return SCALE * x * self.a + SHIFT\n"
        "    def backward(self, dy):\n        self.da = SCALE * np.sum(dy * self.x, 0)\n"
        "        return SCALE * dy * self.a\n",
    ]
    book = {"cells": [{"cell_type": "code", "source": one, "metadata": {}, "outputs": []} for one in cells]}
    (tmp_path / "book.ipynb").write_text(json.dumps({**book, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}))
    assert check_class(f"{tmp_path}/book.ipynb:Line").verdict == "right"


def test_data_of_a_module_are_no_settings(tmp_path: Path) -> None:
    """A function that asks for `X` gets numbers of ours, and not the list of whole numbers under that name."""
    code = "X = [[0, 0], [0, 1], [1, 0], [1, 1]]\nsizes = [4, 5, 2]\n\n\ndef start(X, sizes):\n    return X, sizes\n"
    (tmp_path / "f.py").write_text(code)
    start = load_attributes(f"{tmp_path}/f.py:start")[1]["start"]
    assert setting_in_module(start, "sizes") == [4, 5, 2]
    assert setting_in_module(start, "X") is None
