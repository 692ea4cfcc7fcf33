"""Plain functions are checked as one object."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import FOLDER, failed

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import Report, report_text


def check_functions(names: str, *words: str) -> Report:
    return check_class(f"{FOLDER}/functions.py:{names}", words)


@pytest.mark.parametrize(
    ("names", "words", "of"),
    [
        ("affine_forward,affine_backward", (), ["w", "b", "x"]),
        ("affine_backward", ("4x3", "3x"), ["w", "b", "x"]),
        ("softmax_loss", (), ["x"]),
    ],
)
def test_layer_and_loss(names: str, words: tuple[str, ...], of: list[str]) -> None:
    report = check_functions(names, *words)
    assert report.passed, report_text(report)
    assert [gradient.of for gradient in report.gradients] == of


def test_network_with_its_dict_of_parameters_and_its_cost() -> None:
    report = check_functions("forward_propagation,backward_propagation", "4", "6", "3")
    assert report.right, report_text(report)
    assert [gradient.of for gradient in report.gradients] == [
        f"parameters[{name!r}]" for name in ("W1", "b1", "W2", "b2")
    ]
    assert not report.notes  # compute_cost is its loss: none is guessed


def test_mistake_in_a_function_is_found_and_mended() -> None:
    report = check_functions("half_forward,half_backward")
    assert failed(report) == {"backward()[1]"}
    assert "return dx, dw / 2, db" in report_text(report)


def test_a_dict_of_intermediate_values_and_a_turned_bias(tmp_path: Path) -> None:
    (tmp_path / "steps.py").write_text(
        "import numpy as np\n"
        "def step_forward(x, w1, b1, w2):\n"
        "    z1 = x @ w1.T + b1.T\n"
        "    return {'z1': z1, 'a1': np.tanh(z1), 'a2': np.tanh(z1) @ w2.T}\n"
        "def step_backward(y, w2, w1, b1, x, cache):\n"
        "    d = cache['a2'] - y\n"
        "    dw2 = d.T @ cache['a1']\n"
        "    d1 = d @ w2 * (1 - cache['a1'] ** 2)\n"
        "    dw1, db1 = d1.T @ x, d1.sum(axis=0, keepdims=True)\n"
        "    return dw2, dw1, db1\n"
        "def init_step(i, h, o):\n"
        "    return np.random.randn(h, i), np.zeros((h, 1)), np.random.randn(o, h)\n"
    )
    report = check_class(f"{tmp_path}/steps.py:step_forward,step_backward")
    assert report.right, report_text(report)
    assert {gradient.accepted for gradient in report.gradients} == {"", "transposed"}


def test_functions_without_a_cache_that_call_the_parameter_by_other_names(tmp_path: Path) -> None:
    (tmp_path / "stretch.py").write_text(
        "import numpy as np\n"
        "def stretch(X, weights):\n"
        "    return X @ weights\n"
        "def stretchBack(X, dy, W):\n"
        "    dX, dW = dy @ W.T, X.T @ dy\n"
        "    return [dX, dW]\n"
    )
    report = check_class(f"{tmp_path}/stretch.py:stretch,stretchBack")
    assert report.right, report_text(report)
    assert [gradient.of for gradient in report.gradients] == ["weights", "x"]


HALVES = """
import numpy as np

def pass_on(X, W1, b1, W2, b2):
    H = np.maximum(0, X @ W1 + b1)
    E = np.exp(H @ W2 + b2)
    P = E / E.sum(axis=1, keepdims=True)
    return P, (H, P)

def steep(H):
    return (H > 0).astype(float)

def pass_forward(X, W1, b1, W2, b2):
    return pass_on(X, W1, b1, W2, b2)

def pass_backward(X, Y, cache, W2):
    H, P = cache
    D = (P - Y) / len(X)
    B = (D @ W2.T) * steep(H)
    return {"dW1": X.T @ B, "db1": B.sum(axis=0, keepdims=True), "dW2": H.T @ D, "db2": D.sum(axis=0, keepdims=True)}
"""


def test_a_row_for_a_bias_that_forward_only_broadcasts(tmp_path: Path) -> None:
    file = tmp_path / "halves.py"
    file.write_text(HALVES)
    report = check_class(f"{file}:pass_forward,pass_backward")
    assert report.right, report_text(report)
    assert len(report.gradients) == 4
    file.write_text(HALVES.replace("B.sum(axis=0", "H.sum(axis=0"))
    report = check_class(f"{file}:pass_forward,pass_backward")
    assert failed(report) == {"backward()['db1']"}


COURSE = """
import numpy as np

def weigh_forward_test_case():
    return 1

def model_backward_test(target):
    return 2

def weigh(W, b, H_prev):
    held = (W, b, H_prev)
    return np.dot(W, H_prev) + b, held

def init_model(sizes):
    made = {}
    for at in range(1, len(sizes)):
        made[f"W{at}"] = 0.5 * np.random.randn(sizes[at], sizes[at - 1])
        made[f"b{at}"] = np.zeros((sizes[at], 1))
    return made

def step_forward(H_prev, W, b, kind):
    Z, held = weigh(W, b, H_prev)
    return np.tanh(Z) if kind == "tanh" else 1 / (1 + np.exp(-Z)), (held, Z)

