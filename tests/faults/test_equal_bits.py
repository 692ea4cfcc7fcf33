"""The same command gives the same bits: beside other work, in a sweep of many, and whatever becomes of neighbours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.kit.faults import Command, assert_same_bits, rows_of

from twinprop.run.directory import summary_of
from twinprop.run.model_file import MODEL, read_model

pytestmark = pytest.mark.slow

RUN = ["model.dropout=0.2", "optimizer=adam", "optimizer.lr=0.001", "train.epochs=10"]


@pytest.mark.parametrize("backend", ["scratch", "torch"])
def test_a_run_twice_beside_busy_loops(backend: str, tmp_path: Path) -> None:
    first, second = (Command(tmp_path, [*RUN, f"model.backend={backend}"], name=name) for name in ("first", "second"))
    first.finish()
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3)]
    try:
        second.finish()
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
    assert_same_bits(second, first)


def test_a_sweep_of_64_twice(tmp_path: Path) -> None:
    words = ["seed=range(8)", "optimizer.lr=0.003,0.01,0.03,0.1", "model.backend=scratch,torch", "train.epochs=2"]
    first, second = (Command(tmp_path, words, sweep=True, name=name) for name in ("first", "second"))
    first.finish()
    second.finish()
    assert len(first.runs()) == 64
    assert_same_bits(second, first)


def test_the_neighbours_of_a_network_that_diverges(tmp_path: Path) -> None:
    """One of seventeen diverges, or does not: the others train alike, to the last bit."""
    words = ["model.backend=scratch", "loss=mse", "model.activation=identity", "train.epochs=4", "seed=0"]
    words += ["hydra.launcher.workers=1", "hydra.sweep.subdir=${hydra.job.num}"]
    rates = ",".join(f"{0.001 * (number + 1):g}" for number in range(16))
    found = {}
    for name, last in {"with": "1e30", "without": "0.02"}.items():
        command = Command(tmp_path, [*words, f"optimizer.lr={rates},{last}"], sweep=True, name=name)
        process = command.start()
        said, _ = process.communicate(timeout=150)
        assert process.returncode == 0, said
        found[name] = command.directory
    assert summary_of(found["with"] / "16")["status"] == "diverged"
    for number in range(16):
        mine, its = (path / str(number) for path in found.values())
        assert rows_of(mine) == rows_of(its)
        saved = [read_model(run / MODEL)["state_dict"] for run in (mine, its)]
        for name, value in saved[1].items():
            np.testing.assert_array_equal(saved[0][name], value)
