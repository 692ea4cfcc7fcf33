"""Sweeps from the command line, what they leave in their directories, and that of a run to compare it with."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tests.kit.commands import TRAIN

from twinprop.app.notebook import train
from twinprop.config.schema import Config
from twinprop.population.stack import LogFile, Member, Stack
from twinprop.run.checkpoints import read_checkpoint, sound
from twinprop.run.model_file import MODEL, read_model

COMMON = ["data.limit=300", "train.epochs=5", "model.width=12", "model.dtype=float64", "optimizer.lr=0.05"]
DIRECTORIES = ["hydra.sweep.dir=sweep", "hydra.sweep.subdir=${hydra.job.num}"]
TIMES = ["seconds", "samples_per_second"]


def last_of_each(words: Sequence[str]) -> list[str]:
    """Of words that give a key its value, the last one; a sweep may not give a key twice."""
    return list({word.partition("=")[0]: word for word in words}.values())


def run(folder: Path, *words: str, check: bool = True, **more: Any) -> subprocess.CompletedProcess[str]:
    """A sweep in `folder`, from start to end."""
    command = [*TRAIN, "-m", *last_of_each(words), *DIRECTORIES]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=check, **more)


def start(folder: Path, *words: str, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """A sweep in `folder` that goes on, in a session of its own: a signal can reach all its processes."""
    pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(
        [*TRAIN, "-m", *last_of_each(words), *DIRECTORIES], cwd=folder, start_new_session=True, env=env, **pipes
    )


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait for something that a process does before it ends."""
    for _ in range(600):
        if condition():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    raise AssertionError("it takes too long")


def rows(folder: Path, number: int) -> int:
    """Lines of the metrics.csv of a job, its head included; 0 where there is none yet."""
    path = folder / "sweep" / str(number) / "metrics.csv"
    return len(path.read_text().splitlines()) if path.exists() else 0


def summaries(folder: Path) -> list[dict[str, Any]]:
    """What became of the jobs, in their order."""
    paths = sorted((folder / "sweep").glob("*/summary.json"), key=lambda path: int(path.parent.name))
    return [json.loads(path.read_text()) for path in paths]


def scalars(folder: Path) -> dict[str, Any]:
    """All tags of an event file but those that a sweep's job does not show, and the results in it."""
    accumulator = EventAccumulator(str(folder), size_guidance={"histograms": 0, "images": 0}).Reload()
    tags = accumulator.Tags()
    found = {tag: [(e.step, e.value) for e in accumulator.Scalars(tag)] for tag in tags["scalars"]}
    every = tags["scalars"] + tags["histograms"] + tags["images"] + tags["tensors"]
    return {
        "tags": sorted(tag for tag in every if not tag.startswith(("size_of_", "as_it_learns/"))),
        **{tag: values for tag, values in found.items() if tag.split("/")[0] in ("loss", "accuracy", "best")},
    }


def train_alone(folder: Path, number: int) -> Path:
    """The directory of a run with the overrides of a job."""
    overrides = (folder / "sweep" / str(number) / ".hydra" / "overrides.yaml").read_text().splitlines()
    alone = folder / "alone" / str(number)
    train(*[line[2:].strip("'") for line in overrides], f"hydra.run.dir={alone}")
    return alone


def assert_as_alone(folder: Path, alone: Path, exact: bool) -> None:
    """The files of a job in a sweep against those of a run."""
    rtol, atol = (1e-9, 1e-12) if exact else (2e-3, 2e-3)
    ours, theirs = (pandas.read_csv(path / "metrics.csv") for path in (folder, alone))
    assert list(ours) == list(theirs)
    values = [table.drop(columns=TIMES).to_numpy(float) for table in (ours, theirs)]
    np.testing.assert_allclose(*values, rtol=rtol, atol=atol)
    first, second = (json.loads((path / "summary.json").read_text()) for path in (folder, alone))
    assert first.keys() == second.keys()
    for key in ("status", "reason", "epochs", "steps", "parameters", "converged_epoch"):
        if exact or key != "converged_epoch":
            assert first[key] == second[key], key
    assert (first["best"] or {}).keys() == (second["best"] or {}).keys()
    mine, its = (read_model(path / MODEL) for path in (folder, alone))
    assert mine["config"] == its["config"]
    assert mine["data"] == its["data"]
    assert mine["weights"] == its["weights"] or not exact
    assert sorted(path.name for path in folder.glob("model*")) == sorted(path.name for path in alone.glob("model*"))
    assert list(mine["state_dict"]) == list(its["state_dict"])
    for name, value in its["state_dict"].items():
        np.testing.assert_allclose(mine["state_dict"][name], value, rtol=rtol, atol=atol, err_msg=name)
    kept = [sorted(path.name for path in (each / "checkpoints").glob("*.safetensors")) for each in (folder, alone)]
    assert kept[0] == kept[1]
    for name in kept[0]:
        states = [read_checkpoint(each / "checkpoints" / name).position for each in (folder, alone)]
        assert states[0].states[0].keys() == states[1].states[0].keys()
    board, its_board = scalars(folder), scalars(alone)
    assert board["tags"] == its_board["tags"]
    for tag, values in its_board.items():
        if tag != "tags":
            np.testing.assert_allclose(board[tag], values, rtol=1e-5 if exact else 5e-3, atol=1e-6 if exact else 5e-3)
    assert (folder / "train.log").read_text()
    for name in ("config.yaml", "overrides.yaml"):
        assert (folder / ".hydra" / name).is_file()


def member(number: int, config: Config | None = None, path: Path = Path("nowhere")) -> Member:
    """A job without a log."""
    return Member(number, config or Config(), path, LogFile(None, ""))


def stack_of(numbers: range, folder: Path = Path("nowhere")) -> Stack:
    """A stack of jobs, as dear as any other."""
    return Stack([member(number, path=folder / str(number)) for number in numbers], 1, 1, 1.0)


def kept_steps(folder: Path) -> dict[int, int]:
    """For each job of the sweep in `folder` that has a checkpoint, the updates done at the newest."""
    stacks = [next(sound(path)) for path in (folder / "sweep" / "checkpoints").iterdir() if path.is_dir()]
    return {number: stack.position.steps for stack in stacks for number in stack.members}
