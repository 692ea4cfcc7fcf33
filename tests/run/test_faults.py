"""What goes wrong outside the program: full disks, killed processes. Nothing already written is lost."""

from __future__ import annotations

import csv
import json
import resource
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from tests.kit.commands import TRAIN

from twinprop.run.checkpoints import sound

ENDLESS = ["train.epochs=1000000", "data=moons", "model.width=4", "hydra.run.dir=run"]
SWEEP = [
    "-m",
    *ENDLESS[:-1],
    "model.backend=scratch",
    "seed=1,2",
    "hydra.sweep.dir=run",
    "hydra.sweep.subdir=${hydra.job.num}",
]


def start(folder: Path, *words: str, **options: Any) -> subprocess.Popen[str]:
    command = [*TRAIN, *words]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def wait_for_rows(metrics: Path, process: subprocess.Popen[str], rows: int = 3) -> None:
    """Wait until a run has recorded some evaluations."""
    deadline = time.monotonic() + 60
    while not metrics.exists() or metrics.read_text().count("\n") <= rows:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)


def rows_of(run: Path) -> list[dict[str, str]]:
    with open(run / "metrics.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_killed_at_once_a_run_keeps_every_row(tmp_path: Path) -> None:
    process = start(tmp_path, *ENDLESS, "data.n_samples=30000")
    wait_for_rows(tmp_path / "run" / "metrics.csv", process, rows=1)
    process.kill()
    process.communicate()
    rows = rows_of(tmp_path / "run")
    assert [int(row["epoch"]) for row in rows] == list(range(1, len(rows) + 1))
    assert (tmp_path / "run" / "metrics.csv").read_text().endswith("\n")
    assert len(rows) < 30, "rows are written one by one, not when a buffer of some fifty is full"
    assert not (tmp_path / "run" / "summary.json").exists(), "only a run that ended sums itself up"
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    EventAccumulator(str(tmp_path / "run")).Reload()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_training(number: signal.Signals, tmp_path: Path) -> None:
    process = start(tmp_path, *ENDLESS, "model.backend=scratch")
    wait_for_rows(tmp_path / "run" / "metrics.csv", process)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, "Interrupted.\n")
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert summary["status"] == "interrupted"
    assert number.name in summary["reason"]
    assert (tmp_path / "run" / "model.safetensors").exists()
    (kept,) = sound(tmp_path / "run" / "checkpoints" / "0")
    assert kept.position.steps == summary["steps"] or kept.position.tally is not None


def test_interrupted_before_training(tmp_path: Path) -> None:
    process = start(tmp_path, *ENDLESS)
    while not (tmp_path / "run" / "metrics.csv").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)  # torch is being imported
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, "Interrupted.\n")
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["status"] == "interrupted"


def test_an_interrupt_ends_the_whole_sweep(tmp_path: Path) -> None:
    process = start(tmp_path, *SWEEP)
    wait_for_rows(tmp_path / "run" / "0" / "metrics.csv", process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, "Interrupted.\n")
    summaries = [json.loads((tmp_path / "run" / number / "summary.json").read_text()) for number in "01"]
    assert [summary["status"] for summary in summaries] == ["interrupted"] * 2
    assert summaries[0]["steps"] > 0


@pytest.mark.slow
def test_a_full_disk_keeps_what_was_written(tmp_path: Path) -> None:
    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    process = start(tmp_path, *ENDLESS, preexec_fn=small_files)
    out, err = process.communicate(timeout=100)
    assert process.returncode == 1, (out, err)
    assert "Traceback" not in err
    assert "File too large" in err
    rows = rows_of(tmp_path / "run")
    assert [int(row["epoch"]) for row in rows] == list(range(1, len(rows) + 1))
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["status"] == "failed"


def test_a_signal_that_a_shell_has_ignored_for_a_command_in_the_background_saves_all_the_same(tmp_path: Path) -> None:
    process = start(
        tmp_path, *ENDLESS, "model.backend=scratch", preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)
    )
    wait_for_rows(tmp_path / "run" / "metrics.csv", process)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["status"] == "interrupted"
