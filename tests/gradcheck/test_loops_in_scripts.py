"""A loop that trains, in a script or a function, tells how what is in it is called: its round is a step."""

from __future__ import annotations

import ast
import importlib.util
import json
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from tests.kit.students import failed

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.report import Report, report_text
from twinprop.gradcheck.training.outputs import find_site, output_at
from twinprop.gradcheck.training.rounds import FUNCTION, loops_of
from twinprop.gradcheck.training.staging import in_order

SCRIPTS = Path(__file__).parent / "scripts"

SUBJECTS = {
    "xor": "",
    "course": "model",
    "own_call": "Net",
    "global_weights": "backward",
    "tuples": "back_prop",
    "list_of_layers": "train",
    "batches": "Classifier",
    "logistic": "train_logistic",
    "sample_by_sample": "Perceptron2",
    "labels": "TwoLayers",
    "softmax": "",
    "lists": "",
    "fit_logistic": "Logit",
    "fit_adaline": "Adaline",
    "fit_ridge": "Ridge",
    "fit_line": "Line",
    "fit_hidden": "OneHidden",
    "fit_batches": "Scores",
    "fit_itself": "Autoencoder",
    "kept_data": "Odds",
    "kept_layers": "Layers",
    "kept_matrix": "Recommender",
    "kept_factors": "Factors",
    "margin": "separate",
    "fit_margin": "Separator",
    "fit_classes": "Clf",
    "fit_labels": "Linear",
    "new_weights": "sgd",
    "kept_input": "backward",
}
"""What is checked of each script; nothing of one whose weights are global, and whose loop stands in it."""

LOSSES = {
    "xor": "squared error, mean over the samples",  # the rate is not known: ½ and 1/n are in it
    "course": "binary cross entropy, mean over the samples",
    "logistic": "binary cross entropy, mean over the samples",
    "softmax": "cross entropy, mean over the samples",
    "batches": "cross entropy, mean over the samples",
    "fit_logistic": "binary cross entropy, mean over the samples",
    "fit_adaline": "squared error, sum",
    "fit_ridge": "½ squared error, sum",
    "fit_line": "squared error, mean over the samples",
    "fit_hidden": "cross entropy, sum",
    "fit_itself": "½ squared error, mean over the samples",
    "kept_data": "binary cross entropy, mean over the samples",
    "kept_layers": "½ squared error, mean over the samples",
    "kept_matrix": "½ squared error, mean over the samples",
    "kept_factors": "squared error, mean over the samples",
    "margin": "hinge loss, sum",
    "fit_margin": "hinge loss, sum",
    "fit_classes": "cross entropy, mean over the samples",
    "fit_labels": "cross entropy, mean over the samples",
    "new_weights": "cross entropy, sum",
    "kept_input": "binary cross entropy, mean over the samples",
}

