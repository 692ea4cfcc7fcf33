"""Sound classes pass, whatever their style and numbers; what is wrong does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kit.students import LAYER, SIZES, check, failed, said
from tests.kit.twins import sampling

from twinprop.gradcheck.report import report_text

SOUND = [
    ("Linear", "4", "3"),
    ("TorchLinear", "4", "3"),
    ("ReLU",),
    ("Sigmoid",),
    ("Softmax",),
    ("Log",),
    ("Exp",),
    ("Kinks",),
    ("Dropout", "p=0.3"),
    ("BatchNorm", "4"),
    ("CrossEntropy",),
    ("MSE",),
    ("NLL",),
    ("ClippedBCE",),
    ("ClippedNLL",),
    ("Columns", *SIZES),
    ("Sigmoids", *SIZES),
    ("Stack", "[4,6,5,3]"),
    ("Dicts", "4", "3"),
    ("Lists", "[4,6,3]"),
    ("HiddenWorkArray", *SIZES),
    ("Slots",),
    ("Nested",),
    ("Nested", "True"),
    ("Regression", "4"),
    ("Logistic", "4"),
    ("ReLUs", *SIZES),
    ("Momentum", "4", "3"),
    ("Numbers",),
    ("BiasFromNumber", "4", "3"),
    ("Tuples",),
    ("Offset", "1e3", "1e-9"),
    ("Offset", "1e8", "0.1"),
]


@pytest.mark.parametrize("words", SOUND, ids=lambda words: words[0])
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3))])
def test_sound_classes_pass(words: tuple[str, ...], seed: int) -> None:
    report = check(*words, seed=seed)
    assert report.passed, report_text(report)
    assert report.gradients
    assert "agree" in report_text(report)


def test_kinks_are_counted_and_never_wrong() -> None:
    (gradient,) = check("Kinks").gradients
    assert gradient.comparison is not None
    assert gradient.comparison.doubtful == (gradient.target > 0.3).sum() > 0
    report = check("Kinks", "True")
    assert not report.passed
    assert "no entry could be compared" in report_text(report)


@pytest.mark.parametrize("sizes", [("1e3", "1e-9"), ("1e8", "0.1")])
def test_rounding_hides_no_mistake(sizes: tuple[str, str]) -> None:
    assert failed(check("OffsetFactor", *sizes)) == {"dx"}


def test_layer_that_returns_no_dx() -> None:
    report = check("NoDx", *LAYER)
    assert report.verdict == "right, but"
    assert "returns no dx" in said(report)[""]


def test_wrong_shape_of_dx() -> None:
    assert "has shape (4,)" in report_text(check("WrongDxShape"))


def test_gradients_of_no_known_parameter_are_told() -> None:
    report = check("Numbers")
    assert report.unchecked == ["dh"]
    assert "Not checked: dh" in report_text(report)


@pytest.mark.slow
def test_nothing_else_is_left_unchecked() -> None:
    for words in SOUND:
        assert not check(*words).unchecked or words[0] == "Numbers", words


@st.composite
def sound(draw: Any) -> tuple[str, list[str], list[int]]:
    size = st.integers(1, 9)
    kind = draw(
        st.sampled_from(["Linear", "TorchLinear", "ReLU", "Sigmoid", "Softmax", "CrossEntropy", "Columns", "Stack"])
    )
    n, widths = draw(size), [draw(size) for _ in range(3)]
    if kind in ("Linear", "TorchLinear"):
        return kind, list(map(str, widths[:2])), [n, widths[0]]
    if kind == "Columns":
        return kind, list(map(str, widths)), [widths[0], n + 9]  # columns are told from rows by their number
    if kind == "Stack":
        return kind, [str(widths)], [n, widths[0]]
    return kind, [], [n, widths[0]]


@given(sound(), st.integers(0, 10**6))
@settings(**sampling(50))
def test_no_false_alarm(layer: tuple[str, list[str], list[int]], seed: int) -> None:
    name, words, shape = layer
    report = check(name, *words, shape=shape, seed=seed)
    assert report.passed, report_text(report)
