"""Classes that only their own training tells how to call: one step of it is the gradient times the rate."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import check, failed

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.report import report_text


@pytest.mark.parametrize(
    ("name", "loss"),
    [
        ("PairsOfColumns", "½ squared error, mean over the samples"),
        ("OneByOne", "½ squared error, sum"),
        ("MakesWeightsInTrain", "cross entropy, mean over the samples"),
        ("PreActivations", "½ squared error, mean over the samples"),
        ("AddsWhatIsNegative", "½ squared error, sum"),
    ],
)
def test_right_one_is_right(name: str, loss: str) -> None:
    report = check(name)
    assert report.right, report_text(report)
    assert report.assumed_loss == loss
    assert any("one step of" in note for note in report.notes)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        pytest.param("PairsOfColumnsWrong", {"change of w[0]", "change of b[0]"}, marks=pytest.mark.slow),
        ("OneByOneAfterTheUpdate", {"change of w1"}),
        pytest.param("MakesWeightsInTrainWrong", {"change of w[0]"}, marks=pytest.mark.slow),
        pytest.param("PreActivationsWrong", {"change of w"}, marks=pytest.mark.slow),
    ],
)
def test_wrong_twin_is_found(name: str, wrong: set[str]) -> None:
    report = check(name)
    assert failed(report) == wrong, report_text(report)


def test_sign_of_what_is_returned_is_that_with_which_it_is_used() -> None:
    report = check("AddsWhatIsPositive")
    assert report.verdict == "right, but"
    assert "each step goes uphill" in report.advice[0]


@pytest.mark.slow
def test_no_verdict_where_the_loss_may_be_another() -> None:
    with pytest.raises(SubjectError, match="gradient of none of the likely losses"):
        check("OtherLoss")


def test_right_but_for_what_is_clipped() -> None:
    report = check("ClipsLarge")
    assert report.verdict == "right, but", report_text(report)
    assert "close to the outputs" in report.given


@pytest.mark.slow
def test_other_mistakes_are_not_taken_for_clipping() -> None:
    with pytest.raises(SubjectError, match="gradient of none of the likely losses"):
        check("ClipsLargeWrong")


def test_what_the_training_hands_to_backward() -> None:
    report = check("TakesTheError")
    assert report.right, report_text(report)
    assert report.assumed_loss == "cross entropy, sum"


@pytest.mark.slow
def test_decay_in_a_step_is_left_out() -> None:
    report = check("DecaysInTheStep")
    assert report.verdict == "right, but", report_text(report)
    assert "checked with l2_penalty = 0" in report.advice[0]


def test_change_is_the_gradient_where_there_is_no_rate() -> None:
    assert check("NoRate").right


@pytest.mark.slow
def test_factor_is_seen_where_there_is_no_rate() -> None:
    report = check("NoRateWrong")
    assert report.verdict == "wrong"
    assert "3.5 times the right gradient" in " ".join(report_text(report).split())


def test_arguments_are_told_by_the_names_that_forward_uses() -> None:
    assert check("SameName").right
    report = check("CacheAndMode")
    assert report.right, report_text(report)
    assert report.assumed_loss == "squared error, mean over all numbers"


@pytest.mark.slow
def test_wrong_mode_is_wrong() -> None:
    assert check("CacheAndModeWrong").verdict == "wrong"


def test_lost_self_is_told() -> None:
    with pytest.raises(SubjectError, match=r"self is missing in `def step\(w, x\)`"):
        check("LacksSelf")


@pytest.mark.slow
def test_clipping_is_no_excuse_for_a_stale_cache() -> None:
    assert check("ClipsAndIsStale").verdict == "wrong"


PONDERS = """
from numpy import exp, random


class Ponders:
    def __init__(self):
        random.seed(4)
        self.first, self.second = random.randn(4, 6), random.randn(6, 2)

    def squash(self, s):
        return 1 / (1 + exp(-s))

    def ponder(self, signals, both=False):
        hidden = self.squash(signals @ self.first)
        answer = self.squash(hidden @ self.second)
        return [hidden, answer] if both else answer

    def train(self, signals, wanted, rounds):
        for turn in range(rounds):
            hidden, answer = self.ponder(signals, True)
            lacking = (wanted - answer) * answer * (1 - answer)
            below = lacking @ self.second.T * hidden * (1 - hidden)
            self.second += hidden.T @ lacking
            self.first += signals.T @ below
"""


def test_forward_is_what_the_training_gives_its_input_to(tmp_path: Path) -> None:
    (tmp_path / "right.py").write_text(PONDERS)
    report = check_class(f"{tmp_path}/right.py:Ponders")
    assert report.right, report_text(report)
    assert report.notes[-1] == "the gradients are what one step of train changes."  # there is no rate
    (tmp_path / "wrong.py").write_text(PONDERS.replace("* hidden * (1 - hidden)", "* (1 - hidden)"))
    assert failed(check_class(f"{tmp_path}/wrong.py:Ponders")) == {"change of first"}
