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
