"""Code that needs to be called, made or imported in a way of its own; each is right, and wrong after one change."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import numpy as np
import pytest
from tests.kit.students import check_code, failed

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import report_text
from twinprop.gradcheck.source.loading import SeveralError
from twinprop.gradcheck.training.staging import NotFoundError, refuse_foreign

KEPT_ON_DEMAND = """
import numpy as np


class Dense:
    def __init__(self, n, m):
        self.W, self.x = np.random.randn(n, m), None

    def forward(self, x, save):
        if save:
            self.x = x
        return x @ self.W

    def backward(self, dy):
        self.dW = self.x.T @ dy
        return dy @ self.W.T
"""

PULLED_BACK = """
import numpy as np


class Tanh:
    def __call__(self, x):
        self.y = np.tanh(x)
        return self.y

    def pullback(self, g):
        return g * (1 - self.y**2)
"""

BIAS_IS_A_NUMBER = """
import numpy as np


class Machine:
    def __init__(self, dim, C=1.0):
        self.w, self.b, self.C = np.random.randn(dim), 0.0, C

    def objective(self, X, t):
        margin = 1 - t * (X @ self.w + self.b)
        return 0.5 * self.w @ self.w + self.C * np.maximum(margin, 0).sum()

    def gradient(self, X, t):
        active = (t * (X @ self.w + self.b) < 1) * t
        return self.w - self.C * X.T @ active, -self.C * active.sum()
"""

PAIR = """
import numpy as np


class Loss:
    def forward(self, pair):
        x, labels = pair
        e = np.exp(x - x.max(1, keepdims=True))
        self.p, self.labels = e / e.sum(1, keepdims=True), labels
        return -np.log(self.p[np.arange(len(x)), labels]).mean()

    def backward(self, grads=None):
        d = self.p.copy()
        d[np.arange(len(d)), self.labels] -= 1
        return d / len(d)
"""

BEGINS_WITH_TRAINING = """
import numpy as np


class Regression:
    def __init__(self):
        self.W = None

    def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=20):
        n, dim = X.shape
        if self.W is None:
            self.W = 0.01 * np.random.randn(dim, np.max(y) + 1)
        for _ in range(num_iters):
            at = np.random.choice(n, batch_size)
            cost, g = self.loss(X[at], y[at], reg)
            self.W -= learning_rate * g

    def predict(self, X):
        return (X @ self.W).argmax(1)

    def loss(self, X, y, reg):
        z = X @ self.W
        p = np.exp(z - z.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        cost = -np.log(p[np.arange(len(y)), y]).mean() + reg * (self.W**2).sum()
        p[np.arange(len(y)), y] -= 1
        return cost, X.T @ p / len(y) + 2 * reg * self.W
"""

TWO_GRADIENTS_OF_ONE_STATE = """
import numpy as np


class Cell:
    def __init__(self, n, hidden):
        self.W = {g: np.random.randn(n, hidden) for g in "fc"}
        self.U = {g: np.random.randn(hidden, hidden) for g in "fc"}

    def forward(self, x_t, h_prev, c_prev):
        f = 1 / (1 + np.exp(-x_t @ self.W["f"] - h_prev @ self.U["f"]))
        c = np.tanh(x_t @ self.W["c"] + h_prev @ self.U["c"])
        c_t = f * c_prev + c
        h_t = np.tanh(c_t)
        return h_t, c_t, {"x": x_t, "h_prev": h_prev, "c_prev": c_prev, "f": f, "c": c, "h": h_t}

    def backward(self, dh_ext, dh_next, dc_next, cache):
        dc_t = dc_next + (dh_ext + dh_next) * (1 - cache["h"] ** 2)
        d = {"f": dc_t * cache["c_prev"] * cache["f"] * (1 - cache["f"]), "c": dc_t * (1 - cache["c"] ** 2)}
        grads = {"W": {k: cache["x"].T @ d[k] for k in d}, "U": {k: cache["h_prev"].T @ d[k] for k in d}}
        dx = sum(d[k] @ self.W[k].T for k in d)
        return dx, sum(d[k] @ self.U[k].T for k in d), dc_t * cache["f"], grads
"""

NAMED_LIKE_A_FUNCTION = """
import numpy as np


class Policy:
    def __init__(self, obs, act):
        self.W = np.random.randn(obs, act)

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dy):
        self.dW = self.x.T @ dy
        return dy @ self.W.T
"""

ANY_NUMBER_OF_SIZES = """
import numpy as np