MISTAKES = {
    "xor": ("nonlin(l1, deriv=True)", "nonlin(l0.dot(syn0), deriv=True)", {"change of syn0"}),
    "course": ("np.power(A1, 2)", "np.power(A1, 3)", {"change of parameters['W1']", "change of parameters['b1']"}),
    "own_call": ("gW1 = X.T @ gh / size", "gW1 = X.T @ gh", {"change of net.W1"}),
    "global_weights": ("d1.sum(axis=0)", "2 * d1.sum(axis=0)", {"change of b1"}),
    "tuples": ("(Z1 > 0)", "(Z1 < 0)", {"change of W1", "change of b1"}),
    "list_of_layers": (
        "gi = np.dot(self.weights.T, grad)\n        self.weights -= rate * gw",
        "self.weights -= rate * gw\n        gi = np.dot(self.weights.T, grad)",
        {"change of network[0].weights", "change of network[0].bias"},
    ),
    "batches": ("* h * (1 - h)", "* (1 - h)", {"change of clf.params['W1']", "change of clf.params['b1']"}),
    "logistic": ("np.sum(p - targets) / n_samples", "np.sum(p - targets)", {"change of b"}),
    "sample_by_sample": ("self.mid * (1 - self.mid)", "self.mid * (1 - self.mid ** 2)", {"change of brain.w1"}),
    "labels": ("dh.sum(axis=0, keepdims=True)", "dh.mean(axis=0, keepdims=True)", {"model.gb1"}),
    "softmax": ("[hidden <= 0]", "[hidden >= 0]", {"change of W", "change of b"}),
    "lists": (
        "weights[i].T * (1 - acts[i] ** 2)",
        "weights[i].T * (1 - acts[i])",
        {f"change of {name}[{at}]" for name in ("weights", "biases") for at in (0, 1)},
    ),
    "fit_logistic": ("np.sum(guess - y) / rows", "np.sum(guess - y)", {"change of self.intercept"}),
    "fit_adaline": ("2.0 * error\n", "error\n", {"change of self.b"}),
    "fit_ridge": ("step = -(y", "step = (y", {"change of self.w"}),
    "fit_line": ("sum(y - found)", "sum(found - y)", {"change of self.b"}),
    "fit_hidden": ("h * (1 - h)", "(1 - h)", {"change of self.W", "change of self.w0"}),
    "fit_batches": ("X.T.dot(p) / n", "-X.T.dot(p) / n", {"change of self.W"}),
    "fit_itself": ("(1 - h**2)", "(1 - h)", {"change of self.W1", "change of self.b1"}),
    "kept_data": ("(guess - self.labels)", "(self.labels - guess)", {"change of self.theta"}),
    "kept_matrix": ("error * before", "error * self.V[j]", {"change of self.V"}),
    "kept_factors": ("-2 * rest.T", "2 * rest.T", {"change of self.right"}),
    "margin": ("-cost * np.sum(y", "cost * np.sum(y", {"change of b"}),
    "fit_margin": ("self.b -= self", "self.b += self", {"change of self.b"}),
    "fit_classes": ("* h * (1 - h)", "* (1 - h)", {"change of self.A", "change of self.a"}),
    "fit_labels": ("* some.T @ g", "* some.T @ g * len(some)", {"change of self.W"}),
    "new_weights": ("(X.T @", "(-X.T @", {"change of w"}),
    "kept_input": ("** 2)", ")", {"change of weights['W1']", "change of weights['b1']"}),
    "kept_layers": ("(1 - h**2)", "(1 - self.x @ self.W1)", {"change of self.W1", "change of self.b1"}),
}

QUICK = ("logistic", "fit_logistic", "fit_line", "kept_data", "kept_factors", "margin", "new_weights")


def some() -> list[object]:
    return [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in SUBJECTS]


def check(folder: Path, name: str) -> Report:
    subject = SUBJECTS[name]
    return check_class(f"{folder}/{name}.py" + (f":{subject}" if subject else ""))


@pytest.mark.parametrize("name", some())
def test_right_script_is_right(name: str) -> None:
    report = check(SCRIPTS, name)
    assert report.right, report_text(report)
    assert (f".train_step, {name}.py:" if name == "fit_itself" else f"in the loop of {name}.py:") in report.title
    assert report.assumed_loss == LOSSES.get(name, report.assumed_loss)
    assert "inputs." not in " ".join(report.notes)  # what our objects hold beside the script's is no parameter


@pytest.mark.parametrize("name", some())
def test_wrong_twin_is_found(tmp_path: Path, name: str) -> None:
    old, new, wrong = MISTAKES[name]
    text = (SCRIPTS / f"{name}.py").read_text()
    assert text.count(old) == 1
    (tmp_path / f"{name}.py").write_text(text.replace(old, new))
    report = check(tmp_path, name)
    assert report.verdict == "wrong"
    assert failed(report) == wrong, report_text(report)


