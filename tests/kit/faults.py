"""Real commands that are broken while they train, and what an undisturbed one leaves, to compare with."""

from __future__ import annotations

import csv
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from tests.kit.commands import TRAIN

from twinprop.run.model_file import MODEL, read_model

RESUME = [sys.executable, "-m", "twinprop", "resume"]

SECONDS = 150.0
"""That anything may take, on a machine with much else to do."""

TIMES = ("seconds", "samples_per_second")


def hangs_up() -> None:
    """End by SIGHUP where the tests run under nohup, too, which a command inherits."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@dataclass
class Command:
    """A run or a sweep with a directory of its own, begun, broken and resumed.

    Attributes:
        folder: where it is started.
        words: what it trains.
        sweep: whether it is a sweep.
        name: of its directory.
    """

    folder: Path
    words: list[str]
    sweep: bool = False
    name: str = "broken"
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def directory(self) -> Path:
        return self.folder / self.name

    def start(self) -> subprocess.Popen[str]:
        """Begin it, or go on with it where it was begun."""
        if (self.directory / ("multirun.yaml" if self.sweep else "metrics.csv")).exists():
            return self.launch(*RESUME, self.name)
        words = ["-m", f"hydra.sweep.dir={self.name}"] if self.sweep else [f"hydra.run.dir={self.name}"]
        return self.launch(*TRAIN, *words, *self.words)

    def launch(self, *command: str, **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            **{"preexec_fn": hangs_up, **self.options, **options},
        )

    def finish(self) -> str:
        """Go on to the end; what was said."""
        process = self.start()
        said, _ = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, said
        return said

    def runs(self) -> list[Path]:
        """The directories of its runs."""
        if not self.sweep:
            return [self.directory]
        return sorted(path.parent for path in self.directory.glob("*/.hydra"))

    def progress(self) -> tuple[Any, ...]:
        """What changes while it trains: the rows of all runs, and the checkpoints."""
        rows = sum(max(0, path.read_bytes().count(b"\n") - 1) for path in self.directory.glob("**/metrics.csv"))
        return rows, tuple(sorted(path.name for path in self.directory.glob("checkpoints/*/step_*.safetensors")))

    def wait_for_training(self, process: subprocess.Popen[str]) -> bool:
        """Wait until it has trained on; whether it still does, and has not ended."""
        before, deadline = self.progress(), time.monotonic() + SECONDS
        while self.progress() == before or not self.directory.exists():
            if process.poll() is not None:
                return False
            assert time.monotonic() < deadline, "it does not train"
            time.sleep(0.02)
        return process.poll() is None


def rows_of(run: Path) -> list[dict[str, str]]:
    """metrics.csv without what is measured in seconds."""
    with open(run / "metrics.csv", newline="", encoding="utf-8") as file:
        return [{key: value for key, value in row.items() if key not in TIMES} for row in csv.DictReader(file)]


def points_of(run: Path) -> dict[str, list[tuple[int, float]]]:
    """The points of each curve in TensorBoard's files, without those that measure time or the machine."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    board = EventAccumulator(str(run), size_guidance={"scalars": 0}).Reload()
    tags = [tag for tag in board.Tags()["scalars"] if not tag.startswith("system/") and "seconds" not in tag]
    tags = [tag for tag in tags if "samples_per_second" not in tag]
    found = {tag: [(point.step, point.value) for point in board.Scalars(tag)] for tag in tags}
    for tag, points in found.items():
        steps = [step for step, _ in points]
        assert steps == sorted(set(steps)), f"{tag} has points twice, or out of order"
    # how often these are shown depends on how fast the machine is
    return {tag: points for tag, points in found.items() if not tag.startswith("size_of_")}


def assert_same_bits(broken: Command, whole: Command) -> None:
    """Every run of both has the same rows, the same points without one twice, and the same weights."""
    names = [run.name for run in whole.runs()] if whole.sweep else [""]
    assert [run.name for run in broken.runs()] == names or not whole.sweep
    for mine, its in zip(broken.runs(), whole.runs(), strict=True):
        assert rows_of(mine) == rows_of(its), mine.name
        assert points_of(mine) == points_of(its), mine.name
        saved = [read_model(run / MODEL)["state_dict"] for run in (mine, its)]
        for name, value in saved[1].items():
            np.testing.assert_array_equal(saved[0][name], value, err_msg=f"{mine.name} {name}")


def finished_files(command: Command) -> dict[Path, tuple[int, bytes]]:
    """The files of runs that have ended, with when they were written."""
    ended = [run for run in command.runs() if re.search('"status": "(completed|dropped)"', summary_text(run))]
    return {
        path: (path.stat().st_mtime_ns, path.read_bytes()) for run in ended for path in run.rglob("*") if path.is_file()
    }


def summary_text(run: Path) -> str:
    try:
        return (run / "summary.json").read_text()
    except FileNotFoundError:
        return ""


def children(process: int) -> list[int]:
    """The processes that a process started, on Linux."""
    try:
        return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except FileNotFoundError:
        return []


def kill_somebody(process: subprocess.Popen[str], chance: random.Random) -> str:
    """SIGKILL for the main process, one of its workers, or all of them at once; which."""
    workers = children(process.pid)
    who = chance.choice(["main", "worker", "all"] if workers else ["main"])
    if who == "worker":
        os.kill(chance.choice(workers), signal.SIGKILL)
        return who
    if who == "all":
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
    process.kill()
    process.communicate(timeout=SECONDS)
    return who


def kill_while_training(command: Command, kills: int, chance: random.Random) -> Iterator[str]:
    """Kill a command while it trains, up to so many times, and bring it to its end; who was killed each time."""
    process = command.start()
    while kills > 0 and command.wait_for_training(process):
        kept = finished_files(command)
        time.sleep(chance.uniform(0, 0.2))
        if process.poll() is not None:
            break
        who = kill_somebody(process, chance)
        kills -= 1
        yield who
        if who != "worker":
            process = command.start()
        assert_untouched(kept)
    said, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, said
    assert_untouched(kept if kills <= 0 else {})


def assert_untouched(kept: dict[Path, tuple[int, bytes]]) -> None:
    """Files of ended runs are as they were."""
    for path, (written, content) in kept.items():
        assert (path.stat().st_mtime_ns, path.read_bytes()) == (written, content), path


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for something, for a time that any machine keeps to."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)
