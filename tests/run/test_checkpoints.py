"""The last two checkpoints stay, the newest sound one is found, and what no longer matches is named."""

from __future__ import annotations

import copy
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twinprop.errors import TwinpropError
from twinprop.run import checkpoints, matching
from twinprop.run.checkpoints import Checkpoint, CheckpointFolder, by_step, read_checkpoint, sound
from twinprop.run.directory import PART
from twinprop.run.state_file import StateFileError
from twinprop.training.position import Position


def position(steps: int) -> Position:
    return Position([0], [{"steps": steps, "parameters": np.arange(100.0) * steps}], [{"status": "running"}], None)


def folder_of(tmp_path: Path, seconds: float | None = 50.0) -> CheckpointFolder:
    return CheckpointFolder(tmp_path, [4, 7], lambda: {"code": "x"}, seconds)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    kept = folder_of(tmp_path)
    for steps in (5, 9, 10, 100):
        kept.write(position(steps))
    return tmp_path / "4"


def test_the_last_two_stay(written: Path) -> None:
    assert [path.name for path in by_step(written)] == ["step_100.safetensors", "step_10.safetensors"]
    newest = next(sound(written))
    assert (newest.members, newest.about, newest.position.steps) == ([4, 7], {"code": "x"}, 100)
    np.testing.assert_array_equal(newest.position.states[0]["parameters"], np.arange(100.0) * 100)


def test_what_a_killed_process_left_half_written_goes(written: Path) -> None:
    (written / f"{PART}0123").write_bytes(b"half")
    folder_of(written.parent).write(position(50))
    assert not list(written.glob(f"{PART}*"))
    assert len(by_step(written)) == 2


@pytest.mark.parametrize("damage", ["emptied", "cut", "flipped", "other", "gone"])
def test_of_a_damaged_one_the_one_before_is_used_and_it_is_told(
    damage: str, written: Path, caplog: pytest.LogCaptureFixture
) -> None:
    newest = written / "step_100.safetensors"
    data = bytearray(newest.read_bytes())
    data[len(data) // 2] ^= 1
    content = {"emptied": b"", "cut": newest.read_bytes()[:-7], "flipped": bytes(data), "other": b"hello" * 40}
    if damage == "gone":
        newest.unlink()
    else:
        newest.write_bytes(content[damage])
    with caplog.at_level(logging.WARNING, "twinprop"):
        assert next(sound(written)).position.steps == 10
    assert ("step_100" in caplog.text) == (damage != "gone")


def test_where_none_is_sound_there_is_none(written: Path) -> None:
    for path in written.iterdir():
        path.write_bytes(b"")
    assert list(sound(written)) == []
    assert list(sound(written / "nothing")) == []


def test_a_state_that_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "step_1.safetensors"
    checkpoints.write_state(path, {"members": [0]})
    with pytest.raises(StateFileError, match="is not a checkpoint"):
        read_checkpoint(path)


def test_writing_takes_no_more_than_its_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("twinprop.run.pace.monotonic", lambda: now[0])

    def slow(*_: Any) -> None:
        now[0] += 3.0

    monkeypatch.setattr(checkpoints, "write", slow)
    kept = folder_of(tmp_path, 50.0)
    written = 0
    while now[0] < 100_000:
        now[0] += 0.5  # an update
        if kept.due():
            kept.write(position(1))
            written += 1
    assert 0.01 < 3.0 * written / now[0] < 0.02


def test_without_seconds_none_is_due(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = folder_of(tmp_path, None)
    monkeypatch.setattr("twinprop.run.pace.monotonic", lambda: 1e12)
    assert not kept.due()


def test_a_full_disk_is_told_once_and_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kept = folder_of(tmp_path)

    def full(*_: Any) -> None:
        raise checkpoints.OutputError("no space")

    monkeypatch.setattr(checkpoints, "write_state", full)
    with caplog.at_level(logging.WARNING, "twinprop"):
        kept.write(position(1))
        kept.write(position(2))
    assert caplog.text.count("no space") == 1


ABOUT: dict[str, Any] = {
    "code": "abc",
    "plugins": {"mine.py": "abc"},
    "data": {"train": 1, "val": 2, "test": 3},
    "environment": {
        **dict.fromkeys(matching.VERSIONS, "1.0"),
        "cpu": "a", "blas": ["b"], "device": "cpu", "threads": 1,
    },
    "configs": [{"seed": 0, "train": {"epochs": 3, "steps": None}}],
}  # fmt: skip

CHANGES = {
    "plugin": (("plugins", "mine.py"), "def", "mine.py has changed."),
    "code": (("code",), "def", "twinprop's own code has changed."),
    "version": (("environment", "numpy"), "2.0", "numpy: was 1.0, is 2.0."),
    "samples": (("data", "val"), 5, "the samples have changed (val)."),
    "configuration": (("configs", 0, "seed"), 1, "seed: was 0, is 1."),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_no_longer_matches_is_named_and_wants_force(name: str) -> None:
    (*way, last), value, message = CHANGES[name]
    now = copy.deepcopy(ABOUT)
    part: Any = now
    for key in way:
        part = part[key]
    part[last] = value
    saved = Checkpoint(Path("step_1.safetensors"), [0], ABOUT, position(1))
    with pytest.raises(TwinpropError) as error:
        matching.check_match(saved, now, force=False)
    assert message in str(error.value)
    assert "--force" in str(error.value)
    matching.check_match(saved, now, force=True)


def test_lengths_may_change_and_machines_too(caplog: pytest.LogCaptureFixture) -> None:
    now = copy.deepcopy(ABOUT)
    now["configs"][0]["train"]["epochs"] = 60
    now["environment"]["cpu"] = "another"
    with caplog.at_level(logging.WARNING, "twinprop"):
        matching.check_match(Checkpoint(Path("step_1"), [0], ABOUT, position(1)), now, force=False)
    assert "cpu a, now another" in caplog.text
