"""Networks that begin in ways of their own, right ones and those with a mistake."""

from __future__ import annotations

import pytest
from tests.kit.students import check, failed

from twinprop.gradcheck.report import report_text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ZerosAtFirst", ()),
        ("ClassesOfZeros", ()),
        ("PrivateBeginning", ()),
        ("FromTheEnd", ("[4, 3, 3]",)),
        ("FromTheEndReturned", ("[4, 5, 3]",)),
    ],
)
def test_right_one_is_right(name: str, words: tuple[str, ...]) -> None:
    report = check(name, *words)
    assert report.right, report_text(report)


@pytest.mark.parametrize(
    ("name", "words", "wrong"),
    [
        ("ZerosAtFirstWrong", (), {"change of coef"}),
        ("ClassesOfZerosWrong", (), {"change of W"}),
        ("PrivateBeginningWrong", (), {"change of b[0]", "change of b[1]", "change of w[0]", "change of w[1]"}),
        ("FromTheEndWrong", ("[4, 3, 3]",), {"weight_gradients[1]", "bias_gradients[1]"}),
        ("FromTheEndReturnedWrong", ("[4, 5, 3]",), {"grads_w[1]", "grads_b[1]"}),
    ],
)
def test_wrong_twin_is_found(name: str, words: tuple[str, ...], wrong: set[str]) -> None:
    report = check(name, *words)
    assert failed(report) == wrong, report_text(report)
