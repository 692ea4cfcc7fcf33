"""Layers with several inputs: each has its row, and what is wrong with one is told of that one."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import FOLDER, check, failed

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import report_text


@pytest.mark.parametrize(
    ("words", "of"),
    [
        (("Product",), "x second"),
        (("Attention",), "x key value"),
        (("Cell", "4", "3"), "x h_prev W U b"),
        (("Sum",), "x"),
        (("WeightedSquares",), "x"),
    ],
    ids=str,
)
def test_every_input_has_a_gradient_in_the_table(words: tuple[str, ...], of: str) -> None:
    report = check(*words)
    assert report.verdict == "right", report_text(report)
    assert {gradient.of for gradient in report.gradients} == {*of.split()}


@pytest.mark.parametrize(("name", "wrong"), [("ProductWrongSecond", "second"), ("Difference", "x")])
def test_mistake_in_one_input(name: str, wrong: str) -> None:
    report = check(name)
    assert failed(report)
    assert [gradient.of for gradient in report.gradients if not gradient.passed] == [wrong]


def test_input_without_a_gradient() -> None:
    report = check("ProductWithoutSecond")
    assert report.verdict == "wrong"
    assert "second: the output depends on it, and its gradient was not found" in report_text(report)


@pytest.mark.parametrize(
    ("names", "count"), [("gated_step_forward,gated_step_backward", 6), ("norm_forward,norm_backward", 3)]
)
def test_functions_with_arrays_and_dicts_of_unknown_sizes(names: str, count: int) -> None:
    report = check_class(f"{FOLDER}/several.py:{names}")
    assert report.verdict == "right", report_text(report)
    assert len(report.gradients) == count
    assert "x (5, 4)" in report.given


COLUMN_CELL = """
import numpy as np

class Cell:
    def __init__(self, size, units):
        self.units = units
        self.W, self.b = 0.5 * np.random.randn(units, units + size), np.zeros((units, 1))

    def forward(self, x, short_prev, long_prev):
        self.both, self.old = np.concatenate([short_prev, x]), long_prev
        self.new = np.tanh(self.W @ self.both + self.b)
        return self.new * long_prev, long_prev + self.new

    def backward(self, dshort, dlong):
        dz = (dlong + dshort * self.old) * (1 - self.new**2)
        both = self.W.T @ dz
        return {
            "dW": dz @ self.both.T, "db": dz, "dshort_prev": both[: self.units],
            "dlong_prev": dlong + dshort * self.new, "dx": both[self.units :],
        }
"""


def test_a_cell_for_one_column_is_right_for_that(tmp_path: Path) -> None:
    (tmp_path / "cell.py").write_text(COLUMN_CELL)
    report = check_class(f"{tmp_path}/cell.py:Cell", ["1", "4"])
    assert report.verdict == "right, but", report_text(report)
    assert "right for one sample alone" in report.advice[0]
    (tmp_path / "wrong.py").write_text(COLUMN_CELL.replace("(dlong +", "(dlong -"))
    assert check_class(f"{tmp_path}/wrong.py:Cell", ["1", "4"]).verdict == "wrong"


HANDED_IN = """
import numpy as np

class Net:
    def __init__(self, sizes=(4, 6, 3)):
        self.thetas = [np.random.randn(m, n) for n, m in zip(sizes, sizes[1:])]

    def forward_pass(self, x_data, thetas):
        sums, layers = [None], [x_data]
        for theta in thetas:
            sums.append(layers[-1] @ theta.T)
            layers.append(1 / (1 + np.exp(-sums[-1])))
        return layers, sums

    def backpropagation(self, y_data, layers, sums, thetas):
        delta, grads = layers[-1] - y_data, [None] * len(thetas)
        for at in reversed(range(len(thetas))):
            grads[at] = delta.T @ layers[at] / len(y_data)
            delta = delta @ thetas[at] * layers[at] * (1 - layers[at])
        return grads
"""


def test_a_list_of_its_weights_is_handed_to_both(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(HANDED_IN)
    report = check_class(f"{tmp_path}/net.py:Net")
    assert report.verdict == "right", report_text(report)
    assert {one.of for one in report.gradients} == {"thetas[0]", "thetas[1]"}
    (tmp_path / "wrong.py").write_text(HANDED_IN.replace("(1 - layers[at])", "(1 - layers[at] ** 2)"))
    assert failed(check_class(f"{tmp_path}/wrong.py:Net")) == {"backward()[0]"}


ROWS_AND_COLUMNS = """
import numpy as np

