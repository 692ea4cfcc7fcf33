"""Functions with names of their own: an output that no name tells, and a loss beside an accuracy."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import report_text

DEEP = """
import numpy as np

def init_all(sizes):
    parameters = {}
    for l in range(1, len(sizes)):
        parameters["W" + str(l)] = np.random.randn(sizes[l], sizes[l - 1])
        parameters["b" + str(l)] = np.zeros((sizes[l], 1))
    return parameters

def forward_all(X, parameters):
    caches, A = [], X
    for l in (1, 2):
        caches.append((A, parameters["W" + str(l)]))
        A = 1 / (1 + np.exp(-(parameters["W" + str(l)] @ A + parameters["b" + str(l)])))
    return A, caches

def backward_all(A_last, Y, caches):
    grads, m = {}, Y.shape[1]
    dZ = (A_last - Y) / m
    for l in (2, 1):
        below, W = caches[l - 1]
        grads["dW" + str(l)] = dZ @ below.T
        grads["db" + str(l)] = dZ.sum(axis=1, keepdims=True)
        dZ = W.T @ dZ * below * (1 - below)
    return grads
"""
ROWS = """
import numpy as np

def init_net(inputs, units, outputs):
    W1, W2 = np.random.randn(inputs, units), np.random.randn(units, outputs)
    return {"W1": W1, "b1": np.zeros(units), "W2": W2, "b2": np.zeros(outputs)}

def forward_net(X, theta):
    hidden = np.tanh(X @ theta["W1"] + theta["b1"])
    return hidden @ theta["W2"] + theta["b2"], (X, hidden, theta["W2"])

def backward_net(final, Y, cache):
    X, hidden, W2 = cache
    d = 2 * (final - Y) / len(X)
    below = d @ W2.T * (1 - hidden**2)
    return {"W2": hidden.T @ d, "b2": d.sum(axis=0), "W1": X.T @ below, "b1": below.sum(axis=0)}
"""
COLUMNS = """
import numpy as np

size, units = 3, 4
W1, b1 = np.random.randn(units, size), np.zeros((units, 1))
W2, b2 = np.random.randn(2, units), np.zeros((2, 1))

def loss_fun(inputs, targets):
    dW1, db1, dW2, db2 = (np.zeros_like(one) for one in (W1, b1, W2, b2))
    loss = correct = 0
    for x, target in zip(inputs, targets):
        h = np.tanh(W1 @ x + b1)
        e = np.exp(W2 @ h + b2)
        p = e / e.sum()
        loss += -np.log(p[target, 0])
        correct += np.argmax(p) == target
        p[target] -= 1
        dW2 += p @ h.T
        db2 += p
        d = W2.T @ p * (1 - h**2)
        dW1 += d @ x.T
        db1 += d
    accuracy = correct / len(inputs)
    return loss, accuracy, dW1, dW2, db1, db2
"""
STEPS = """
import numpy as np

def cost_of_line(X, y, w):
    error = X @ w - y
    hits = np.mean(np.abs(error) < 0.5)
    cost = np.sum(error**2) / len(y)
    return hits, cost, 2 * X.T @ error / len(y)
"""


@pytest.mark.parametrize(
    ("code", "name", "old", "new"),
    [
        (DEEP, "backward_all", "below * (1 - below)", "(1 - below)"),
        (ROWS, "backward_net", "(1 - hidden**2)", "(1 - hidden)"),
        (COLUMNS, "loss_fun", "(1 - h**2)", "(1 - h)"),
        (STEPS, "cost_of_line", "2 * X.T @ error", "2 * X.T @ abs(error)"),
    ],
)
def test_right_and_wrong(code: str, name: str, old: str, new: str, tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(code)
    report = check_class(f"{file}:{name}")
    assert report.right, report_text(report)
    file.write_text(code.replace(old, new))
    assert not check_class(f"{file}:{name}").right


FORWARD = """
import numpy as np

def scaled_forward(x, w, b):
    return np.tanh(x * w + b), (x, w, b)
"""
BACKWARD = """
import numpy as np

def scaled_backward(dout, cache):
    x, w, b = cache
    d = dout * (1 - np.tanh(x * w + b) ** 2)
    return d * w, (d * x).sum(axis=0), d.sum(axis=0)
"""


def test_what_goes_forward_may_stand_in_a_file_beside(tmp_path: Path) -> None:
    (tmp_path / "others_forward.py").write_text("def other_forward(x, u):\n    return x @ u, (x, u)\n")
    (tmp_path / "scaled_forward.py").write_text(FORWARD)
    file = tmp_path / "scaled_backward.py"
    file.write_text(BACKWARD)
    report = check_class(f"{file}:scaled_backward")
    assert report.right, report_text(report)
    assert report.title == "scaled_forward of scaled_forward.py, scaled_backward"
    file.write_text(BACKWARD.replace("d * w", "d"))
    assert not check_class(f"{file}:scaled_backward").right
