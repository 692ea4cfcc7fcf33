"""More kinds met in files drawn by lot, in words of our own: states, rates that grow, weights that come back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.kit.students import failed

from twinprop.gradcheck.arrays.comparison import Slopes, compare
from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.report import report_text

SEQUENCE = """
import numpy as np


class Reader:
    def __init__(self, features, units, outputs):
        self.units = units
        self.U = 0.3 * np.random.randn(features, units)
        self.V = 0.3 * np.random.randn(units, units)
        self.O = 0.3 * np.random.randn(units, outputs)
        self.c = np.zeros((1, units))

    def start(self):
        return np.zeros((1, self.units))

    def forward(self, inputs, hprev):
        self.h = {-1: np.copy(hprev)}
        for t in range(len(inputs)):
            self.h[t] = np.tanh(inputs[t] @ self.U + self.h[t - 1] @ self.V + self.c)
        return self.h[len(inputs) - 1] @ self.O, self.h[len(inputs) - 1]

    def backward(self, dout, inputs):
        dU, dV, dc = np.zeros_like(self.U), np.zeros_like(self.V), np.zeros_like(self.c)
        dO = self.h[len(inputs) - 1].T @ dout
        dh = dout @ self.O.T
        for t in reversed(range(len(inputs))):
            draw = (1 - self.h[t] ** 2) * dh
            dU += np.dot(inputs[t].T, draw)
            dV += np.dot(self.h[t - 1].T, draw)
            dc += draw.sum(0, keepdims=True)
            dh = draw @ self.V.T
        return dU, dV, dO, dc
"""


@pytest.mark.parametrize(("mistake", "wrong"), [("", set()), ("inputs[t].T", {"dU"})])
def test_a_sequence_that_begins_with_a_state(tmp_path: Path, mistake: str, wrong: set[str]) -> None:
    """The state has a row for each sample, and none for each feature; it is a constant, which needs no gradient."""
    code = SEQUENCE.replace(mistake, "2 * inputs[t].T") if mistake else SEQUENCE
    (tmp_path / "reader.py").write_text(code)
    report = check_class(f"{tmp_path}/reader.py:Reader")
    assert failed(report) == wrong, report_text(report)
    assert {one.of for one in report.gradients} == {"U", "V", "O", "c"}


WARM = """
import numpy as np


class Momentum:
    def __init__(self, lr=0.01, momentum=0.9, growth=0.05, most=0.5):
        self.lr, self.current_lr, self.momentum, self.growth, self.most = lr, lr, momentum, growth, most

    def warm(self):
        self.current_lr = min(self.current_lr * (1 + self.growth), self.most)

    def update(self, part):
        part.v = self.momentum * part.v - self.current_lr * part.dw
        part.w += part.v


class Part:
    def __init__(self, a, b):
        self.w = 0.5 * np.random.randn(a, b)
        self.v = np.zeros_like(self.w)

    def forward(self, x):
        self.x = x
        return x @ self.w

    def backward(self, d):
        self.dw = self.x.T @ d
        return d @ self.w.T


class Bend:
    def forward(self, x):
        self.h = np.tanh(x)
        return self.h

    def backward(self, d):
        return d * (1 - self.h**2)