@pytest.mark.parametrize(
    ("old", "new"), [("dw = w -", "dw = -w -"), ("= y * (X.dot", "= 2 * y * (X.dot"), ("w - cost *", "w + cost *")]
)
def test_penalty_hides_no_mistake(tmp_path: Path, old: str, new: str) -> None:
    text = (SCRIPTS / "margin.py").read_text()
    assert text.count(old) == 1
    (tmp_path / "margin.py").write_text(text.replace(old, new))
    with suppress(SubjectError):  # none of the likely losses
        assert not check(tmp_path, "margin").right


@pytest.mark.slow
def test_loop_in_another_file(tmp_path: Path) -> None:
    text = (SCRIPTS / "own_call.py").read_text()
    at = text.index("def load")
    (tmp_path / "far_net.py").write_text(text[:at])
    (tmp_path / "far_run.py").write_text("import numpy as np\nfrom far_net import Net\n" + text[at:])
    report = check_class(f"{tmp_path}/far_net.py:Net")
    assert report.right, report_text(report)
    assert "in the loop of far_run.py:" in report.title


CELLS = (
    "import numpy as np\nX = np.array([[1.0, 2], [2, 1]])\nloss = 0.5\n",
    "def softmax(z):\n    e = np.exp(z - z.max(axis=1, keepdims=True))\n    return e / e.sum(axis=1, keepdims=True)\n",
    "class Regression:\n    def __init__(self, rate=0.1, rounds=9):\n        self.rate, self.rounds = rate, rounds\n"
    "    def fit(self, X, y):\n        self.W = np.random.randn(X.shape[1], len(np.unique(y)))\n"
    "        for turn in range(self.rounds):\n            p = softmax(X @ self.W)\n"
    "            loss = -np.mean(np.log(p[range(len(y)), y]))\n            p[range(len(y)), y] -= 1\n"
    "            self.W -= self.rate * X.T @ p / len(y)\n"
    "    def predict(self, X):\n        return (X @ self.W).argmax(axis=1)\n",
)


@pytest.mark.parametrize(("old", "new"), [("", ""), ("X.T @ p", "X.T @ (p * p)")])
def test_loop_in_a_cell_has_the_lines_and_the_names_of_its_own(tmp_path: Path, old: str, new: str) -> None:
    cells = [{"cell_type": "code", "source": one.replace(old, new) if old else one} for one in CELLS]
    (tmp_path / "cells.ipynb").write_text(json.dumps({"cells": cells}))
    if not old:
        report = check_class(f"{tmp_path}/cells.ipynb:Regression")
        assert report.right, report_text(report)
        assert "in the loop of cells.ipynb cell 3:6" in report.title
        return
    with suppress(SubjectError):  # none of the likely losses
        assert not check_class(f"{tmp_path}/cells.ipynb:Regression").right


def test_way_to_a_loop_goes_through_functions(tmp_path: Path) -> None:
    tree = ast.parse(
        "import numpy as np\n"
        "def inner(a, b, turns=3):\n"
        "    w = np.ones(b)\n"
        "    for turn in range(turns):\n"
        "        w -= 0.1 * a\n"
        "        print(w)\n"
        "def main():\n"
        "    b = 5\n"
        "    unused = 7\n"
        "    inner(b=b, a=2)\n"
        "if __name__ == '__main__':\n"
        "    main()\n"
    )
    (loop,) = loops_of(tree.body)
    assert (loop.owner, loop.line, loop.counted) == ("inner", 4, {"turn": 0})
    lines = [ast.unparse(one).splitlines()[0] for one in loop.before]
    assert lines == [
        "import numpy as np",
        "b = 5",
        "_of_a = 2",
        "_of_b = b",
        "a = _of_a",
        "b = _of_b",
        "w = np.ones(b)",
    ]
    assert FUNCTION in ast.unparse(loop.definition())
    assert "print" not in ast.unparse(loop.definition())