class Chain:
    def __init__(self, *dims):
        self.layers = [[np.random.randn(a, b), np.zeros(b)] for a, b in zip(dims, dims[1:])]

    def run(self, x):
        self.acts = [x]
        for at, (W, b) in enumerate(self.layers):
            z = self.acts[-1] @ W + b
            self.acts.append(np.tanh(z) if at < len(self.layers) - 1 else z)
        return self.acts[-1]

    def gradient(self, target):
        d, out = (self.acts[-1] - target) / len(target), []
        for at in reversed(range(len(self.layers))):
            out.insert(0, (self.acts[at].T @ d, d.sum(0)))
            d = d @ self.layers[at][0].T * (1 - self.acts[at] ** 2)
        return out
"""

QUERIED = """
import numpy as np


class Network:
    def __init__(self, inputs, hidden, outputs, rate):
        self.first, self.second = np.random.randn(hidden, inputs), np.random.randn(outputs, hidden)
        self.rate = rate
        self.squash = lambda z: 1 / (1 + np.exp(-z))

    def train(self, samples, answers):
        x, t = np.array(samples, ndmin=2).T, np.array(answers, ndmin=2).T
        h = self.squash(self.first @ x)
        o = self.squash(self.second @ h)
        error = (t - o) * o * (1 - o)
        back = self.second.T @ error
        self.second += self.rate * error @ h.T
        self.first += self.rate * (back * h * (1 - h)) @ x.T

    def query(self, samples):
        return self.squash(self.second @ self.squash(self.first @ np.array(samples, ndmin=2).T))
"""

ONE_NEURON = """
import numpy as np


class Neuron:
    def __init__(self, n):
        self.weights, self.bias = [np.random.uniform(-1, 1) for _ in range(n)], np.random.uniform(-1, 1)

    def activate(self, inputs):
        self.inputs = inputs
        self.output = 1 / (1 + np.exp(-sum(w * one for w, one in zip(self.weights, inputs)) - self.bias))
        return self.output

    def gradient(self, target):
        delta = (self.output - target) * self.output * (1 - self.output)
        return [delta * one for one in self.inputs], delta
"""

ONE_BESIDE_A_SAMPLE = """
import numpy as np


class Perceptron:
    def __init__(self, inputs=6, outputs=3):
        self.rate, self.weights = 0.01, np.random.rand(outputs, inputs + 1)

    def train(self, image, label):
        beside, outputs = np.append(image, 1), self.forward(image)
        for i in range(len(outputs)):
            self.weights[i] += self.rate * beside * (label[i] - outputs[i])

    def forward(self, image):
        return np.dot(self.weights, np.append(image, 1))
"""

WEIGHTS_IN_LISTS = """
import math
import random


class Lists:
    RATE = 0.5

    def __init__(self, inputs, hidden, outputs):
        self.first = Layer(inputs, hidden)
        self.second = Layer(hidden, outputs)

    def feed_forward(self, x):
        return self.second.forward(self.first.forward(x))

    def train(self, x, targets):
        out = self.feed_forward(x)
        delta = [(out[k] - targets[k]) * out[k] * (1 - out[k]) for k in range(len(out))]
        below = []
        for j in range(len(self.first.out)):
            total = sum(d * row[j] for d, row in zip(delta, self.second.weights))
            below.append(total * self.first.out[j] * (1 - self.first.out[j]))
        self.second.update(delta, self.RATE)
        self.first.update(below, self.RATE)


class Layer:
    def __init__(self, inputs, outputs):
        self.weights = [[random.uniform(-1, 1) for _ in range(inputs)] for _ in range(outputs)]

    def forward(self, x):
        self.x = x
        self.out = [1 / (1 + math.exp(-sum(w * one for w, one in zip(row, x)))) for row in self.weights]
        return self.out

    def update(self, delta, rate):
        for k in range(len(delta)):
            for i in range(len(self.x)):
                self.weights[k][i] -= rate * delta[k] * self.x[i]
"""

GRADIENTS_BY_G = """
import numpy as np


class Gated:
    def __init__(self, inputs, units):
        self.W, self.U = np.random.randn(inputs, units), np.random.randn(units, units)

    def forward(self, x, h, c):
        a = np.tanh(x @ self.W + h @ self.U)
        return a * c, c + a, (x, h, c, a)

    def backward(self, gh, gc, cache):
        x, h, c, a = cache
        ga = (gh * c + gc) * (1 - a**2)
        self.gW, self.gU = x.T @ ga, h.T @ ga
        return ga @ self.W.T, ga @ self.U.T, gh * a + gc
"""

NODES_OF_A_GRAPH = """
import numpy as np


class Node:
    def __init__(self, before=()):
        self.before, self.after, self.value, self.gradients = list(before), [], None, {}
        for one in before:
            one.after.append(self)

    def forward(self):
        raise NotImplementedError

    def backward(self):
        raise NotImplementedError