def model_forward(X, parameters):
    caches, H, count = [], X, len(parameters) // 2
    for at in range(1, count + 1):
        kind = "tanh" if at < count else "sigmoid"
        H, cache = step_forward(H, parameters[f"W{at}"], parameters[f"b{at}"], kind)
        caches.append(cache)
    return H, caches

def compute_cost(AL, Y):
    return -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / Y.shape[1]

def weight_backward(dZ, W_cache):
    W, b, H_prev = W_cache
    return np.dot(dZ, H_prev.T), dZ.sum(axis=1, keepdims=True), np.dot(W.T, dZ)

def model_backward(AL, Y, caches):
    grads, dZ = {}, (AL - Y) / Y.shape[1]
    for at in range(len(caches), 0, -1):
        held, Z = caches[at - 1]
        if at < len(caches):
            dZ = dH * (1 - np.tanh(Z) ** 2)
        grads[f"dW{at}"], grads[f"db{at}"], dH = weight_backward(dZ, held)
    return grads
"""


@pytest.mark.parametrize(
    ("subject", "title", "rows"),
    [("weight_backward", "weigh, weight_backward", 3), ("model_backward", "model_forward, model_backward", 4)],
)
def test_the_forward_of_a_function_is_found_by_its_name_and_by_its_cache(
    tmp_path: Path, subject: str, title: str, rows: int
) -> None:
    file = tmp_path / "course.py"
    file.write_text(COURSE)
    report = check_class(f"{file}:{subject}")
    assert report.title == title
    assert report.right, report_text(report)
    assert len(report.gradients) >= rows
    file.write_text(COURSE.replace("return np.dot(dZ, H_prev.T)", "return 2 * np.dot(dZ, H_prev.T)"))
    assert check_class(f"{file}:{subject}").verdict == "wrong"


@pytest.mark.parametrize(("slope", "verdict"), [("(p - 1) * row", "right, but"), ("p * row", "wrong")])
def test_an_argument_that_names_a_row_and_one_that_nobody_looks_at(tmp_path: Path, slope: str, verdict: str) -> None:
    (tmp_path / "rows.py").write_text(
        "import numpy as np\n"
        "def pair_loss_and_gradient(middle, besideAt, besides, source):\n"
        "    row = besides[besideAt]\n"
        "    p = 1 / (1 + np.exp(-row @ middle))\n"
        "    slopes = np.zeros_like(besides)\n"
        "    slopes[besideAt] = (p - 1) * middle\n"
        f"    return -np.log(p), {slope}, slopes\n"
    )
    report = check_class(f"{tmp_path}/rows.py:pair_loss_and_gradient")
    assert report.verdict == verdict, report_text(report)  # the logarithm of 0 is told beside what is right
    assert {gradient.of for gradient in report.gradients} == {"x", "besides"}


COURSE_WITH_PENALTY = """
import numpy as np


def start_parameters(sizes):
    return {
        "W1": np.random.randn(sizes[1], sizes[0]) * 0.3, "b1": np.zeros((sizes[1], 1)),
        "W2": np.random.randn(sizes[2], sizes[1]) * 0.3, "b2": np.zeros((sizes[2], 1)),
    }


def layer_forward(A, W, b):
    return W @ A + b, (A, W, b)


def propagate_forward(X, parameters):
    Z1, cache1 = layer_forward(X, parameters["W1"], parameters["b1"])
    Z2, cache2 = layer_forward(np.tanh(Z1), parameters["W2"], parameters["b2"])
    E = np.exp(Z2 - Z2.max(axis=0))
    return E / E.sum(axis=0), [(cache1, Z1), (cache2, Z2)]


def propagate_forward_with_dropout(X, parameters, keep_prob=0.5):
    return propagate_forward(X, parameters)


def find_cost(A, Y):
    return -np.sum(Y * np.log(A)) / Y.shape[1]


def find_cost_with_weight_decay(A, Y, parameters, lambd):
    weights = parameters["W1"], parameters["W2"]
    return find_cost(A, Y) + lambd / 2 / Y.shape[1] * sum(np.sum(W**2) for W in weights)


def propagate_backward_with_weight_decay(A, Y, caches, lambd):
    n, grads, dZ = Y.shape[1], {}, A - Y
    for number in (2, 1):
        (below, W, b), Z = caches[number - 1]
        grads[f"dW{number}"] = (dZ @ below.T + lambd * W) / n
        grads[f"db{number}"] = dZ.sum(axis=1, keepdims=True) / n
        dZ = W.T @ dZ * (1 - below**2)
    return grads
"""


def test_penalty_is_in_the_cost_that_is_named_alike(tmp_path: Path) -> None:
    (tmp_path / "decay.py").write_text(COURSE_WITH_PENALTY)
    report = check_class(f"{tmp_path}/decay.py:propagate_backward_with_weight_decay")
    assert report.right, report_text(report)
    assert report.title.startswith("propagate_forward, ")
    assert len(report.gradients) == 4
    (tmp_path / "twice.py").write_text(COURSE_WITH_PENALTY.replace("+ lambd * W", "+ 2 * lambd * W"))
    assert failed(check_class(f"{tmp_path}/twice.py:propagate_backward_with_weight_decay")) == {
        "backward()['dW1']",
        "backward()['dW2']",
    }
