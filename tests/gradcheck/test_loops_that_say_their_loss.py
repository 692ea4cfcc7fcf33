"""A loop that computes its loss is judged by that: by its data, its penalty, and what it divides by."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import failed

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import Report, report_text

REGRESSION = """
import numpy as np

rng = np.random.default_rng(7)
n = 40
feats = np.linspace(-2, 2, n).reshape(-1, 1)
target = np.sin(2 * feats)
theta = {"A": rng.normal(size=(1, 12)), "a": np.zeros((1, 12)), "B": rng.normal(size=(12, 1)), "b": np.zeros((1, 1))}
rate, lam, objective = 0.05, 0.02, []
for step in range(400):
    H = np.tanh(feats @ theta["A"] + theta["a"])
    diff = H @ theta["B"] + theta["b"] - target
    objective.append(np.mean(diff ** 2) + lam * sum(np.sum(theta[k] ** 2) for k in "AB"))
    dP = 2 * diff / n
    slopes = {"B": H.T @ dP + 2 * lam * theta["B"], "b": dP.sum(0, keepdims=True)}
    dH = dP @ theta["B"].T * (1 - H * H)
    slopes["A"] = feats.T @ dH + 2 * lam * theta["A"]
    slopes["a"] = dH.sum(0, keepdims=True)
    for k in theta:
        theta[k] -= rate * slopes[k]
    rate *= 0.995
    if step > 20 and objective[-1] > objective[-20]:
        break
"""

CLASSIFIER = """
import numpy as np

class Odds:
    def __init__(self, eta=0.1, rounds=200, l2=0.01, size=16):
        self.eta, self.rounds, self.l2, self.size = eta, rounds, l2, size

    def fit(self, X, y):
        n, d = X.shape
        self.w, self.b, self.costs = np.zeros(d), 0.0, []
        for it in range(self.rounds):
            self.eta = 0.1 * 0.95 ** it
            order, total = np.random.permutation(n), 0.0
            for s in range(0, n, self.size):
                pick = order[s : s + self.size]
                xb, yb = X[pick], y[pick]
                p = 1 / (1 + np.exp(-(xb @ self.w + self.b)))
                total += -np.sum(yb * np.log(p + 1e-9) + (1 - yb) * np.log(1 - p + 1e-9))
                self.w -= self.eta * (xb.T @ (p - yb) / len(pick) + self.l2 * self.w)
                self.b -= self.eta * (p - yb).mean()
            self.costs.append(total / n)
        return self

    def predict(self, X):
        return (X @ self.w + self.b > 0).astype(int)
"""

SPIRAL = """
import numpy as np

N, K = 50, 3
X, y = np.zeros((N * K, 2)), np.zeros(N * K, dtype="uint8")
for j in range(K):
    ix = range(N * j, N * (j + 1))
    r, t = np.linspace(0, 1, N), np.linspace(j * 4, (j + 1) * 4, N) + np.random.randn(N) * 0.2
    X[ix], y[ix] = np.c_[r * np.sin(t), r * np.cos(t)], j
W, b, W2, b2 = np.random.randn(2, 20), np.zeros((1, 20)), np.random.randn(20, K), np.zeros((1, K))
step_size, reg, history = 0.5, 1e-3, []
for epoch in range(50):
    perm = np.random.permutation(len(X))
    for k in range(0, len(X), 30):
        xb, yb = X[perm[k : k + 30]], y[perm[k : k + 30]]
        h = np.maximum(0, xb @ W + b)
        e = np.exp(h @ W2 + b2)
        probs = e / e.sum(axis=1, keepdims=True)
        loss = -np.log(probs[range(len(yb)), yb]).mean() + 0.5 * reg * (np.sum(W * W) + np.sum(W2 * W2))
        probs[range(len(yb)), yb] -= 1
        probs /= len(yb)
        dh = probs @ W2.T
        dh[h <= 0] = 0
        W2 -= step_size * (h.T @ probs + reg * W2)
        b2 -= step_size * probs.sum(axis=0, keepdims=True)
        W -= step_size * (xb.T @ dh + reg * W)
        b -= step_size * dh.sum(axis=0, keepdims=True)
    history.append(loss)
    if epoch % 20 == 19:
        step_size /= 2