def test_output_is_what_stands_beside_the_targets(tmp_path: Path) -> None:
    file = tmp_path / "beside.py"
    file.write_text(
        "import numpy as np\n"
        "def run(x, y):\n"
        "    out = np.tanh(x)\n"
        "    again = 1 - out\n"
        "    error = (out\n"
        "             - y)\n"
        "    return error * again\n"
    )
    spec = importlib.util.spec_from_file_location("beside", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    x, y = np.array([0.3, -1.0]), np.array([0.25, 0.75])
    site = find_site(lambda: module.run(x, y), y)
    assert site is not None
    assert site.line == 5
    assert np.array_equal(output_at(site, lambda: module.run(2 * x, y)), np.tanh(2 * x))


def test_slices_that_are_updated_hide_no_output(tmp_path: Path) -> None:
    (tmp_path / "sliced.py").write_text(
        "def run(w, x, y):\n    error = w[0] + x @ w[1:] - y\n    w[1:] -= 0.1 * x.T @ error\n    w[0] -= error.sum()\n"
    )
    spec = importlib.util.spec_from_file_location("sliced", tmp_path / "sliced.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    w, x, y = np.ones(4), np.eye(5)[:, :3], np.arange(5.0)
    site = find_site(lambda: module.run(w.copy(), x, y), y)
    assert site is not None
    assert site.line == 2


def test_samples_keep_their_order() -> None:
    with in_order():
        assert np.array_equal(np.random.permutation(4), [0, 1, 2, 3])
        assert np.array_equal(np.random.choice(3, 5), [0, 1, 2, 0, 1])
        assert np.random.randint(2, 9) == 2
    assert sorted(np.random.permutation(4)) == [0, 1, 2, 3]


def test_what_stands_before_a_loop_may_hold_several_shapes(tmp_path: Path) -> None:
    (tmp_path / "several.py").write_text(
        "import numpy as np\n"
        "X, y = np.random.randn(8, 3), np.eye(2)[np.arange(8) % 2]\n"
        "kept = (np.zeros((3, 2)), np.zeros(2))\n"
        "W, b = kept\n"
        "for turn in range(5):\n"
        "    p = X @ W + b\n"
        "    d = 2 * (p - y) / len(X)\n"
        "    W -= 0.1 * X.T @ d\n"
        "    b -= 0.1 * d.sum(axis=0)\n"
    )
    assert check_class(f"{tmp_path}/several.py").right


DESCENT = """
import numpy as np

def half_cost(X, y, theta):
    return np.sum((X.dot(theta) - y) ** 2) / (2 * len(y))

def gradient_steps(X, y, theta, alpha, rounds):
    costs = []
    for number in range(rounds):
        guess = X.dot(theta)
        theta = theta - (alpha / len(y)) * X.T.dot(guess - y)
        costs.append(half_cost(X, y, theta))
    return theta, costs
"""


def test_a_function_that_descends_from_weights_that_nobody_makes(tmp_path: Path) -> None:
    file = tmp_path / "descent.py"
    file.write_text(DESCENT)
    (tmp_path / "other.py").write_text(DESCENT.replace("guess - y", "y"))  # another one of the same name
    report = check_class(f"{file}:gradient_steps")
    assert report.right, report_text(report)
    assert [one.target.shape for one in report.gradients] == [(4,)]
    file.write_text(DESCENT.replace("(guess - y)", "((guess - y) * guess)"))
    with suppress(SubjectError):  # none of the likely losses
        assert not check_class(f"{file}:gradient_steps").right


EVALUATES = """
import numpy as np

def train_line(X_train, y_train, X_test, y_test, rate=0.1, rounds=100):
    w = np.zeros(X_train.shape[1])
    for number in range(rounds):
        guess = X_train @ w
        w = w - rate * X_train.T @ (guess - y_train) / len(X_train)
        measured = (X_test @ w - y_test)[:, 0, 0]
    return w
"""


@pytest.mark.parametrize("above", [0, 400])
def test_what_a_round_measures_after_its_update_is_not_needed(tmp_path: Path, above: int) -> None:
    file = tmp_path / "line.py"
    file.write_text("\n" * above + EVALUATES)
    report = check_class(f"{file}:train_line")
    assert report.right, report_text(report)
    assert [one.of for one in report.gradients] == ["w"]
