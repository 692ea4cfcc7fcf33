"""Everything but kill -9: signals, pauses, full disks, folders that vanish, damaged checkpoints, too many at once."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.kit.commands import TRAIN
from tests.kit.faults import RESUME, SECONDS, Command, assert_same_bits, children, finished_files, rows_of, until

OFTEN = "train.checkpoint_seconds=0.05"
RUN = ["model.backend=scratch", "model.dropout=0.2", "train.epochs=250"]
SWEEP = ["optimizer.lr=0.01,0.1", "seed=0,1", "model.backend=scratch", "train.epochs=250"]


@pytest.fixture(scope="module")
def wholes(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Command]:
    """An undisturbed run and an undisturbed sweep."""
    folder = tmp_path_factory.mktemp("wholes")
    made = {sweep: Command(folder, SWEEP if sweep else RUN, sweep, f"whole-{sweep}") for sweep in (False, True)}
    for whole in made.values():
        whole.finish()
    return made


def broken(folder: Path, sweep: bool, **options: Any) -> Command:
    return Command(folder, [*(SWEEP if sweep else RUN), OFTEN], sweep, options=options)


def removed(folder: Path) -> bool:
    """Remove a folder, and say whether it is gone: what is at work in it may write a file meanwhile."""
    with suppress(OSError):
        shutil.rmtree(folder)
    return not folder.exists()


def statuses(command: Command) -> list[str]:
    return [json.loads((run / "summary.json").read_text())["status"] for run in command.runs()]


@pytest.mark.slow
@pytest.mark.parametrize("sweep", [False, True], ids=["run", "sweep"])
@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1])
def test_a_signal_saves_and_says_how_to_go_on(
    kind: signal.Signals, sweep: bool, wholes: dict[bool, Command], tmp_path: Path
) -> None:
    command = broken(tmp_path, sweep)
    process = command.start()
    assert command.wait_for_training(process)
    process.send_signal(kind)
    said, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 130, said
    assert "To go on: python -m twinprop resume broken" in said
    assert "Traceback" not in said
    assert set(statuses(command)) == {"interrupted"}
    assert all((run / "model.safetensors").exists() for run in command.runs() if len(rows_of(run)))
    said = command.finish()
    assert ("going on at step" in said) or ("resuming 4 jobs: 0 completed stay" in said)
    assert_same_bits(command, wholes[sweep])
    kept = finished_files(command)
    assert "nothing is left" in command.finish() or sweep
    assert finished_files(command) == kept, "resuming what has ended changes nothing"


@pytest.mark.slow
@pytest.mark.parametrize("sweep", [False, True], ids=["run", "sweep"])
def test_a_closed_pipe_saves(sweep: bool, wholes: dict[bool, Command], tmp_path: Path) -> None:
    command = broken(tmp_path, sweep)
    process = command.start()
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=SECONDS) in (0, 130)  # the sweep may have nothing more to say before its end
    command.finish()
    assert_same_bits(command, wholes[sweep])


@pytest.mark.slow
@pytest.mark.parametrize("sweep", [False, True], ids=["run", "sweep"])
def test_pauses_change_nothing(sweep: bool, wholes: dict[bool, Command], tmp_path: Path) -> None:
    command = broken(tmp_path, sweep)
    process = command.start()
    chance = random.Random(0)
    for _ in range(5):
        if not command.wait_for_training(process):
            break
        everybody = [process.pid, *children(process.pid)]
        for each in chance.sample(everybody, chance.randint(1, len(everybody))):
            os.kill(each, signal.SIGSTOP)
        time.sleep(chance.uniform(0.1, 0.5))
        for each in everybody:
            if Path(f"/proc/{each}").exists():
                os.kill(each, signal.SIGCONT)
    said, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, said
    assert_same_bits(command, wholes[sweep])


@pytest.mark.slow
@pytest.mark.parametrize("sweep", [False, True], ids=["run", "sweep"])
@pytest.mark.parametrize("how", ["emptied", "cut", "flipped", "all gone"])
def test_damaged_checkpoints(how: str, sweep: bool, wholes: dict[bool, Command], tmp_path: Path) -> None:
    command = broken(tmp_path, sweep)
    process = command.start()
    until(lambda: len(list(command.directory.glob("checkpoints/*/step_*"))) >= (3 if sweep else 2), "no checkpoints")
    process.kill()
    process.communicate()
    until(lambda: not any(Path(f"/proc/{each}").exists() for each in children(process.pid)), "workers stay")
    time.sleep(1.0)  # workers that lost their parent save once more
    for folder in (command.directory / "checkpoints").iterdir():
        if not folder.is_dir():
            continue
        found = sorted(folder.glob("step_*"), key=lambda path: int(path.stem.removeprefix("step_")))
        data = bytearray(found[-1].read_bytes())
        data[len(data) // 2] ^= 4
        if how == "all gone":
            shutil.rmtree(folder)
        else:
            found[-1].write_bytes({"emptied": b"", "cut": bytes(data[:-9]), "flipped": bytes(data)}[how])
    said = command.finish()
    assert ("The checkpoint before it is used" in said) == (how != "all gone"), said
    assert_same_bits(command, wholes[sweep])


def small_files() -> None:
    """As a disk that is full: files may not grow beyond this."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))