"""

MEASURE = """
import numpy as np

X, y = np.random.randn(30, 3), np.random.randint(0, 2, (30, 1))
w, lr = np.random.randn(3, 1), 0.1
for i in range(100):
    p = 1 / (1 + np.exp(-X @ w))
    loss = np.mean((p - y) ** 2)
    w -= lr * X.T @ (p - y) / len(X)
"""


def check(folder: Path, code: str, old: str = "", new: str = "", name: str = "") -> Report:
    assert not old or code.count(old) == 1
    (folder / "script.py").write_text(code.replace(old, new) if old else code)
    return check_class(f"{folder}/script.py{name}")


@pytest.mark.parametrize("code", [REGRESSION, SPIRAL])
def test_loop_is_judged_by_its_loss(tmp_path: Path, code: str) -> None:
    report = check(tmp_path, code)
    assert report.right, report_text(report)
    assert not report.assumed_loss
    assert "which that round computes" in " ".join(report.notes)


@pytest.mark.parametrize(
    ("code", "old", "new", "wrong"),
    [
        pytest.param(
            REGRESSION, "2 * diff / n", "2 * diff", {"A", "a", "B", "b"}, marks=pytest.mark.slow
        ),  # beside a penalty a lost 1/n is no other rate
        (REGRESSION, "dH.sum(0, keepdims=True)", "dH.mean(0, keepdims=True)", {"a"}),
        pytest.param(REGRESSION, '2 * lam * theta["A"]', 'lam * theta["A"]', {"A"}, marks=pytest.mark.slow),
        pytest.param(REGRESSION, "(1 - H * H)", "(1 - H)", {"A", "a"}, marks=pytest.mark.slow),
        (SPIRAL, "dh[h <= 0] = 0", "dh[h < 0] = 0", {"W", "b"}),
        (SPIRAL, "xb.T @ dh + reg * W)", "xb.T @ dh - reg * W)", {"W"}),
    ],
)
def test_mistake_is_found_by_the_loss_of_the_loop(
    tmp_path: Path, code: str, old: str, new: str, wrong: set[str]
) -> None:
    report = check(tmp_path, code, old, new)
    names = (
        {f"change of theta['{one}']" for one in wrong} if code == REGRESSION else {f"change of {one}" for one in wrong}
    )
    assert report.verdict == "wrong"
    assert failed(report) == names, report_text(report)


def test_penalty_that_the_loss_lacks(tmp_path: Path) -> None:
    """Where the step has a penalty, the cost that is written down has none, and the rate falls from its first line."""
    report = check(tmp_path, CLASSIFIER, name=":Odds")
    assert report.verdict == "right", report_text(report)
    assert "self.costs[-1] has no penalty: checked with self.l2 = 0." in report.notes


@pytest.mark.slow
def test_mistake_beside_a_penalty_that_the_loss_lacks(tmp_path: Path) -> None:
    report = check(tmp_path, CLASSIFIER, "(xb.T @ (p - yb) / len(pick)", "(xb.T @ (p - yb)", ":Odds")
    assert failed(report) == {"change of self.w"}, report_text(report)


def test_loss_that_is_a_measure_of_success(tmp_path: Path) -> None:
    report = check(tmp_path, MEASURE)
    assert report.verdict == "right, but", report_text(report)
    assert "binary cross entropy" in report.assumed_loss
    assert any("and not that of loss, which it computes" in one for one in report.advice)
    assert check(tmp_path, MEASURE, "X.T @", "-X.T @").verdict == "wrong"


@pytest.mark.parametrize("mistake", ["", "lam * theta"])
def test_a_decay_of_the_rate_is_no_penalty(tmp_path: Path, mistake: str) -> None:
    code = REGRESSION.replace("rate, lam", "decay, rate, lam").replace("= 0.05", "= 0.9, 0.05")
    code = code.replace("rate *= 0.995", "rate *= decay")
    (tmp_path / "fit.py").write_text(code.replace(f"2 * {mistake}", mistake) if mistake else code)
    report = check_class(f"{tmp_path}/fit.py")
    assert failed(report) == ({"change of theta['A']", "change of theta['B']"} if mistake else set()), report_text(
        report
    )
    assert not any("no penalty" in one for one in report.notes)