class Placeholder(Node):
    def forward(self):
        pass

    def backward(self):
        self.gradients = {self: sum(one.gradients[self] for one in self.after)}


class Scaled(Node):
    def __init__(self, x, scale):
        super().__init__([x, scale])

    def forward(self):
        self.value = self.before[0].value * self.before[1].value

    def backward(self):
        x, scale = self.before
        dy = sum(one.gradients[self] for one in self.after)
        self.gradients = {x: dy * scale.value, scale: dy * x.value}
"""

LOSS_OF_TWO_INPUTS = """
import numpy as np


class Divergence:
    def forward(self, mean, logvar):
        self.mean, self.logvar = mean, logvar
        return -0.5 * np.sum(1 + logvar - mean**2 - np.exp(logvar))

    def backward(self):
        return self.mean, 0.5 * (np.exp(self.logvar) - 1)
"""

CASES = [
    (KEPT_ON_DEMAND, "Dense", "self.x.T @ dy", "self.x.T @ dy / 2", {"dW"}),
    (PULLED_BACK, "Tanh", "1 - self.y**2", "1 + self.y**2", {"dx"}),
    (BIAS_IS_A_NUMBER, "Machine", "-self.C * active.sum()", "self.C * active.sum()", {"backward()[1]"}),
    (PAIR, "Loss", "-= 1", "-= 2", {"dx"}),
    (BEGINS_WITH_TRAINING, "Regression", "2 * reg * self.W", "4 * reg * self.W", {"dx"}),
    (TWO_GRADIENTS_OF_ONE_STATE, "Cell", "dh_ext + dh_next", "dh_ext", {"all"}),
    (ANY_NUMBER_OF_SIZES, "Chain", "self.layers[at][0].T * (1 - ", "self.layers[at][0].T * (2 - ", {"all"}),
    (QUERIED, "Network", "h * (1 - h)", "h", {"change of first"}),
    (NODES_OF_A_GRAPH, "Scaled", "scale: dy * x", "scale: 2 * dy * x", {"dscale of Scaled"}),
    (WEIGHTS_IN_LISTS, "Lists", "* (1 - self.first.out[j])", "", {"change of first.weights"}),
    (GRADIENTS_BY_G, "Gated", "gh * c + gc", "gh * c", {"all"}),
    (ONE_NEURON, "Neuron", "self.inputs], delta", "self.inputs], 2 * delta", {"backward()[1]"}),
    (LOSS_OF_TWO_INPUTS, "Divergence", "0.5 * (np.exp", "1.5 * (np.exp", {"backward()[1]"}),
    (NAMED_LIKE_A_FUNCTION, "Policy", "dy @ self.W.T", "dy @ self.W.T * 2", {"dx"}),
]


@pytest.mark.parametrize(("code", "name", "old", "new", "wrong"), CASES, ids=[one[1] for one in CASES])
def test_right_and_wrong_twin(tmp_path: Path, code: str, name: str, old: str, new: str, wrong: set[str]) -> None:
    report = check_code(tmp_path, code, name)
    assert report.verdict.startswith("right"), report_text(report)
    assert report.gradients
    assert not report.unchecked, report_text(report)
    assert code.count(old) == 1
    (other := tmp_path / "other").mkdir()
    report = check_code(other, code.replace(old, new), name)
    assert report.verdict == "wrong", report_text(report)
    assert failed(report) == wrong or wrong == {"all"}, report_text(report)


@pytest.mark.parametrize(
    ("code", "run"),
    [
        ("(np.random.rand(3) < 0.5).astype(int)", True),
        ("(np.pi * x).tolist()", True),
        ("(os if x.any() else os).system('true')", False),
        ("os.system('true')", False),
        ("(open if x.any() else open)('file')", False),
        ("(system or x).__call__('true')", False),
        ("[line.split() for line in ('a b', 'c d')]", True),
        ("[module.system('true') for module in (os,)]", False),
        ("[one.__call__('true') for one in (system,)]", False),
    ],
)
def test_what_a_script_calls_before_its_loop_comes_from_no_other_library(code: str, run: bool) -> None:
    space = {"np": np, "os": os, "system": os.system, "x": np.ones(2)}
    statement = ast.parse(code).body[0]
    if run:
        refuse_foreign(statement, space)
    else:
        with pytest.raises(NotFoundError):
            refuse_foreign(statement, space)


def test_a_library_that_lacks_another_is_stood_in_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Keras is, where nothing that it computes with is installed."""
    (library := tmp_path / "site-packages" / "without_backend").mkdir(parents=True)
    (library / "__init__.py").write_text("import backend_that_is_nowhere\n")
    monkeypatch.syspath_prepend(str(library.parent))
    code = "class Twice:\n    def forward(self, x):\n        return 2 * x\n\n"
    code += "    def backward(self, dy):\n        return 2 * dy\n"
    report = check_code(tmp_path, f"from without_backend.datasets import digits\n\n\n{code}", "Twice")
    assert report.verdict == "right", report_text(report)
    assert "without_backend" in report_text(report)


