"""One stack: what fails for one member concerns no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from twinprop.config.schema import Config
from twinprop.errors import OutputError
from twinprop.population.stack import LogFile, Member, Stack
from twinprop.population.train import MemberRecorder
from twinprop.run.directory import RunDirectory
from twinprop.training.monitor import Monitor
from twinprop.training.plan import TrainConfig


def test_a_log_that_cannot_be_written_hinders_nothing(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs Linux's /dev/full")
    told: list[dict[str, Any]] = []
    member = Member(0, Config(), tmp_path, LogFile(full, "%(message)s"))
    recorder = MemberRecorder(
        Stack([member], 1, 1, 1.0),
        member,
        Monitor(0, TrainConfig()),
        RunDirectory(tmp_path),
        lambda _, summary: told.append(summary),
    )
    recorder.fail(OutputError("the disk is full"))
    assert told[0]["message"] == "the disk is full"
    assert json.loads((tmp_path / "summary.json").read_text())["status"] == "failed"
