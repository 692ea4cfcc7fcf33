"""Kinds met in repositories that were drawn by lot, in words of our own: what stands beside the arithmetic."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.faults import Ended, SubjectError, patient
from twinprop.gradcheck.report import report_text

SUMS_AND_ACTIVATIONS = """
import numpy as np


class Network:
    def __init__(self, layers=(6, 4, 3)):
        self.weights = [0.7 * np.random.randn(a, b) for b, a in zip(layers, layers[1:])]
        self.biases = [np.random.randn(a, 1) for a in layers[1:]]

    def feedforward(self, input):
        activations, outputs = [input], []
        for w, b in zip(self.weights, self.biases):
            outputs.append(w @ activations[-1] + b)
            activations.append(np.maximum(outputs[-1], 0))
        return activations, outputs

    def backpropagate(self, activations, outputs, expected):
        weight_gradients, bias_gradients = [], []
        d = (activations[-1] - expected) * np.heaviside(outputs[-1], 1)
        for l in (1, 0):
            weight_gradients.insert(0, d @ activations[l].T)
            bias_gradients.insert(0, d.sum(axis=1, keepdims=True))
            d = (self.weights[l].T @ d) * np.heaviside(outputs[l - 1], 1) if l else None
        return weight_gradients, bias_gradients
"""
GRAD_WRT = """
import numpy as np


class CrossEntropy:
    def __call__(self, y_pred, y_true):
        return -np.sum(y_true * np.log(y_pred)) / len(y_pred)

    def get_grad_wrt_softmax(self, y_pred, y_true):
        return (y_pred - y_true) / len(y_pred)
"""
LOSS_OF_A_PACKAGE = """
import numpy as np


class SquaredError:
    def f(self, last, y):
        return np.sum((last - y) ** 2) / (2 * len(y))

    def grad(self, last, y):
        return last - y
"""
LAYER_OF_A_PACKAGE = """
class Dense:
    def backward(self, da):
        batch_size = len(da)
        self.dw = 1 / batch_size * self.x.T @ da
        return da @ self.w.T
"""
HELD_BY_THE_CLASS = """
import numpy as np


class Net:
    first = {}

    def __init__(self, inputs, outputs):
        self.first["W"] = np.random.randn(outputs, inputs)

    def forward(self, x):
        self.x = x
        return x @ self.first["W"].T

    def loss(self, out, y):
        return 0.5 * np.sum((out - y) ** 2)

    def train(self, x, y, rate=0.1):
        self.first["W"] -= rate * (self.forward(x) - y).T @ x
"""
PAIR = """
def square(x):
    return x * x


def square_prime(x):
    return 2 * x
"""
LOOP = """

def train(records, steps):
    w = read_weights("weights.txt")
    for _ in range(steps):
        for record in records:
            w = w - 0.1 * square_prime(record.value) * record.delta
    return w
"""
TRAINED_IF_IT_WAS_NOT = """
import numpy as np

X, y = np.random.randn(8, 3), np.random.randn(8, 1)
W = np.random.randn(3, 1)
try:
    W = np.loadtxt("weights.txt")
except OSError:
    for step in range(100):
        errors = X @ W - y
        W -= 0.01 * X.T @ errors
"""
COUNTED = """
import numpy as np

rows, kinds = np.random.randn(7, 3), np.array([1.0, -1, 1, 1, -1, -1, 1])
w = np.random.randn(3)
rate = 0.1
errors = []
for epoch in range(30):
    scores = rows @ w
    errors.append(float(np.mean(np.sign(scores) != kinds)))
    w = w + rate * rows.T @ (kinds - scores)
"""
FALLING_RATE = """
import numpy as np


class Embedder:
    def __init__(self, words, size):
        self.E, self.lr, self.loss = 0.3 * np.random.randn(words, size), 0.1, 0.0

    def train(self, pairs, epochs=20):
        for _ in range(epochs):
            self.loss = 0.0
            gradient = np.zeros_like(self.E)
            for a, b in pairs:
                d = self.E[a] - self.E[b]
                self.loss += 0.5 * float(d @ d)
                gradient[a] += d
                gradient[b] -= d
            self.E -= self.lr * gradient
            self.lr *= 0.9


