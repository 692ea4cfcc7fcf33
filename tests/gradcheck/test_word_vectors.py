"""A step that is given word numbers, or nothing, and says its own loss."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import FILES, check, failed

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import report_text

GIVEN = {
    "NegativeSampling": "center, context, negatives (3,) of 7 words",
    "Surroundings": "context_ids (3,), target of 7 words",
    "PairOfWords": "first_id, second_id, label of 7 words",
    "Ratings": "what it holds",
    "RowsOfVectors": "center_id, context_id, negative_ids (3,) of 7 words",
    "BatchOfWords": "centers (2,), contexts (2,), negatives (2, 1) of 7 words",
}


@pytest.mark.parametrize("name", GIVEN)
def test_right_ones_pass(name: str) -> None:
    report = check(name)
    assert report.verdict == "right", report_text(report)
    assert report.given == GIVEN[name]
    assert len(report.gradients) == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "old", "new", "wrong"),
    [
        ("RowsOfVectors", "np.outer(q, v)", "np.outer(q - 1, v)", {"backward()['dfar']"}),
        ("RowsOfVectors", "(p - 1) * u + q @ n", "(p - 1) * u", {"backward()['dnear']"}),
        ("BatchOfWords", "e * u + np", "np", {"change of near"}),
        ("NegativeSampling", "lr * q[:, None] * v", "lr * (q[:, None] - 1) * v", {"change of outer"}),
        ("NegativeSampling", "q @ far)", "(1 - q) @ far)", {"change of inner"}),
        ("Surroundings", "back / len(context_ids)", "back", {"change of E"}),
        ("PairOfWords", "error * self.A[first_id]", "-error * self.A[first_id]", {"dB"}),
        ("Ratings", "E.T @ self.P +", "2 * E.T @ self.P +", {"backward()[1]"}),
        ("Ratings", "E @ self.Q + self.weight * self.P", "E @ self.Q", {"backward()[0]"}),
    ],
)
def test_wrong_twins_are_found(tmp_path: Path, name: str, old: str, new: str, wrong: set[str]) -> None:
    text = FILES[name].read_text()
    assert text.count(old) == 1
    (tmp_path / "word_vectors.py").write_text(text.replace(old, new))
    report = check_class(f"{tmp_path}/word_vectors.py:{name}")
    assert report.verdict == "wrong"
    assert failed(report) == wrong, report_text(report)


PAIRS = """
import numpy as np
class SkipGram:
    def __init__(self, vocab_size, dim):
        self.W_in, self.W_out = np.random.randn(vocab_size, dim), np.random.randn(dim, vocab_size)
    def forward(self, centers, contexts):
        h = self.W_in[centers]
        z = h @ self.W_out
        e = np.exp(z - z.max(1, keepdims=True))
        p = e / e.sum(1, keepdims=True)
        loss = -np.log(p[{rows}, contexts]).mean()
        cache = (h, p, centers, contexts)
        return float(loss), cache
    def backward(self, cache, lr):
        h, p, centers, contexts = cache
        d = p.copy()
        d[{rows}, contexts] -= 1
        d {divided} len(centers)
        dout, dh, din = h.T @ d, d @ self.W_out.T, np.zeros_like(self.W_in)
        np.add.at(din, centers, dh)
        self.W_in -= lr * din
        self.W_out -= lr * dout
"""


@pytest.mark.parametrize("rows", ["np.arange(len(centers))", "range(len(centers))", "list(range(centers.shape[0]))"])
@pytest.mark.parametrize(("divided", "verdict"), [("/=", "right"), ("*=", "right, but"), ("= d * p /", "wrong")])
def test_what_picks_an_entry_of_each_row_is_a_label(tmp_path: Path, rows: str, divided: str, verdict: str) -> None:
    """Whatever it is called, as the neighbours of a word; a factor of all steps is told."""
    (tmp_path / "pairs.py").write_text(PAIRS.format(rows=rows, divided=divided))
    report = check_class(f"{tmp_path}/pairs.py:SkipGram")
    assert report.verdict == verdict
    assert any("times 25" in one for one in report.advice) is (divided == "*=")
    assert [one.of for one in report.gradients] == ["W_in", "W_out"]


ROWS = """
import numpy as np

