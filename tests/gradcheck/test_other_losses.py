"""Gradients of another loss than the one that is printed: what is told, and what is wrong all the same."""

from __future__ import annotations

from typing import Any

import pytest
from tests.kit.students import SIZES, check, said

from twinprop.gradcheck.measuring.subject import Subject


def test_other_cross_entropy_is_told() -> None:
    report = check("SigmoidsOfOneClass", *SIZES)
    assert report.verdict == "right, but"
    assert "binary cross entropy, mean over the samples" in report.advice[0]
    assert "compute_loss returns another loss: cross entropy, mean over the samples" in report.advice[0]


def test_lost_mean_is_not_another_loss() -> None:
    assert check("SigmoidsOfOneClassSummed", *SIZES).verdict == "wrong"


def test_lost_term_is_not_another_loss() -> None:
    report = check("TermOfLossIsMissing", *SIZES)
    assert report.verdict == "wrong"
    assert "softmax" not in " ".join(said(report).values())


def test_targets_are_not_what_an_activation_returned() -> None:
    report = check("SigmoidsOfOneClassSummed", *SIZES)
    assert "y > 0" not in " ".join(said(report).values())


@pytest.mark.parametrize("name", ["EntropyOfEachSample", "SquaresOfEachSample"])
def test_mean_may_be_left_to_the_step(name: str) -> None:
    report = check(name)
    assert report.verdict == "right, but"
    assert "layer.W -= lr * layer.each_dW.mean(axis=0)" in " ".join(report.advice)


@pytest.mark.parametrize("name", ["SquaresWithoutTwo", "EntropyTurned"])
def test_other_factors_are_wrong_there(name: str) -> None:
    assert check(name).verdict == "wrong"


def test_forward_runs_once_for_all_likely_losses(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    forward = Subject.forward

    def counted(*given: Any) -> Any:
        calls.append(given)
        return forward(*given)

    monkeypatch.setattr(Subject, "forward", counted)
    assert check("WithoutLoss", *SIZES).right
    assert len(calls) < 1200