if __name__ == "__main__":
    net = Embedder(6, 3)
    net.train([(0, 1), (2, 5), (4, 3), (1, 2)])
"""
OF_THE_OUTPUT = """
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def d_sigmoid(s):
    return s * (1 - s)


def mse(p, y):
    return np.mean((p - y) ** 2)


def d_mse(p, y):
    return 2 * (p - y) / p.size
"""
WAITS = """
import time


class Window:
    def __init__(self):
        while True:
            time.sleep(0.01)

    def forward(self, x):
        return x

    def backward(self, dy):
        return dy
"""


def written(folder: Path, code: str, name: str = "student.py") -> Path:
    (folder / name).write_text(code)
    return folder / name


@pytest.mark.parametrize("mistake", ["", "heaviside(outputs[l - 1], 1)"])
def test_of_two_lists_the_activations_are_the_outputs(tmp_path: Path, mistake: str) -> None:
    code = SUMS_AND_ACTIVATIONS.replace(mistake, "tanh(outputs[l - 1])") if mistake else SUMS_AND_ACTIVATIONS
    report = check_class(f"{written(tmp_path, code)}:Network")
    assert report.right == (not mistake), report_text(report)


def test_a_gradient_with_respect_to_something(tmp_path: Path) -> None:
    file = written(tmp_path, GRAD_WRT)
    assert check_class(f"{file}:CrossEntropy").verdict == "right, but"
    file.write_text(GRAD_WRT.replace("y_pred - y_true", "y_pred - 2 * y_true"))
    assert check_class(f"{file}:CrossEntropy").verdict == "wrong"


def test_a_mean_that_another_file_of_the_package_takes(tmp_path: Path) -> None:
    file = written(tmp_path, LOSS_OF_A_PACKAGE, "cost.py")
    written(tmp_path, LAYER_OF_A_PACKAGE, "dense.py")
    assert check_class(f"{file}:SquaredError").verdict == "wrong"  # files that lie beside each other
    other = tmp_path / "other"  # another work beside, with a package of the same name
    other.mkdir()
    written(other, LAYER_OF_A_PACKAGE, "dense.py")
    written(other, "", "__init__.py")
    assert check_class(f"{file}:SquaredError").verdict == "wrong"
    written(tmp_path, "", "__init__.py")
    report = check_class(f"{file}:SquaredError")
    assert report.verdict == "right, but"
    assert "self.dw = 1 / batch_size * self.x.T @ da" in report_text(report)


def test_a_dict_that_the_class_holds(tmp_path: Path) -> None:
    file = written(tmp_path, HELD_BY_THE_CLASS)
    with pytest.raises(SubjectError, match=r"Net\(4, 3\): no gradient was found"):
        check_class(f"{file}:Net")


def test_a_loop_that_does_not_run_is_told_beside_a_pair(tmp_path: Path) -> None:
    assert check_class(str(written(tmp_path, PAIR))).verdict == "right"
    file = written(tmp_path, PAIR + LOOP)
    report = check_class(str(file))
    assert report.verdict == "right, but"
    assert "The loop in line 12 trains, and was not checked" in " ".join(report_text(report).split())
    assert check_class(f"{file}:square,square_prime").verdict == "right"  # what is asked for


def test_a_loop_after_a_file_that_is_not_there(tmp_path: Path) -> None:
    report = check_class(str(written(tmp_path, TRAINED_IF_IT_WAS_NOT)))
    assert report.right, report_text(report)
    assert "in the loop of" in report.title


def test_only_a_loss_is_the_judge_of_a_loop(tmp_path: Path) -> None:
    for name, value in (("errors", ""), ("val_loss", "float(np.sum((scores - 2 * kinds) ** 2))")):
        count = "float(np.mean(np.sign(scores) != kinds))"
        code = COUNTED.replace("errors", name).replace(count, value or count)
        with pytest.raises(SubjectError, match="no loop there runs"):
            check_class(str(written(tmp_path, code)))
    code = COUNTED.replace("errors", "costs").replace("float(np.mean(np.sign(scores) != kinds))", "half")
    code = code.replace("    costs.append", "    half = 0.5 * np.sum((scores - kinds) ** 2)\n    costs.append")
    report = check_class(str(written(tmp_path, code)))
    assert report.right, report_text(report)
    assert not check_class(str(written(tmp_path, code.replace("rows.T @ (", "rows.T @ (scores * (") + ")"))).right


@pytest.mark.parametrize("mistake", ["", "gradient[b] -= d"])
def test_a_rate_that_falls_in_its_object_is_that_of_the_round(tmp_path: Path, mistake: str) -> None:
    code = FALLING_RATE.replace(mistake, "gradient[b] += d") if mistake else FALLING_RATE
    report = check_class(f"{written(tmp_path, code)}:Embedder")
    assert report.right == (not mistake), report_text(report)


def test_slopes_that_begin_with_d(tmp_path: Path) -> None:
    file = written(tmp_path, OF_THE_OUTPUT)
    assert check_class(f"{file}:d_sigmoid").verdict == "right, but"
    assert check_class(f"{file}:d_mse").verdict == "right"
    file.write_text(OF_THE_OUTPUT.replace("s * (1 - s)", "s * (1 + s)").replace("2 * (p - y)", "2 * (p + y)"))
    assert check_class(f"{file}:d_sigmoid").verdict == "wrong"
    assert check_class(f"{file}:d_mse").verdict == "wrong"


def test_what_waits_is_ended() -> None:
    caught = 0

    def waits() -> None:
        nonlocal caught
        while caught < 2:
            try:
                while True:
                    time.sleep(0.01)
            except Ended:
                caught += 1

    with patient(0.1):
        waits()
    assert caught == 2
    with pytest.raises(Ended, match=r"longer than 0\.1 seconds"), patient(0.1):
        time.sleep(20)


@pytest.mark.slow
def test_a_constructor_that_waits_for_its_user_ends_with_a_message(tmp_path: Path) -> None:
    with pytest.raises(SubjectError, match=r"(?s)Window\(\) raised an error.*time\.sleep.*Ended: it takes longer"):
        check_class(f"{written(tmp_path, WAITS)}:Window")


MATRICES = """
import math, random