def squash(z):
    return 1 / (1 + np.exp(-z))

class SkipGram:
    def __init__(self, vocab_size, dim):
        self.inner, self.outer = np.random.randn(vocab_size, dim), np.zeros((vocab_size, dim))
        self.kept = {}
    def forward(self, centers, contexts, negatives):
        h, near, far = self.inner[centers], self.outer[contexts], self.outer[negatives]
        yes, no = squash((h * near).sum(1)), squash(np.einsum("bd,bkd->bk", h, far))
        self.kept = {"at": (centers, contexts, negatives), "h": h, "near": near, "far": far, "yes": yes, "no": no}
        batch_loss = np.mean(-np.log(yes) - np.log(1 - no).sum(1))
        return float(batch_loss)
    def backward(self):
        centers, contexts, negatives = self.kept["at"]
        h, yes, no = self.kept["h"], self.kept["yes"] - 1, self.kept["no"]
        dh = yes[:, None] * self.kept["near"] + np.einsum("bk,bkd->bd", no, self.kept["far"])
        return {
            "inner": (centers, dh DIVIDED),
            "near": (contexts, yes[:, None] * h DIVIDED),
            "far": (negatives, no[:, :, None] * h[:, None, :] DIVIDED),
        }
"""


@pytest.mark.parametrize(
    ("divided", "verdict"),
    [("/ len(h)", "right"), ("", "right, but"), pytest.param("* dh", "wrong", marks=pytest.mark.slow)],
)
def test_gradients_of_rows_beside_their_numbers(tmp_path: Path, divided: str, verdict: str) -> None:
    """Which matrix they belong to is told by what the loss follows; two of them are of one matrix."""
    code = ROWS.replace("dh DIVIDED", "dh * dh" if divided == "* dh" else "dh DIVIDED")
    (tmp_path / "rows.py").write_text(code.replace("DIVIDED", "/ len(h)" if divided == "* dh" else divided))
    report = check_class(f"{tmp_path}/rows.py:SkipGram")
    assert report.verdict == verdict, report_text(report)
    assert {one.of for one in report.gradients} == {"inner", "outer"}
    assert any("a mean over the 2 samples" in one for one in report.advice) is (divided == "")
    assert failed(report) == ({"backward()['dinner']"} if verdict == "wrong" else set())


COUNTS = """
import numpy as np
from dataclasses import dataclass

@dataclass
class Slopes:
    rows: np.ndarray
    columns: np.ndarray
    row_bias: np.ndarray

class CountedPairs:
    def __init__(self, vocab_size=7, dim=4):
        self.rows, self.columns = np.random.randn(vocab_size, dim), np.random.randn(vocab_size, dim)
        self.row_bias = np.zeros(vocab_size)

    def loss_and_grad_of_pairs(self, row_indices, col_indices, counted):
        n = len(row_indices)
        a, b = self.rows[row_indices], self.columns[col_indices]
        weight = np.minimum(1, counted / 10) ** 0.75
        off = (a * b).sum(1) + self.row_bias[row_indices] - np.log(counted)
        slopes = Slopes(np.zeros_like(self.rows), np.zeros_like(self.columns), np.zeros_like(self.row_bias))
        d = 2 * weight * off / n
        np.add.at(slopes.rows, row_indices, d[:, None] * b)
        np.add.at(slopes.columns, col_indices, d[:, None] * a)
        np.add.at(slopes.row_bias, row_indices, d)
        return np.mean(weight * off**2), slopes
"""


@pytest.mark.parametrize("mistake", ["", pytest.param("d[:, None] * a)", marks=pytest.mark.slow)])
def test_a_number_beside_two_words(tmp_path: Path, mistake: str) -> None:
    """How often they meet, say."""
    (tmp_path / "counts.py").write_text(COUNTS.replace(mistake, "d[:, None] * b)") if mistake else COUNTS)
    report = check_class(f"{tmp_path}/counts.py:CountedPairs")
    assert {one.of for one in report.gradients} == {"rows", "columns", "row_bias"}
    assert {one.of for one in report.gradients if not one.passed} == ({"columns"} if mistake else set())
