"""Hydra's own launchers: what they train is what a local sweep trains, and they end as that does."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.kit.engines import RAY, SUBMITIT
from tests.kit.faults import rows_of
from tests.kit.plugins import examples
from tests.kit.slurm import Slurm, cluster, lacking, wait
from tests.kit.sweeps import COMMON, rows, run, start, summaries, wait_until

LAUNCHERS = {
    "basic": ["hydra/launcher=basic"],
    "joblib": ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"],
    "submitit_local": ["hydra/launcher=submitit_local"],
    "submitit_slurm": ["hydra/launcher=submitit_slurm"],
    "ray": ["hydra/launcher=ray", "+hydra.launcher.ray.init.num_cpus=2"],
}
ENGINES = {
    "submitit": SUBMITIT,
    "slurm": ["hydra.launcher.engine=submitit", "hydra.launcher.submitit.cluster=slurm"],
    "ray engine": RAY,
}
NEEDS = {
    "joblib": "hydra_plugins.hydra_joblib_launcher",
    "submitit_local": "submitit",
    "ray": "ray",
    "ray engine": "ray",
}

JOBS = [*(word for word in COMMON if not word.startswith("data.")), "model.backend=scratch", "optimizer=adamax"]
JOBS += ["data=rings", "model.activation=cube", "seed=0,1"]


@pytest.fixture(scope="module")
def slurm() -> Iterator[Slurm | None]:
    if lacking():
        yield None
        return
    with cluster() as found:
        yield found


def environment(name: str, slurm: Slurm | None) -> dict[str, str]:
    """What a sweep by this launcher or engine needs, where that is there."""
    if "slurm" in name and slurm is None:
        pytest.skip(lacking())
    pytest.importorskip(NEEDS.get(name, "sys"), reason=f"needs {NEEDS.get(name)}: see docs/sweeps.md")
    return {**os.environ} if slurm is None else slurm.environment


def plugged(folder: Path) -> str:
    """The plugins of the documentation, of every kind, in a folder."""
    folder.mkdir()
    return f"plugins=[{','.join(path.name for path in examples(folder))}]"


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    folder = tmp_path_factory.mktemp("local") / "own"
    run(folder, plugged(folder), *JOBS, "hydra.launcher.max_members=1")
    return [rows_of(folder / "sweep" / str(number)) for number in range(2)]


@pytest.mark.slow
@pytest.mark.parametrize("name", [*LAUNCHERS, *ENGINES])
def test_a_sweep_of_plugins_is_as_a_local_one(name: str, slurm: Slurm | None, local: list[Any], tmp_path: Path) -> None:
    env, folder = environment(name, slurm), tmp_path / "own"
    words = LAUNCHERS.get(name) or [*ENGINES[name], "hydra.launcher.max_members=1"]
    run(folder, plugged(folder), *JOBS, *words, env=env)
    assert [rows_of(folder / "sweep" / str(number)) for number in range(2)] == local
    assert [summary["status"] for summary in summaries(folder)] == ["completed"] * 2


@pytest.mark.slow
@pytest.mark.parametrize("name", LAUNCHERS)
def test_a_job_that_fails_or_diverges_decides_the_exit_status(name: str, slurm: Slurm | None, tmp_path: Path) -> None:
    env = environment(name, slurm)
    words = [
        "data=digits,mnist",
        "data.root=/nowhere",
        "data.download=false",
        "model.backend=scratch",
        *LAUNCHERS[name],
    ]
    done = run(tmp_path, *COMMON, *words, check=False, env=env)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 of 2 jobs failed: 1. The reasons are above." in done.stderr.splitlines()
    assert "Job 1 failed. data=mnist" in done.stderr + done.stdout
    assert [summary["status"] for summary in summaries(tmp_path)] == ["completed", "failed"]


@pytest.mark.slow
@pytest.mark.parametrize("name", LAUNCHERS)
def test_an_interrupt_ends_the_command_and_saves_what_trains(name: str, slurm: Slurm | None, tmp_path: Path) -> None:
    env = environment(name, slurm)
    words = [*COMMON, "train.epochs=100000", "model.backend=scratch", "seed=0,1", *LAUNCHERS[name]]
    process = start(tmp_path, *words, env=env)
    wait_until(lambda: rows(tmp_path, 0) > 2, process)
    os.killpg(process.pid, signal.SIGINT)
    try:
        output, errors = process.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert process.returncode == 130, output + errors
    assert "Interrupted." in errors.splitlines()
    if name != "submitit_local":  # whose own process says so with a traceback
        assert "Traceback" not in errors
    if name in ("basic", "submitit_local"):  # joblib kills its processes, others train out of reach of a terminal
        wait("the job to save", lambda: bool(summaries(tmp_path)))
        assert {summary["status"] for summary in summaries(tmp_path)} == {"interrupted"}


@pytest.mark.slow
def test_a_time_limit_ends_a_job_of_hydras_own_and_not_the_others(slurm: Slurm | None, tmp_path: Path) -> None:
    env = environment("submitit_slurm", slurm)
    assert slurm is not None
    words = [*COMMON, "train.epochs=100000,1", "model.backend=scratch", *LAUNCHERS["submitit_slurm"]]
    process = start(tmp_path, *words, env=env)
    wait_until(lambda: rows(tmp_path, 0) > 2, process)
    (first,) = tmp_path.glob("sweep/.submitit/*_0")
    slurm.call("scancel", "--signal=USR2", first.name)  # as SLURM warns it
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 130, output + errors
    assert "Job 0 interrupted. SIGUSR2 at step" in errors
    assert "To go on: python -m twinprop resume" in output
    assert [summary["status"] for summary in summaries(tmp_path)] == ["interrupted", "completed"]
