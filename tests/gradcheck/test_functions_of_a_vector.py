"""Losses whose parameters lie in one vector, as scipy.optimize wants them; and partners found by what is shared."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.report import report_text

SIGMOID = "import numpy as np\ndef squash(z):\n    return 1 / (1 + np.exp(-z))\n"

APART = f"""{SIGMOID}
def costFunction(theta, X, y):
    h = squash(X @ theta)
    return -np.mean(y * np.log(h) + (1 - y) * np.log(1 - h))
def gradient(theta, X, y):
    return X.T @ (squash(X @ theta) - y) / len(y)
def costFunctionReg(theta, X, y, lam):
    return costFunction(theta, X, y) + lam / 2 / len(y) * np.sum(theta[1:] ** 2)
def gradientReg(theta, X, y, lam):
    g = gradient(theta, X, y)
    g[1:] += lam / len(y) * theta[1:]
    return g
"""

SOFTMAX = """import numpy as np
def chances(theta, X):
    E = np.c_[np.exp(X @ theta.reshape(X.shape[1], -1)), np.ones(len(X))]
    return E / E.sum(axis=1, keepdims=True)
def total_cost(theta, X, Y):
    P = chances(theta, X)
    return -sum(np.log(P[i][Y[i]]) for i in range(len(Y)))
def gradient(theta, X, Y):
    P = chances(theta, X)
    P[np.arange(len(Y)), Y] -= 1
    return (X.T @ P[:, :-1]).flatten()
"""

COLUMN = f"""{SIGMOID}
def costFunction(X, y, theta):
    h = squash(X @ theta.reshape(-1, 1))
    J = np.sum((h - y) ** 2) / 2 / len(y)
    return J, (X.T @ ((h - y) * h * (1 - h)) / len(y)).flatten()
"""

NETWORK = f"""{SIGMOID}
def backprop(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, Lambda):
    at, m = hidden_layer_size * (input_layer_size + 1), len(X)
    T1 = nn_params[:at].reshape(hidden_layer_size, input_layer_size + 1)
    T2 = nn_params[at:].reshape(num_labels, hidden_layer_size + 1)
    a1 = np.c_[np.ones(m), X]
    a2 = np.c_[np.ones(m), squash(a1 @ T1.T)]
    h, Y = squash(a2 @ T2.T), np.eye(num_labels)[y - 1]
    J = -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / m
    J += Lambda / 2 / m * (np.sum(T1[:, 1:] ** 2) + np.sum(T2[:, 1:] ** 2))
    d2 = ((h - Y) @ T2 * a2 * (1 - a2))[:, 1:]
    g1, g2 = d2.T @ a1 / m, (h - Y).T @ a2 / m
    g1[:, 1:] += Lambda / m * T1[:, 1:]
    g2[:, 1:] += Lambda / m * T2[:, 1:]
    return J, np.r_[g1.ravel(), g2.ravel()]
"""

CODER = f"""{SIGMOID}
def coder_cost(theta, visible_size, hidden_size, beta, data):
    n = hidden_size * visible_size
    W1, W2 = theta[:n].reshape(hidden_size, visible_size), theta[n:2 * n].reshape(visible_size, hidden_size)
    a = squash(W1 @ data + theta[2 * n:, None])
    d = (W2 @ a - data) / data.shape[1]
    cost = np.sum((W2 @ a - data) ** 2) / 2 / data.shape[1] + beta * np.sum(W1 ** 2)
    below = W2.T @ d * a * (1 - a)
    return cost, np.r_[(below @ data.T + 2 * beta * W1).ravel(), (d @ a.T).ravel(), below.sum(axis=1)]
"""

SLOW = """import numpy as np
def compute_cost(X, y, w, b):
    return sum((X[i] @ w + b - y[i]) ** 2 for i in range(len(X))) / 2 / len(X)
def compute_gradient(X, y, w, b):
    dj_dw, dj_db = np.zeros(len(w)), 0.0
    for i in range(len(X)):
        e = X[i] @ w + b - y[i]
        for j in range(len(w)):
            dj_dw[j] += e * X[i, j]
        dj_db += e
    return dj_db / len(X), dj_dw / len(X)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "name", "title", "old", "new"),
    [
        (APART, "gradient", "costFunction, gradient", "- y) / len(y)", "- y) / 2"),
        (APART, "gradientReg", "costFunctionReg, gradientReg", "+= lam / len(y)", "+= 2 * lam / len(y)"),
        (APART, "costFunctionReg", "costFunctionReg, gradientReg", "g[1:] +=", "g[1:] -="),
        (SOFTMAX, "gradient", "total_cost, gradient", "-= 1", "-= 2"),
        (COLUMN, "costFunction", "costFunction", "* h * (1 - h)", "* h * (1 + h)"),
        (NETWORK, "backprop", "backprop", "g2[:, 1:] += Lambda", "g2[:, 1:] += 2 * Lambda"),
        (CODER, "coder_cost", "coder_cost", "2 * beta * W1", "beta * W1"),
        (SLOW, "compute_gradient", "compute_cost, compute_gradient", "+= e * X", "-= e * X"),
    ],
)
def test_parameters_in_a_vector(tmp_path: Path, source: str, name: str, title: str, old: str, new: str) -> None:
    (tmp_path / "right.py").write_text(source)
    report = check_class(f"{tmp_path}/right.py:{name}")
    assert report.right, report_text(report)
    assert report.title == title
    assert old in source
    (tmp_path / "mistaken.py").write_text(source.replace(old, new))
    assert check_class(f"{tmp_path}/mistaken.py:{name}").verdict == "wrong"