class Grid:
    def __init__(self, rows, cols):
        self.v = [[random.uniform(-1, 1) for _ in range(cols)] for _ in range(rows)]

    @classmethod
    def column(cls, numbers):
        one = cls(len(numbers), 1)
        one.v = [[n] for n in numbers]
        return one

    def turned(self):
        one = Grid(len(self.v[0]), len(self.v))
        one.v = [list(row) for row in zip(*self.v)]
        return one

    def times(self, other):
        one = Grid(len(self.v), len(other.v[0]))
        one.v = [[sum(a * b for a, b in zip(row, col)) for col in zip(*other.v)] for row in self.v]
        return one

    def each(self, f, *others):
        one = Grid(len(self.v), len(self.v[0]))
        one.v = [[f(*(g.v[i][j] for g in (self, *others))) for j in range(len(self.v[0]))] for i in range(len(self.v))]
        return one


class Brain:
    def __init__(self, inputs, hidden, outputs):
        self.ih, self.ho = Grid(hidden, inputs), Grid(outputs, hidden)
        self.bias_h, self.bias_o = Grid(hidden, 1), Grid(outputs, 1)

    def guess(self, numbers, training=False):
        x = Grid.column(numbers)
        squash = lambda a, b: 1 / (1 + math.exp(-a - b))
        h = self.ih.times(x).each(squash, self.bias_h)
        out = self.ho.times(h).each(squash, self.bias_o)
        return (out, h, x) if training else [n for row in out.v for n in row]

    def train(self, numbers, target, rate=0.1):
        out, h, x = self.guess(numbers, training=True)
        error = Grid.column(target).each(lambda t, o: t - o, out)
        slope = out.each(lambda o, e: o * (1 - o) * e, error)
        below = h.each(lambda a, e: a * (1 - a) * e, self.ho.turned().times(slope))
        step = lambda a, d: a + rate * d
        self.ho, self.bias_o = self.ho.each(step, slope.times(h.turned())), self.bias_o.each(step, slope)
        self.ih, self.bias_h = self.ih.each(step, below.times(x.turned())), self.bias_h.each(step, below)


