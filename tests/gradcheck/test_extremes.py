"""Large numbers: what overflows is told with its line, beside right gradients."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.kit.students import SIZES, check, said, spec_of

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.faults import Clock
from twinprop.gradcheck.judging.unchecked import explain_overflow
from twinprop.gradcheck.measuring.choice import choose_inputs
from twinprop.gradcheck.measuring.searching import Wanted
from twinprop.gradcheck.measuring.subject import Subject
from twinprop.gradcheck.report import report_text


@pytest.mark.parametrize(
    ("words", "hints"),
    [
        (("UnshiftedSoftmax",), ["the exponential of a softmax overflows"]),
        (("UnshiftedCrossEntropy",), ["the exponential of a softmax overflows", "the logarithm of 0"]),
        (("UnshiftedLogSumExp",), ["the exponential of a softmax overflows"]),
        (("LogOfSoftmax",), ["the logarithm of 0"]),
        (("ColumnsUnshifted", *SIZES), ["the exponential of a softmax overflows", "the logarithm of 0"]),
        (("LogOfProbabilities",), ["0 · log 0 is nan", "before the softmax"]),
        (("UnclippedBCE",), ["0 · log 0 is nan", "before the sigmoid", "np.maximum(z, 0) - z * y"]),
        (("NaiveSigmoid",), ["the exponential overflows", "np.where(z >= 0, 1, e) / (1 + e)"]),
        (("NaiveSoftplus",), ["the exponential overflows", "np.log1p(e)"]),
        (("NaiveTanh",), ["the exponential overflows", "np.tanh(z)"]),
        (("LogisticOfSigmoid", "4"), ["the logarithm of 0", "np.maximum(z, 0) - z * y"]),
    ],
    ids=lambda value: str(value)[:30],
)
def test_mistake_beside_right_gradients(words: tuple[str, ...], hints: list[str]) -> None:
    report = check(*words)
    assert report.right
    assert not report.passed
    assert report.verdict == "right, but"
    assert all(hint in said(report)[""] for hint in hints)
    assert ("softmax" in "".join(hints)) or "largest number of each row" not in said(report)[""]


def test_overflow_is_told_with_its_line_and_log_softmax_is_not_called_unshifted() -> None:
    (text,) = check("LogOfSoftmax").advice
    assert "losses.py:" in text
    assert "return -np.log(self.p" in text
    assert "overflows" not in text


def test_looking_for_overflow_leaves_the_weights() -> None:
    subject = next(Subject.load(spec_of("Columns"), SIZES, 0))
    inputs, _ = choose_inputs(subject, Wanted(SIZES), Clock())
    assert inputs is not None
    before = [parameter.get().copy() for parameter in subject.parameters]
    with np.errstate(all="ignore"):
        assert explain_overflow(subject, inputs) == []
    assert all(np.array_equal(parameter.get(), old) for parameter, old in zip(subject.parameters, before, strict=True))


ONE_WORD = """
import numpy as np

def shares(z):
    return np.exp(z - z.max()) / np.exp(z - z.max()).sum()

def guess_loss_and_gradient(x, word_idx, vectors):
    p = shares(vectors @ x)
    d = p.copy()
    d[word_idx] -= 1
    return -np.log(p[word_idx]), vectors.T @ d, np.outer(d, x)
"""


def test_softmax_that_only_a_function_holds(tmp_path: Path) -> None:
    (tmp_path / "words.py").write_text(ONE_WORD)
    report = check_class(f"{tmp_path}/words.py:guess_loss_and_gradient")
    assert report.right, report_text(report)
    assert "the logarithm of the softmax" in " ".join(said(report)[""].split())
    assert "sigmoid" not in said(report)[""]
    (tmp_path / "wrong.py").write_text(ONE_WORD.replace("-= 1", "-= 2"))
    assert check_class(f"{tmp_path}/wrong.py:guess_loss_and_gradient").verdict == "wrong"


def test_softmax_over_everything_is_told_as_one(tmp_path: Path) -> None:
    (tmp_path / "soft.py").write_text(
        "import numpy as np\n\ndef soft(z):\n    return np.exp(z) / np.exp(z).sum()\n\n"
        "def soft_backward(z, d):\n    p = soft(z)\n    return p * (d - (p * d).sum())\n"
    )
    report = check_class(f"{tmp_path}/soft.py:soft,soft_backward")
    assert "the largest number of each sample first" in " ".join(said(report)[""].split()), report_text(report)
