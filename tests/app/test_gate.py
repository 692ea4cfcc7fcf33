"""Finished results are never altered: directories are taken before anything is written, and the gate always stands."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.kit.commands import ROOT

from twinprop.errors import TwinpropError
from twinprop.run.model_file import MODEL
from twinprop.run.saved import load

QUICK = ["train.epochs=1", "model.width=4", "data.limit=100", "model.backend=scratch"]


def start(cwd: Path, *words: str) -> subprocess.Popen[str]:
    """`python train.py WORDS`, begun in a folder."""
    command = [sys.executable, str(ROOT / "train.py"), *words]
    return subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def run(cwd: Path, *words: str) -> tuple[int, str]:
    process = start(cwd, *words)
    said, _ = process.communicate(timeout=300)
    return process.returncode, said


def contents(folder: Path) -> dict[str, str]:
    """A digest of every file below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run in `run`, and two of a sweep in `sweep/0` and `sweep/1`."""
    folder = tmp_path_factory.mktemp("finished")
    assert run(folder, *QUICK, "hydra.run.dir=run")[0] == 0
    words = ["-m", "seed=0,1", "hydra.sweep.dir=sweep", "hydra.sweep.subdir=${hydra.job.num}"]
    assert run(folder, *QUICK, *words)[0] == 0
    (folder / "sweep" / "multirun.yaml").unlink()  # as a sweep of another tool, or of an earlier version, leaves it
    return folder


SUBDIR = "hydra.sweep.subdir=${hydra.job.num}"
ATTEMPTS = {
    "again": ["hydra.run.dir=run"],
    "interpolation": ["optimizer.lr=${foo}", "hydra.run.dir=run"],
    "without gate": ["hydra.callbacks.gate=null", "hydra.run.dir=run"],
    "without callbacks": ["~hydra.callbacks", "hydra.run.dir=run"],
    "without gate, interpolation": ["hydra.callbacks.gate=null", "optimizer.lr=${foo}", "hydra.run.dir=run"],
    "other subdir": ["hydra.output_subdir=other", "hydra.run.dir=run"],
    "no subdir": ["hydra.output_subdir=null", "hydra.run.dir=run"],
    "sweep": ["-m", "seed=7,8", "hydra.sweep.dir=sweep", SUBDIR],
    "sweep, interpolation": ["-m", "seed=7,8", "optimizer.lr=${foo}", "hydra.sweep.dir=sweep", SUBDIR],
    "sweep, basic": ["-m", "seed=7,8", "hydra/launcher=basic", "hydra.sweep.dir=sweep", SUBDIR],
    "sweep, without gate": ["-m", "seed=7,8", "hydra.callbacks.gate=null", "hydra.sweep.dir=sweep", SUBDIR],
    "sweep into a run": ["-m", "seed=7,8", "hydra.sweep.dir=.", "hydra.sweep.subdir=run"],
}


SWEEPS_OWN = {"multirun.yaml", "sweep.csv", "command.json", "plan.json", ".lock"}

QUICK_ATTEMPTS = ("interpolation", "without gate", "sweep, basic")
"""One of each kind; the others take as long and are tried among the slow tests."""


def attempts() -> Iterator[Any]:
    for name, words in ATTEMPTS.items():
        yield pytest.param(words, id=name, marks=() if name in QUICK_ATTEMPTS else pytest.mark.slow)


@pytest.mark.parametrize("words", list(attempts()))
def test_finished_results_stay_as_they_are(finished: Path, words: Sequence[str]) -> None:
    before = contents(finished)
    status, said = run(finished, *QUICK, *words)
    after = contents(finished)
    assert status != 0
    assert "Traceback" not in said
    assert {name: after.get(name) for name in before} == before
    # a sweep may leave a record of itself, beside the runs
    assert {Path(name).name for name in after.keys() - before.keys()} <= SWEEPS_OWN
    for name in after.keys() - before.keys():
        (finished / name).unlink()


@pytest.mark.slow
def test_of_several_at_once_in_one_directory_one_trains(tmp_path: Path) -> None:
    processes = [start(tmp_path, *QUICK, f"seed={seed}", "hydra.run.dir=run") for seed in range(4)]
    said = [process.communicate(timeout=300)[0] for process in processes]
    (winner,) = [seed for seed, process in enumerate(processes) if process.returncode == 0]
    assert all("hydra.run.dir=run: " in text for seed, text in enumerate(said) if seed != winner)
    assert f"seed: {winner}\n" in (tmp_path / "run" / ".hydra" / "config.yaml").read_text()
    assert load(tmp_path / "run").config.seed == winner
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["status"] == "completed"


@pytest.mark.slow
@pytest.mark.parametrize("words", [["seed=0"], ["-m", "seed=0,1"]], ids=["runs", "sweeps"])
def test_several_at_once_get_directories_of_their_own(tmp_path: Path, words: Sequence[str]) -> None:
    processes = [start(tmp_path, *QUICK, *words) for _ in range(6)]
    said = [process.communicate(timeout=300)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * 6, said
    summaries = list(tmp_path.rglob("summary.json"))
    assert len(summaries) == (12 if "-m" in words else 6)
    assert {json.loads(path.read_text())["status"] for path in summaries} == {"completed"}
    if "-m" in words:
        assert len(list(tmp_path.rglob("sweep.csv"))) == 6


def test_a_changed_model_does_not_load(finished: Path) -> None:
    path, refused = finished / "run" / MODEL, 0
    data = path.read_bytes()
    whole = load(finished / "run").saved["state_dict"]
    try:
        for place in range(40):
            changed = bytearray(data)
            changed[len(data) * (2 * place + 1) // 80] ^= 1 << place % 8
            path.write_bytes(changed)
            read = whole
            with suppress(TwinpropError):
                refused += 1
                read = load(finished / "run").saved["state_dict"]
                refused -= 1  # the bit was padding
            assert all(np.array_equal(read[name], whole[name]) for name in whole)
    finally:
        path.write_bytes(data)
    assert refused > 10


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no model", bytes(100)])
def test_what_is_no_model_is_told(finished: Path, content: bytes) -> None:
    path = finished / "run" / MODEL
    data = path.read_bytes()
    try:
        path.write_bytes(content)
        with pytest.raises(TwinpropError, match=r"model.safetensors: (cannot be read|is damaged)"):
            load(finished / "run").saved  # noqa: B018
    finally:
        path.write_bytes(data)