@pytest.mark.slow
@pytest.mark.parametrize("sweep", [False, True], ids=["run", "sweep"])
def test_after_a_full_disk_it_goes_on(sweep: bool, wholes: dict[bool, Command], tmp_path: Path) -> None:
    command = broken(tmp_path, sweep)
    command.options = {"preexec_fn": small_files}
    process = command.start()
    command.options = {}
    said, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 1, said
    assert "Traceback" not in said
    command.finish()
    assert_same_bits(command, wholes[sweep])


@pytest.mark.slow
def test_with_few_file_descriptors_a_sweep_trains_and_goes_on(wholes: dict[bool, Command], tmp_path: Path) -> None:
    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

    command = broken(tmp_path, sweep=True, preexec_fn=few)
    process = command.start()
    assert command.wait_for_training(process)
    process.kill()
    process.communicate()
    command.finish()
    assert_same_bits(command, wholes[True])


@pytest.mark.parametrize("sweep", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["run", "sweep"])
def test_a_folder_that_vanishes_ends_it_and_does_not_come_back(sweep: bool, tmp_path: Path) -> None:
    command = Command(tmp_path, ["model.backend=scratch", "train.epochs=3000", *(["seed=0,1"] if sweep else [])], sweep)
    process = command.start()
    assert command.wait_for_training(process)
    until(lambda: removed(command.directory), "the folder stays")
    said, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 1, said
    assert "Traceback" not in said
    assert "cannot be written" in said
    assert not list(command.directory.glob("**/model.safetensors"))


@pytest.mark.slow
def test_of_two_at_once_in_one_directory_one_waits_or_says_so(tmp_path: Path) -> None:
    command = Command(tmp_path, ["model.backend=scratch", "train.epochs=100000"])
    process = command.start()
    assert command.wait_for_training(process)
    other = subprocess.run(
        [*RESUME, "broken"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert other.returncode == 1
    assert "another process is at work in it" in other.stderr
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=SECONDS)
    rows = rows_of(command.directory)
    assert [int(row["epoch"]) for row in rows] == list(range(1, len(rows) + 1))


@pytest.mark.slow
def test_twenty_started_in_one_second_have_directories_of_their_own(tmp_path: Path) -> None:
    words = [*TRAIN, "model.backend=scratch", "train.epochs=2"]
    started = [
        subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(20)
    ]
    for process in started:
        said, _ = process.communicate(timeout=2 * SECONDS)
        assert process.returncode == 0, said
    runs = sorted((tmp_path / "outputs" / "runs").iterdir())
    assert len(runs) == 20
    assert {len(rows_of(run)) for run in runs} == {2}
