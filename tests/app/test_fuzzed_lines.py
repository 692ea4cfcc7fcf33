"""Whatever is typed, the command trains it or answers in one message: no traceback, and no hang."""

from __future__ import annotations

import faulthandler
import warnings
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from tests.kit.catalogue import Trained, answer, prepare, refuse_training
from tests.kit.override_grammar import lines

from twinprop.app.launcher import PopulationLauncher

HANGS = 120
"""Seconds after which a line counts as one that hangs, and ends the tests; most take a tenth of a second."""

ANY = {
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}


def try_line(
    words: Sequence[str], folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Give the command a line, and look at its answer."""
    prepare(folder)
    refuse_training(monkeypatch)

    def launched(*_: object, **__: object) -> None:
        raise Trained

    monkeypatch.setattr(PopulationLauncher, "launch", launched)
    faulthandler.dump_traceback_later(HANGS, exit=True)
    try:
        with warnings.catch_warnings(record=True):  # of Hydra, about what it will take no more
            found = answer(list(words), folder, monkeypatch, capfd)
    finally:
        faulthandler.cancel_dump_traceback_later()
    assert found.error is None, f"{words}: {type(found.error).__name__}: {found.error}"
    if found.status:
        assert found.message.strip(), words
        assert "Traceback" not in found.message + found.shown, words


NUMBERS = count()


@settings(max_examples=15, **ANY)
@given(words=lines)
def test_some_lines(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    try_line(words, tmp_path / str(next(NUMBERS)), monkeypatch, capfd)


@pytest.mark.slow
@settings(max_examples=300, **ANY)
@given(words=lines)
def test_many_lines(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    try_line(words, tmp_path / str(next(NUMBERS)), monkeypatch, capfd)
