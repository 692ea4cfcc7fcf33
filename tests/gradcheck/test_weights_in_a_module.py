"""Functions whose weights stand beside them in the file: networks of homework, and a sequence of letters by numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.hints import repair
from twinprop.gradcheck.report import report_text

LETTERS = """
import numpy as np

letters = open("letters.txt").read()
alphabet = sorted(set(letters))
number_of = {letter: number for number, letter in enumerate(alphabet)}
many, units = len(alphabet), 3
Wx, Wh, Wy = np.random.randn(units, many) * 0.1, np.random.randn(units, units) * 0.1, np.random.randn(many, units) * 0.1
bh, c = np.zeros((units, 1)), np.zeros((many, 1))


def loss_and_slopes(inputs, targets, h_prev):
    xs, hs, ps, loss = {}, {-1: h_prev}, {}, 0
    for t in range(len(inputs)):
        xs[t] = np.zeros((many, 1))
        xs[t][inputs[t]] = 1
        hs[t] = np.tanh(Wx @ xs[t] + Wh @ hs[t - 1] + bh)
        z = Wy @ hs[t] + c
        ps[t] = np.exp(z) / np.exp(z).sum()
        loss -= np.log(ps[t][targets[t], 0])
    dWx, dWh, dWy, dbh, dc = (np.zeros_like(one) for one in (Wx, Wh, Wy, bh, c))
    after = np.zeros_like(h_prev)
    for t in reversed(range(len(inputs))):
        dz = ps[t].copy()
        dz[targets[t]] -= 1
        dWy += dz @ hs[t].T
        dc += dz
        dh = Wy.T @ dz + after
        draw = dh * (1 - hs[t] ** 2)
        dbh += draw
        dWx += draw @ xs[t].T
        dWh += draw @ hs[t - 1].T
        after = Wh.T @ draw
    return loss, dWx, dWh, dWy, dbh, dc, hs[len(inputs) - 1]


n, state = 0, np.zeros((units, 1))
while n < 10**9:
    numbers = [number_of[letter] for letter in letters[n : n + 9]]
    loss, dWx, dWh, dWy, dbh, dc, state = loss_and_slopes(numbers[:-1], numbers[1:], state)
    for W, dW in ((Wx, dWx), (Wh, dWh), (Wy, dWy), (bh, dbh), (c, dc)):
        W -= 0.1 * dW
    n += 8
"""


@pytest.mark.parametrize(
    ("old", "new", "wrong", "hint"),
    [
        ("", "", set(), ""),
        ("draw @ hs[t - 1].T", "draw @ hs[t].T", {"Wh"}, "the index is off by one"),
        ("+ after", "+ 0 * after", {"Wx", "Wh", "bh"}, ""),
        ("dc += dz", "dc = dz", {"c"}, "dc is replaced where it has to be added up"),
    ],
)
@pytest.mark.parametrize("there", [True, False], ids=["the text is there", "another one"])
def test_letters_by_numbers_and_the_state_before(
    old: str, new: str, wrong: set[str], hint: str, there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repair, "SECONDS", 60.0 if hint else 0.0)
    (tmp_path / "rnn.py").write_text(LETTERS.replace(old, new, 1).replace("letters.txt", f"{tmp_path}/letters.txt"))
    if there:
        (tmp_path / "letters.txt").write_text("abracadabra")
    report = check_class(f"{tmp_path}/rnn.py:loss_and_slopes")
    assert {one.name for one in report.gradients} == {f"d{name}" for name in ("Wx", "Wh", "Wy", "bh", "c")}
    assert {one.of for one in report.gradients if not one.passed} == wrong, report_text(report)
    assert hint in " ".join(text for _, text in report.mistakes)
    assert not report.unchecked
    assert any("letters.txt is not there" in note for note in report.notes) is not there


NETWORK = """
import numpy as np

rng = np.random.default_rng(0)
W1, b1 = rng.normal(size=(4, 7)), np.zeros((1, 7))
W2, b2 = rng.normal(size=(7, 3)), np.zeros((1, 3))


def forward(X):
    global hidden
    hidden = np.tanh(X @ W1 + b1)
    z = hidden @ W2 + b2
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def backward(X, y, out):
    {0}
    d2 = (out - y) / len(X)
    dW2 = hidden.T @ d2
    db2 = d2.sum(axis=0, keepdims=True)
    d1 = d2 @ W2.T * (1 - hidden{1})
    dW1 = X.T @ d1
    db1 = d1.sum(axis=0, keepdims=True)
    {2}
"""
CHANGED = "global W1, b1, W2, b2"
IN_PLACE = "W1 -= 0.1 * dW1; b1 -= 0.1 * db1; W2 -= 0.1 * dW2; b2 -= 0.1 * db2"
ANEW = "W1, b1, W2, b2 = W1 - 0.1 * dW1, b1 - 0.1 * db1, W2 - 0.1 * dW2, b2 - 0.1 * db2"
RETURNED = "return dW1, db1, dW2, db2"


@pytest.mark.parametrize(("first", "last"), [(CHANGED, IN_PLACE), (CHANGED, ANEW), ("pass", RETURNED)])
@pytest.mark.parametrize(("power", "wrong"), [(" ** 2", set()), ("", {"W1", "b1"})])
def test_a_network_of_global_weights(
    first: str, last: str, power: str, wrong: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repair, "SECONDS", 0.0)
    (tmp_path / "net.py").write_text(NETWORK.format(first, power, last))
    for named in ("backward", "forward,backward"):
        report = check_class(f"{tmp_path}/net.py:{named}")
        assert {one.of for one in report.gradients} == {"W1", "b1", "W2", "b2"}
        assert {one.of for one in report.gradients if not one.passed} == wrong, report_text(report)


def test_a_hint_knows_what_stands_in_the_module(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(NETWORK.format("pass", "", RETURNED))
    report = check_class(f"{tmp_path}/net.py:backward")
    assert any("the wrong derivative: (1 - hidden) stands" in text for _, text in report.mistakes), report_text(report)


def test_a_text_is_read_and_nothing_is_written(tmp_path: Path) -> None:
    read = 'letters = open("letters.txt").read()'
    with_read = 'with open("letters.txt", "r") as file:\n    letters = file.read()\n'
    written = f'with open("{tmp_path}/out.txt", "w") as file:\n    count = file.write("x")\n'
    assert read in LETTERS
    (tmp_path / "rnn.py").write_text(LETTERS.replace(read, with_read + written))
    report = check_class(f"{tmp_path}/rnn.py:loss_and_slopes")
    assert report.right, report_text(report)
    assert not (tmp_path / "out.txt").exists()