brain = Brain(3, 4, 2)
brain.train([1, 0, 1], [1, 0])
"""


@pytest.mark.parametrize("mistake", ["", "a * (1 - a) * e"])
def test_matrices_of_a_class_of_their_own_are_all_weights(tmp_path: Path, mistake: str) -> None:
    """Whatever they are called; `guess` goes forward, and returns more than the output while it trains."""
    (tmp_path / "brain.py").write_text(MATRICES.replace(mistake, "a * e") if mistake else MATRICES)
    report = check_class(f"{tmp_path}/brain.py:Brain")
    assert {one.of for one in report.gradients} == {"ih.v", "ho.v", "bias_h.v", "bias_o.v"}
    wrong = {one.of for one in report.gradients if not one.passed}
    assert wrong == ({"ih.v", "bias_h.v"} if mistake else set()), report_text(report)


KEEPS = """
import numpy as np


class Dense:
    def __init__(self, inputs=4, outputs=3):
        self.W, self.b = np.random.randn(outputs, inputs), np.random.randn(outputs, 1)
        self.kept_out, self.kept_in = np.zeros((outputs, 1)), np.zeros((inputs, 1))

    def forward(self, x):
        return 1 / (1 + np.exp(-self.W @ x - self.b))

    def forward_and_keep(self, x):
        self.kept_in = x
        self.kept_out = 1 / (1 + np.exp(-self.W @ x - self.b))
        return self.kept_out

    def backward(self, above, rate):
        delta = self.kept_out * (1 - self.kept_out) * above
        below = self.W.T @ delta
        self.W -= rate * delta @ self.kept_in.T
        self.b -= rate * delta.sum(axis=1, keepdims=True)
        return below
"""


def test_the_forward_that_keeps_what_backward_reads(tmp_path: Path) -> None:
    (tmp_path / "dense.py").write_text(KEEPS)
    report = check_class(f"{tmp_path}/dense.py:Dense")
    assert report.right, report_text(report)
    (tmp_path / "dense.py").write_text(KEEPS.replace("(1 - self.kept_out) * above", "above"))
    assert check_class(f"{tmp_path}/dense.py:Dense").verdict == "wrong"


LABEL = """
import numpy as np


class Reader:
    def __init__(self, inputs=4, classes=3):
        self.W, self.b = np.random.randn(classes, inputs), np.zeros((classes, 1))

    def forward(self, x):
        self.x = x.reshape(-1, 1)
        e = np.exp(self.W @ self.x + self.b)
        self.p = e / e.sum()
        return self.p

    def backward(self, label):
        wanted = np.zeros(self.p.shape)
        wanted[label][0] = 1
        self.grad_W, self.grad_b = (self.p - wanted) @ self.x.T, self.p - wanted
"""


def test_the_class_of_one_sample_is_a_number(tmp_path: Path) -> None:
    """Of an array with one class, `wanted[label][0] = 1` changes a copy."""
    (tmp_path / "reader.py").write_text(LABEL)
    report = check_class(f"{tmp_path}/reader.py:Reader")
    assert report.right, report_text(report)


@pytest.mark.slow
def test_a_mistake_beside_the_class_of_one_sample(tmp_path: Path) -> None:
    (tmp_path / "reader.py").write_text(LABEL.replace("@ self.x.T", "@ np.abs(self.x.T)"))
    assert check_class(f"{tmp_path}/reader.py:Reader").verdict == "wrong"


def test_a_constructor_without_self(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(
        "class Model:\n    def __init__():\n        pass\n\n    def backward(self):\n        pass\n"
    )
    with pytest.raises(SubjectError, match=r"Model: its constructor has no self\. Write `def __init__\(self\):`"):
        check_class(f"{tmp_path}/model.py:Model")