def test_two_losses_that_may_belong_to_a_gradient_are_both_named(tmp_path: Path) -> None:
    (tmp_path / "two.py").write_text(APART + "def loss(theta, X, y):\n    return np.sum((X @ theta - y) ** 2)\n")
    with pytest.raises(SubjectError, match=r"FILE:costFunction,gradient or --layer FILE:loss,gradient"):
        check_class(f"{tmp_path}/two.py:gradient")
    assert check_class(f"{tmp_path}/two.py:costFunction,gradient").right


FRONT = """import numpy as np
def dense_step_forward(A_prev, W, b, kind):
    Z = W @ A_prev + b
    return (np.tanh(Z) if kind == "tanh" else np.maximum(0, Z)), ((A_prev, W, b), Z)
"""

REAR = """import numpy as np
import front_of_{0} as front
def dense_step_backward(dA, cache, kind):
    (A_prev, W, b), Z = cache
    dZ = dA * (1 - np.tanh(Z) ** 2) if kind == "tanh" else dA * (Z > 0)
    return W.T @ dZ, dZ @ A_prev.T, dZ.sum(axis=1, keepdims=True)
"""


@pytest.mark.parametrize(("case", "old", "verdict"), [("own", "W.T", "right"), ("mistaken", "2 * W.T", "wrong")])
def test_the_forward_stands_in_a_module_that_is_imported(tmp_path: Path, case: str, old: str, verdict: str) -> None:
    (tmp_path / f"front_of_{case}.py").write_text(FRONT)
    (tmp_path / "rear.py").write_text(REAR.format(case).replace("W.T", old))
    report = check_class(f"{tmp_path}/rear.py:dense_step_backward")
    assert report.title == "dense_step_forward, dense_step_backward"
    assert report.verdict == verdict, report_text(report)


WINDOWS = """import numpy as np
def slide(image, filt, bias, s=1):
    f = filt.shape[-1]
    (depth, side, _), n = image.shape, (image.shape[1] - f) // s + 1
    out = np.zeros((len(filt), n, n))
    for k in range(len(filt)):
        for i in range(n):
            for j in range(n):
                out[k, i, j] = np.sum(filt[k] * image[:, i * s:i * s + f, j * s:j * s + f]) + bias[k]
    return out
def predict(image, filt):
    return np.argmax(image)
def slideBackward(dout, below, filt, s):
    f = filt.shape[-1]
    (depth, side, _), n = below.shape, dout.shape[1]
    dx, dfilt = np.zeros(below.shape), np.zeros(filt.shape)
    for k in range(len(filt)):
        for i in range(n):
            for j in range(n):
                dfilt[k] += dout[k, i, j] * below[:, i * s:i * s + f, j * s:j * s + f]
                dx[:, i * s:i * s + f, j * s:j * s + f] += dout[k, i, j] * filt[k]
    return dx, dfilt, dout.sum(axis=(1, 2))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("new", "verdict"), [("+= dout[k, i, j] * below", "right"), ("= dout[k, i, j] * below", "wrong")]
)
def test_a_forward_without_the_word_and_its_input_by_another_name(tmp_path: Path, new: str, verdict: str) -> None:
    (tmp_path / "slides.py").write_text(WINDOWS.replace("+= dout[k, i, j] * below", new))
    report = check_class(f"{tmp_path}/slides.py:slideBackward")
    assert report.title == "slide, slideBackward"
    assert report.verdict == verdict, report_text(report)


def test_a_sigmoid_for_each_class_is_not_called_a_softmax(tmp_path: Path) -> None:
    (tmp_path / "each.py").write_text(
        "import numpy as np\n"
        "def cost_function(theta, X, y, num_labels):\n"
        "    weights = theta.reshape(num_labels, X.shape[1])\n"
        "    h = 1 / (1 + np.exp(-(X @ weights.T)))\n"
        "    Y = np.eye(num_labels)[y]\n"
        "    J = -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / len(y)\n"
        "    return J, ((h - Y).T @ X / len(y)).ravel()\n"
    )
    report = check_class(f"{tmp_path}/each.py:cost_function")
    assert report.right
    assert "softmax" not in report_text(report)
    assert "sigmoid" in report_text(report)
