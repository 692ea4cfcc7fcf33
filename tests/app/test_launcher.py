"""Hydra's launcher of ours: its keys, and what it cannot do."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from omegaconf import OmegaConf
from tests.kit.commands import TRAIN
from tests.kit.sweeps import COMMON, run, summaries

from twinprop.app.launcher import PopulationLauncher
from twinprop.commands.report import find_runs, sweeps
from twinprop.errors import TwinpropError


@pytest.mark.parametrize("value", ["max_members=0", "workers=-1", "max_members=many", "workers=1.5"])
def test_a_bad_key_of_the_launcher_is_one_message(value: str, tmp_path: Path) -> None:
    done = run(tmp_path, *COMMON, "seed=0,1", f"hydra.launcher.{value}", check=False)
    assert done.returncode == 1
    assert done.stderr.strip() == f"hydra.launcher.{value}: must be auto, or a whole number, at least 1."


def test_what_jobs_cannot_have_for_themselves_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, *COMMON, "seed=0,1", "hydra.job.chdir=true", check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("hydra.job.chdir: jobs that train together share one process")


def test_jobs_that_would_share_a_directory_are_refused(tmp_path: Path) -> None:
    command = [*TRAIN, "-m", "seed=0,1"]
    command += ["hydra.sweep.dir=sweep", "hydra.sweep.subdir=same"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "hydra.sweep.subdir: jobs 0 and 1 would both write into" in done.stderr
    assert not (tmp_path / "sweep" / "same").exists()


def test_a_launcher_of_another_program_says_what_it_trains() -> None:
    with pytest.raises(TwinpropError, match=r"trains what train\.py does"):
        PopulationLauncher().setup(hydra_context=None, task_function=print, config=None)  # type: ignore[arg-type]


def test_a_batch_of_optunas_trials_trains_as_one(tmp_path: Path) -> None:
    words = ["hydra/sweeper=optuna", "hydra.sweeper.direction=maximize", "hydra.sweeper.n_trials=12"]
    words += ["hydra.sweeper.n_jobs=8", "hydra.sweeper.sampler.seed=1", "hydra.launcher.workers=1"]
    space = ["optimizer.lr=tag(log,interval(0.001,1e5))", "model.activation=relu,identity", "train.steps=40"]
    done = run(tmp_path, *words, *space, "model.backend=scratch", "model.width=8")
    found = summaries(tmp_path)
    assert len(found) == 12
    assert [word in done.stdout for word in ("8 jobs in 1 group", "4 jobs in 1 group")] == [True, True]
    values = [summary["val"]["accuracy"] for summary in found if summary["status"] == "completed"]
    assert len(values) < 12, "none diverged, which a sweeper must hear of too"
    results = OmegaConf.load(tmp_path / "sweep" / "optimization_results.yaml")
    assert results.best_value == max(values)
    assert list(sweeps(find_runs([str(tmp_path)]))) == [tmp_path / "sweep"], "the report does not see the sweep"
