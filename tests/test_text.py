"""Numbers for people."""

from __future__ import annotations

from twinprop.text import duration


def test_a_duration_is_told_in_the_units_that_fit() -> None:
    expected = {0.2: "1 s", 61: "1 min 1 s", 3720: "1 h 2 min", None: "an unknown time"}
    assert {seconds: duration(seconds) for seconds in expected} == expected
