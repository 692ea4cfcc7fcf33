"""Numbers and commands for people."""

from __future__ import annotations

import csv
import io

import pytest

from twinprop.text import as_typed, csv_text, duration, size


def test_a_duration_is_told_in_the_units_that_fit() -> None:
    expected = {0.2: "1 s", 61: "1 min 1 s", 3720: "1 h 2 min", None: "an unknown time"}
    assert {seconds: duration(seconds) for seconds in expected} == expected


@pytest.mark.parametrize(
    ("started", "wanted"),
    {
        "train.py": "python train.py -m seed=0,1 or python train.py; python -m twinprop report",
        "/bin/twinprop": "twinprop sweep seed=0,1 or twinprop train; twinprop report",
        "twinprop/__main__.py": "python -m twinprop sweep seed=0,1 or python -m twinprop train; "
        "python -m twinprop report",
    }.items(),
)
def test_commands_are_as_the_user_types_them(started: str, wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", [started, "x"])
    assert as_typed("python train.py -m seed=0,1 or python train.py; python -m twinprop report") == wanted


def test_a_size_is_told_in_the_units_that_fit() -> None:
    expected = {0: "0 B", 999: "999 B", 1000: "1.00 kB", 25240: "25.2 kB", 999_700: "1.00 MB", 4 * 10**11: "400 GB"}
    assert {count: size(count) for count in expected} == expected


def test_spreadsheets_compute_nothing_of_a_text() -> None:
    kept = ["-1", "-0.5 ± 0.1", "+1e-3", "- ", "a=1", -1.5, 3, "x", "[-1]"]
    started = ["=1+1", "@SUM(A1)", "-2+3+cmd|' /C calc'!A0", "+HYPERLINK(A1)", "\t=1", '=cmd|"x"']
    (first, second) = csv.reader(io.StringIO(csv_text([kept, started])))
    assert first == [str(each) for each in kept]
    assert second == [f"'{each}" for each in started]