rng = np.random.default_rng(1)
X = rng.normal(size=(30, 2))
y = (X[:, 0] > X[:, 1]).astype(int)
first, bend, second, optimizer = Part(2, 4), Bend(), Part(4, 2), Momentum()
for step in range(100):
    optimizer.warm()
    z = second.forward(bend.forward(first.forward(X)))
    e = np.exp(z - z.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    d = p.copy()
    d[range(len(y)), y] -= 1
    first.backward(bend.backward(second.backward(d / len(y))))
    for part in (first, second):
        optimizer.update(part)
"""


@pytest.mark.parametrize("mistake", ["", "(1 - self.h**2)"])
def test_a_rate_that_grows_with_each_step(tmp_path: Path, mistake: str) -> None:
    """The rate of now is a rate as well, and no weight; each step begins with the first."""
    (tmp_path / "fit.py").write_text(WARM.replace(mistake, "(1 - self.h)") if mistake else WARM)
    report = check_class(f"{tmp_path}/fit.py")
    assert failed(report) == ({"change of first.w"} if mistake else set()), report_text(report)


WEIGHTED_SUM = """
scales = [0.1, 0.2, -0.1]
alpha = 0.01
inputs, goal = [8.5, 0.65, 1.2], 1


def weighted_sum(a, b):
    return sum(x * y for x, y in zip(a, b))


for turn in range(4):
    guess = weighted_sum(inputs, scales)
    error = (guess - goal) ** 2
    delta = guess - goal
    changes = [delta * one for one in inputs]
    for at in range(len(scales)):
        scales[at] -= alpha * changes[at]
"""


@pytest.mark.parametrize(("old", "new", "right"), [("", "", True), ("guess - goal\n", "goal - guess\n", False)])
def test_lists_of_numbers_in_a_loop_that_squares_its_error(tmp_path: Path, old: str, new: str, right: bool) -> None:
    (tmp_path / "sum.py").write_text(WEIGHTED_SUM.replace(old, new) if old else WEIGHTED_SUM)
    report = check_class(f"{tmp_path}/sum.py")
    assert report.right is right, report_text(report)
    assert [one.of for one in report.gradients] == ["scales"]


def test_a_difference_that_is_called_an_error_is_no_loss(tmp_path: Path) -> None:
    code = WEIGHTED_SUM.replace("error = (guess - goal) ** 2\n    delta = guess - goal", "error = delta = guess - goal")
    (tmp_path / "sum.py").write_text(code)
    with pytest.raises(SubjectError, match="no loop there runs"):
        check_class(f"{tmp_path}/sum.py")


RETURNED = """
import numpy as np
import table_of_patients

patients = table_of_patients.read("patients.csv")
X, Y = patients.features, patients.ill

W1 = np.random.randn(4, 6)
b1 = np.zeros((1, 6))
W2 = np.random.randn(6, 1)
b2 = np.zeros((1, 1))


def squash(z):
    return 1 / (1 + np.exp(-z))


def forward_pass(X):
    A1 = squash(X @ W1 + b1)
    A2 = squash(A1 @ W2 + b2)
    return A1, A2


def backward_pass(X, Y, A1, A2, W1, b1, W2, b2, learning_rate=0.01):
    d = (A2 - Y) / len(X)
    dW2, db2 = A1.T @ d, d.sum(0, keepdims=True)
    d = d @ W2.T * A1 * (1 - A1)
    dW1, db1 = X.T @ d, d.sum(0, keepdims=True)
    W2 -= learning_rate * dW2
    b2 -= learning_rate * db2
    W1 -= learning_rate * dW1
    b1 -= learning_rate * db1
    return W1, b1, W2, b2


def compute_loss(Y, out):
    return -np.mean(Y * np.log(out) + (1 - Y) * np.log(1 - out))


for turn in range(100):
    A1, A2 = forward_pass(X)
    cost = compute_loss(Y, A2)
    W1, b1, W2, b2 = backward_pass(X, Y, A1, A2, W1, b1, W2, b2)
"""
IN_PLACE = RETURNED
MADE_ANEW = RETURNED.replace(" -= learning_rate *", " = {0} - learning_rate *")
for name in ("W1", "W2", "b1", "b2"):
    MADE_ANEW = MADE_ANEW.replace(f"    {name} = {{0}}", f"    {name} = {name}")


@pytest.mark.parametrize("code", [IN_PLACE, MADE_ANEW], ids=["in place", "made anew"])
@pytest.mark.parametrize("mistake", ["", "dW1, db1 = X.T @ d, d.sum(0, keepdims=True)"])
def test_weights_that_come_back_are_no_gradients(tmp_path: Path, code: str, mistake: str) -> None:
    """`W1, b1 = backward_pass(..., W1, b1)` returns the weights after their update, under their own names."""
    wrong = mistake.replace("d.sum", "3 * d.sum")
    (tmp_path / "net.py").write_text(code.replace(mistake, wrong) if mistake else code)
    report = check_class(f"{tmp_path}/net.py:backward_pass")
    assert {one.of for one in report.gradients if not one.passed} == ({"b1"} if mistake else set()), report_text(report)
    assert {one.of for one in report.gradients} == {"W1", "b1", "W2", "b2"}


BOTH = """
import numpy as np


class Dense:
    def __init__(self, inputs, outputs):
        self.inputs, self.outputs, self.w, self.kept = inputs, outputs, None, {}

    def build(self):
        self.w = np.random.randn(self.inputs, self.outputs)

    def _forward(self, x, w, b=None):
        self.kept["x"] = x
        return x @ w

    def forward(self, x):
        return self._forward(x, self.w, None)

    def backwards(self, dA, lr):
        dw = self.kept["x"].T @ dA
        back = dA @ self.w.T
        self.w -= lr * dw
        return back
"""


@pytest.mark.parametrize("mistake", ["", "dw = "])
def test_forward_goes_forward_and_not_what_it_calls(tmp_path: Path, mistake: str) -> None:
    (tmp_path / "dense.py").write_text(BOTH.replace(mistake, f"{mistake}3 * ") if mistake else BOTH)
    report = check_class(f"{tmp_path}/dense.py:Dense")
    assert {one.of for one in report.gradients if not one.passed} == ({"w"} if mistake else set()), report_text(report)


def test_what_two_quotients_hide_by_chance_is_in_doubt() -> None:
    """Of noise, one entry may have two quotients that are alike, and both wrong; a mistake is larger than the noise."""
    noisy = {(at,): Slopes((1 + 1e-3 * (-1) ** at, 1 - 1e-3 * (-1) ** at), (1e-9, 1e-9), 1e-12) for at in range(9)}
    noisy[0,] = Slopes((1.004, 1.004), (1e-9, 1e-9), 1e-12)
    assert compare(np.ones(9), noisy, 1.0).wrong == 0
    assert compare(np.full(9, 2.0), noisy, 1.0).wrong == 9
    smooth = {(at,): Slopes((1 + 1e-9, 1.0), (1e-9, 1e-9), 1e-12) for at in range(9)}
    smooth[0,] = Slopes((1.004, 1.004), (1e-9, 1e-9), 1e-12)
    assert compare(np.ones(9), smooth, 1.0).wrong == 1


def test_an_argument_that_is_called_a_path_is_a_path(tmp_path: Path) -> None:
    """A number would be opened as a file that is open already."""
    (tmp_path / "net.py").write_text(
        "import numpy as np\n\n\nclass Net:\n    def __init__(self, data_path, hidden=5):\n"
        "        self.data = [list(map(float, line.split())) for line in open(data_path)]\n"
        "    def forward(self, x):\n        return x\n    def backward(self, d):\n        return d\n"
    )
    with pytest.raises(SubjectError, match=r"No such file or directory: 'data.txt'"):
        check_class(f"{tmp_path}/net.py:Net")


DEEP = """
from ourlib import np


class Deep:
    def __init__(self, sizes=(6, 5, 5, 3)):
        self.weights = [0.6 * np.random.randn(a, b) for a, b in zip(sizes, sizes[1:])]
        self.biases = [np.zeros((1, b)) for b in sizes[1:]]

    def forward(self, inputs):
        self.layers, self.sums = [inputs], []
        for at, (w, b) in enumerate(zip(self.weights, self.biases)):
            self.sums.append(self.layers[-1] @ w + b)
            if at < len(self.weights) - 1:
                self.layers.append(np.where(self.sums[-1] < 0, 0, self.sums[-1]))
        e = np.exp(self.sums[-1] - self.sums[-1].max(1, keepdims=True))
        self.layers.append(e / e.sum(1, keepdims=True))
        return self.layers[-1]

    def loss(self, input, target, epsilon=1e-15):
        return -np.mean(np.sum(target * np.log(np.clip(input, epsilon, 1 - epsilon)), axis=-1))

    def backpass(self, inputs, target, batch_size):
        d = (self.layers[-1] - target) / batch_size
        d_weights_list, d_biases_list = [], []
        for i in range(len(self.weights) - 1, -1, -1):
            d_weights_list.append(self.layers[i].T @ d)
            d_biases_list.append(np.sum(d, axis=0))
            d = d @ self.weights[i].T
            if i != 0:
                d = d * (self.sums[i - 1] > 0)
        return d_weights_list[::-1], d_biases_list[::-1]
"""


@pytest.mark.parametrize("mistake", [False, True])
def test_a_loss_that_calls_the_outputs_its_input(tmp_path: Path, mistake: bool) -> None:
    """It knows nothing of the network, so that x is nothing to it; lists say of what they are the gradients."""
    skips = "if i != 0 and i != len(self.weights) - 1:"
    (tmp_path / "deep.py").write_text(DEEP.replace("if i != 0:", skips) if mistake else DEEP)
    report = check_class(f"{tmp_path}/deep.py:Deep")
    wrong = {f"d_{kind}_list[{at}]" for kind in ("weights", "biases") for at in (0, 1)}
    assert failed(report) == (wrong if mistake else set()), report_text(report)
    assert len(report.gradients) == 6
    if mistake:
        (hint,) = [text for _, text in report.mistakes]
        assert "the condition i != len(self.weights) - 1 leaves something out" in hint


STEP_THAT_RETURNS_ERRORS = """
import numpy as np


class Unit:
    def __init__(self, words=7, size=3):
        self.w = np.random.randn(words, size)

    def train(self, word, learning_rate=0.1):
        error = 0.3 - self.w[word].sum()
        self.w[word] += learning_rate * error
        return np.sum(np.abs(error))
"""


def test_a_sum_of_errors_is_no_loss(tmp_path: Path) -> None:
    """The step follows the square of the error, and what it returns is for its reader."""
    (tmp_path / "unit.py").write_text(STEP_THAT_RETURNS_ERRORS)
    with pytest.raises(SubjectError):
        check_class(f"{tmp_path}/unit.py:Unit")
    (tmp_path / "unit.py").write_text(STEP_THAT_RETURNS_ERRORS.replace("np.sum(np.abs(error))", "error**2 / 2"))
    assert check_class(f"{tmp_path}/unit.py:Unit").right
