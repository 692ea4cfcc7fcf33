"""A weight that makes no difference is not told right: a list of sequences has some of more than one step."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import FOLDER, LAYER, check, failed

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.hints import repair
from twinprop.gradcheck.report import Report, report_text


@pytest.fixture(autouse=True)
def _without_edits(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong is looked at here, and not why."""
    monkeypatch.setattr(repair, "SECONDS", 0.0)


FILE = FOLDER / "sequences.py"


def not_checked(report: Report) -> list[str]:
    return [note.partition(":")[0] for note in report.notes if "not checked, for with these inputs" in note]


@pytest.mark.parametrize(
    ("name", "weights"),
    [("SentenceNet", "UWV"), pytest.param("RowsOverTime", "xhy", marks=pytest.mark.slow), ("LastOfRows", "xhy")],
)
def test_the_weights_between_steps_are_seen(name: str, weights: str) -> None:
    report = check(name)
    assert report.verdict == "right", report_text(report)
    assert [one.of[-1] for one in report.gradients] == [*weights]
    assert not not_checked(report)


@pytest.mark.parametrize(
    ("name", "old", "new", "wrong"),
    [
        ("SentenceNet", "later = self.W.T @ dz", "later = self.W @ dz", "UW"),
        pytest.param(
            *("RowsOverTime", "gh += np.outer(hs[t], dz)", "gh += np.outer(hs[t + 1], dz)", ["Wh"]),
            marks=pytest.mark.slow,
        ),
        pytest.param(
            *("LastOfRows", "later = dz @ self.Wh.T", "later = dz @ self.Wh", ["Wx", "Wh"]), marks=pytest.mark.slow
        ),
    ],
)
def test_so_are_mistakes_between_them(tmp_path: Path, name: str, old: str, new: str, wrong: str) -> None:
    text = FILE.read_text()
    assert old in text
    (tmp_path / "wrong.py").write_text(text.replace(old, new))
    report = check_class(f"{tmp_path / 'wrong.py'}:{name}")
    assert failed(report) == {f"change of {weight}" for weight in wrong}, report_text(report)


@pytest.mark.parametrize(("name", "words"), [("NeverUsed", "V"), ("AsleepBehindReLU", "b, W")])
def test_what_makes_no_difference_is_named(name: str, words: str) -> None:
    report = check(name, *LAYER)
    assert report.right, report_text(report)
    assert not_checked(report) == [words]


def test_a_row_for_each_of_as_many_steps_as_the_object_says(tmp_path: Path) -> None:
    report = check("RowOfEachStep")
    assert report.verdict == "right", report_text(report)
    assert {one.of for one in report.gradients} >= {"wx", "wh", "bh", "wo"}
    assert "x (4, 1, 4)" in report.given
    (tmp_path / "wrong.py").write_text(FILE.read_text().replace("later = dz @ self.wh.T", "later = dz @ self.wh"))
    wrong = check_class(f"{tmp_path / 'wrong.py'}:RowOfEachStep")
    assert failed(wrong) == {"dwx", "dwh", "dbh"}, report_text(wrong)