class Perceptron:
    def __init__(self, units=6, l2=0.0, seed=1):
        rng = np.random.RandomState(seed)
        self.w1, self.w2, self.l2 = rng.normal(0, 0.5, (units, 5)), rng.normal(0, 0.5, (3, units)), l2

    def _feedforward(self, X, w1, w2):
        a1 = np.hstack([np.ones((len(X), 1)), X])
        z2 = w1 @ a1.T
        a2 = 1 / (1 + np.exp(-z2))
        a3 = 1 / (1 + np.exp(-w2 @ a2))
        return a1, z2, a2, a3

    def _get_cost(self, y_enc, output, w1, w2):
        penalty = self.l2 / 2 * (np.sum(w1 ** 2) + np.sum(w2 ** 2))
        return np.sum(-y_enc * np.log(output) - (1 - y_enc) * np.log(1 - output)) + penalty

    def _get_gradient(self, a1, a2, a3, z2, y_enc, w1, w2):
        sigma3 = a3 - y_enc
        sigma2 = w2.T @ sigma3 * a2 * (1 - a2)
        return sigma2 @ a1 + self.l2 * w1, sigma3 @ a2.T + self.l2 * w2
"""


def test_samples_in_rows_go_in_and_in_columns_come_out(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(ROWS_AND_COLUMNS)
    report = check_class(f"{tmp_path}/net.py:Perceptron")
    assert report.verdict == "right", report_text(report)
    assert not report.assumed_loss
    assert "y (7, 3)" in report.given
    (tmp_path / "wrong.py").write_text(ROWS_AND_COLUMNS.replace("a2 * (1 - a2)", "z2 * (1 - z2)"))
    assert failed(check_class(f"{tmp_path}/wrong.py:Perceptron")) == {"backward()[0]"}


STACKED = """
import numpy as np

class Stacked:
    def __init__(self, words=5, units=4, layers=1):
        self.U = [np.random.randn(units, words) for _ in range(layers)]
        self.R = [np.random.randn(units, units) for _ in range(layers)]
        self.V = np.random.randn(words, units)

    def forward(self, inputs, targets, hprev):
        xs, hs, ps, loss = {}, {-1: np.copy(hprev)}, {}, 0
        for t, word in enumerate(inputs):
            xs[t], hs[t] = np.eye(len(self.V))[:, [word]], np.copy(hprev)
            for at in range(len(self.U)):
                hs[t][at] = np.tanh(self.U[at] @ xs[t] + self.R[at] @ hs[t - 1][at])
            z = self.V @ hs[t][-1]
            ps[t] = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
            loss -= np.log(ps[t][targets[t], 0])
        return loss, hs[len(inputs) - 1], {"xs": xs, "hs": hs, "ps": ps}

    def backward(self, targets, cache):
        xs, hs, ps = cache["xs"], cache["hs"], cache["ps"]
        dU, dR = [np.zeros_like(one) for one in self.U], [np.zeros_like(one) for one in self.R]
        dV, later = np.zeros_like(self.V), [np.zeros_like(one) for one in hs[0]]
        for t in reversed(range(len(xs))):
            dz = np.copy(ps[t])
            dz[targets[t]] -= 1
            dV += dz @ hs[t][-1].T
            for at in range(len(self.U)):
                da = (self.V.T @ dz + later[at]) * (1 - hs[t][at] ** 2)
                dU[at] += da @ xs[t].T
                dR[at] += da @ hs[t - 1][at].T
                later[at] = self.R[at].T @ da
        return {"dU": dU, "dR": dR, "dV": dV}
"""


def test_states_of_a_single_layer_have_an_axis_for_it(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(STACKED)
    report = check_class(f"{tmp_path}/net.py:Stacked")
    assert report.verdict == "right", report_text(report)
    assert {one.of for one in report.gradients} == {"U[0]", "R[0]", "V"}
    (tmp_path / "wrong.py").write_text(STACKED.replace("self.R[at].T @ da", "self.R[at] @ da"))
    assert failed(check_class(f"{tmp_path}/wrong.py:Stacked")) == {"backward()['dU'][0]", "backward()['dR'][0]"}
