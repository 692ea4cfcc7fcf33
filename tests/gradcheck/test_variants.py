"""172 files of others than this program's authors, who knew the kinds of mistakes and not the program: what it says.

The first 104 (m01 to m24) vary the kinds that once failed, the others 15 classic mistakes and what is right. Each has
its own architecture, names and style; wrong ones have one mistake, whose lines the table tells, as it tells which lines
are right. So no hint may show one of these.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from twinprop.commands.gradcheck import check_each
from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import report_text
from twinprop.gradcheck.source.loading import SeveralError

FOLDER = Path(__file__).with_name("variants")
CASES = [line.split("\t") for line in (FOLDER / "cases.tsv").read_text("utf-8").splitlines()[1:]]
HINTED = 0.8

SEVERAL = ("m20_2_layer_functions_cache",)
"""Files with several things that are right, which are checked one after the other."""

pytestmark = pytest.mark.slow


def spec_of(file: str, names: str) -> str:
    return f"{FOLDER / file}.py" + (f":{names}" if names else "")


def hints(file: str, names: str) -> str:
    """What is said of the mistake, without what large numbers do."""
    return "\n".join(text for _, text in check_class(spec_of(file, names)).mistakes)


@pytest.mark.parametrize(("file", "names", "verdict", "lines", "right"), CASES, ids=[case[0] for case in CASES])
def test_verdict_and_no_false_line(file: str, names: str, verdict: str, lines: str, right: str) -> None:
    if file in SEVERAL:
        with pytest.raises(SeveralError) as several:
            check_class(spec_of(file, names))
        options = {"args": [], "input": None, "targets": None, "classes": None, "constant": [], "seed": 0}
        assert check_each(spec_of(file, names), several.value.names, options) == 0
        return
    report = check_class(spec_of(file, names))
    assert report.verdict == verdict, report_text(report)
    told = re.findall(rf"{file}\.py:(\d+)", "\n".join(text for _, text in report.mistakes))
    assert not {*told} & {*right.split()}, report_text(report)


def test_most_mistakes_are_named_with_their_line_or_in_words() -> None:
    wrong = [case for case in CASES if case[2] == "wrong"]
    named = [case[0] for case in wrong if "no known mistake" not in hints(*case[:2])]
    assert len(named) >= HINTED * len(wrong), {case[0] for case in wrong} - {*named}