def test_of_a_file_what_does_nothing_is_left_out(tmp_path: Path) -> None:
    (path := tmp_path / "graph.py").write_text(NODES_OF_A_GRAPH)
    assert check_class(str(path)).title == "Scaled"


def test_of_a_file_what_is_not_finished_is_not_left_out(tmp_path: Path) -> None:
    """Nor a layer one of whose methods has nothing to do."""
    layer = "class {}:\n    def forward(self, x):\n        {}\n\n    def backward(self, dy):\n        {}\n\n\n"
    code = layer.format("Twice", "return 2 * x", "return 2 * dy") + layer.format("Later", "pass", "pass")
    code += layer.format("Same", "return x", "return dy") + "    def zero_grad(self):\n        pass\n"
    (path := tmp_path / "layers.py").write_text(code)
    with pytest.raises(SeveralError) as error:
        check_class(str(path))
    assert error.value.names == ["Twice", "Later", "Same"]


def test_a_one_beside_a_sample(tmp_path: Path) -> None:
    report = check_code(tmp_path, ONE_BESIDE_A_SAMPLE, "Perceptron")
    assert report.verdict == "right", report_text(report)
    assert report.given.startswith("x (5, 6)"), report.given


def test_file_beside_that_lacks_its_data(tmp_path: Path) -> None:
    """What a neighbour defines is there, though it stops; that it did is said."""
    (tmp_path / "helpers.py").write_text(
        "import numpy as np\n\n\ndef read():\n    return np.load('not_there.npy')\n\n\n"
        "def double(x):\n    return 2 * x\n\n\ndata = read()\n"
    )
    code = "from helpers import double\n\n\nclass Twice:\n    def forward(self, x):\n        return double(x)\n\n"
    (tmp_path / "layer.py").write_text(code + "    def backward(self, dy):\n        return double(dy)\n")
    report = check_class(f"{tmp_path}/layer.py:Twice")
    assert report.verdict == "right", report_text(report)
    assert any("of helpers.py, what it imports, defines and names was run" in one for one in report.notes)


DRAWN = """
import numpy as np


def others(word, dataset, k):
    found = []
    while len(found) < k:
        one = dataset.sample_index()
        found += [one] if one != word else []
    return found


def negative_loss_and_gradient(center_vec, outside_idx, outside_vectors, dataset, k=5):
    squash = lambda z: 1 / (1 + np.exp(-z))
    grad_center, grad_outside = np.zeros(center_vec.shape), np.zeros(outside_vectors.shape)
    loss = 0.0
    for word, sign in [(outside_idx, 1)] + [(one, -1) for one in others(outside_idx, dataset, k)]:
        p = squash(sign * outside_vectors[word] @ center_vec)
        loss -= np.log(p)
        grad_center += sign * (p - 1) * outside_vectors[word]
        grad_outside[word] += sign * (p - 1) * center_vec
    return loss, grad_center, grad_outside
"""


def test_function_that_draws_words_from_what_it_is_given(tmp_path: Path) -> None:
    """The same words are drawn in each evaluation, some of them twice."""
    report = check_code(tmp_path, DRAWN, "negative_loss_and_gradient")
    assert report.right, report_text(report)
    assert {one.of for one in report.gradients} == {"x", "outside_vectors"}
    wrong = DRAWN.replace("grad_outside[word] +=", "grad_outside[word] =")
    assert failed(check_code(tmp_path, wrong, "negative_loss_and_gradient")) == {"grad_outside"}


def test_of_two_losses_that_fit_one_weight_each_the_one_nearer_to_the_output_is_meant(tmp_path: Path) -> None:
    """A derivative that the hidden layer's error has lost makes its weights fit a cross entropy."""
    code = QUERIED.replace("(t - o) * o * (1 - o)", "t - o").replace("error @ h.T", "(error * o * (1 - o)) @ h.T")
    report = check_code(tmp_path, code, "Network")
    assert failed(report) == {"change of first"}, report_text(report)
    assert "the derivative of the activation is missing" in report_text(report)
    assert "back = self.second.T @ error" in report_text(report)


def test_the_only_class_of_a_file_may_train_and_have_no_backward(tmp_path: Path) -> None:
    (tmp_path / "network.py").write_text(QUERIED)
    assert check_class(f"{tmp_path}/network.py").title.startswith("Network(")
