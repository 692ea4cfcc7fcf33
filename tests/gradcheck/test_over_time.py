"""Recurrent networks whose backward is given what forward returned of each step; each right, and with mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import FOLDER, check, failed

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.hints import repair
from twinprop.gradcheck.report import report_text


@pytest.fixture(autouse=True)
def _without_edits(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong is looked at here, and not why."""
    monkeypatch.setattr(repair, "SECONDS", 0.0)


STEP = FOLDER.parent / "scripts" / "lstm_step.py"


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("TinyCharNet", "4", "6"), 5),
        (("Letters", "7"), 5),
        (("StepLSTM", "4", "6"), 5),
        (("SequenceNet", "4", "6", "3"), 6),
        (("KeywordRNN", "6", "7"), 5),
        (("CourseRNN", "4", "3"), 5),
        (("TextLSTM", "7", "6"), 10),
        (("FixedLength", "7", "6", "8", "0.1"), 5),
    ],
    ids=str,
)
def test_right_ones(words: tuple[str, ...], count: int) -> None:
    report = check(*words)
    assert report.verdict == "right", report_text(report)
    assert sum(one.passed for one in report.gradients) == count
    assert not report.unchecked


def twin(tmp_path: Path, file: Path, old: str, new: str) -> Path:
    text = file.read_text()
    assert old in text
    wrong = tmp_path / file.name
    wrong.write_text(text.replace(old, new))
    return wrong


@pytest.mark.parametrize(
    ("words", "old", "new", "wrong"),
    [
        ("TinyCharNet 4 6", "self.Whh.T @ draw", "self.Whh @ draw", "Wxh Whh bh"),
        ("Letters 7", 'dh_next = p["W"].T @ da', 'dh_next = p["W"] @ da', "U W b"),
        ("StepLSTM 4 6", "dh = dhs[t] + dh_next", "dh = dhs[t]", "W b h0 c0 x"),
        ("SequenceNet 4 6 3", "later = d @ self.wh", "later = d @ self.wh.T", "wx bh x"),
        ("KeywordRNN 6 7", "self.Wh.T @ raw", "self.Wh @ raw", "Wx Wh bh"),
        ("CourseRNN 4 3", " + later", "", "U W b"),
        ("FixedLength 7 6 8 0.1", "self.W.T @ dhrec", "self.W @ dhrec", "U W b"),
    ],
    ids=str,
)
def test_mistakes(tmp_path: Path, words: str, old: str, new: str, wrong: str) -> None:
    name, *sizes = words.split()
    report = check_class(f"{twin(tmp_path, FOLDER / 'over_time.py', old, new)}:{name}", sizes)
    assert report.verdict == "wrong", report_text(report)
    names = {one.of.removeprefix("params['").removesuffix("']") for one in report.gradients if not one.passed}
    assert names == {*wrong.split()}


def test_a_step_with_weights_in_its_module(tmp_path: Path) -> None:
    report = check_class(f"{STEP}:backward")
    assert report.verdict == "right", report_text(report)
    assert {"h_prev", "c_prev", "Wf", "bv"} <= {one.of for one in report.gradients}
    assert "x (13, 1)" in report.given  # as forward asserts


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("dh = Wv.T @ dv + dh_next", "dh = Wv.T @ dv", "Wf bf Wi bi Wg bg Wo bo h_prev c_prev"),
        ("dz[:n_h, :], f * dc", "dz[:n_h, :], dc", "c_prev"),
    ],
)
def test_mistake_in_such_a_step(tmp_path: Path, old: str, new: str, wrong: str) -> None:
    report = check_class(f"{twin(tmp_path, STEP, old, new)}:backward")
    assert {one.of for one in report.gradients if not one.passed} == {*wrong.split()}, report_text(report)


def test_gradient_that_is_clipped_is_right_where_it_is_small(tmp_path: Path) -> None:
    clipped = "return [np.clip(one, -1, 1) for one in (g['wo'], g['wh'], g['wx'], g['bh'], g['bo'], dx)]"
    right = 'return g["wo"], g["wh"], g["wx"], g["bh"], g["bo"], dx'
    file = twin(tmp_path, FOLDER / "over_time.py", right, clipped)
    report = check_class(f"{file}:SequenceNet", ["4", "6", "3"])
    assert report.verdict == "right, but", report_text(report)
    assert "dy is small" in " ".join(report.advice)
    file.write_text(file.read_text().replace("(out_grads[t] @ self.wo + later)", "(out_grads[t] @ self.wo)"))
    assert failed(check_class(f"{file}:SequenceNet", ["4", "6", "3"]))
