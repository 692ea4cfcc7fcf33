"""What was not checked is told."""

from __future__ import annotations

from tests.kit.students import check, said


def test_lines_that_did_not_run_are_told() -> None:
    report = check("OneHotOrLabels")
    assert report.passed
    assert "did not run, and were not checked: tests/gradcheck/classes/branches.py:20-22" in report.notes[0]


def test_the_other_branch_is_checked_where_it_is_asked_for() -> None:
    report = check("OneHotOrLabels", targets="labels")
    assert report.verdict == "right, but"
    assert "Work on a copy" in said(report)[""]
