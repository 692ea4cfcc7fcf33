"""Stacks that train as jobs of submitit or Ray leave what they leave when they train in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.kit.engines import RAY, SUBMITIT, training
from tests.kit.faults import RESUME, points_of, rows_of
from tests.kit.sweeps import COMMON, assert_as_alone, kept_steps, rows, run, start, summaries, wait_until

from twinprop.errors import TwinpropError
from twinprop.population.engines import engine_of
from twinprop.run.directory import summary_of

ENGINES = [
    pytest.param("submitit", SUBMITIT, id="submitit"),
    pytest.param("ray", RAY, id="ray", marks=pytest.mark.slow),
]


@pytest.fixture(autouse=True)
def _installed(request: pytest.FixtureRequest) -> None:
    if "engine" in request.fixturenames and request.getfixturevalue("engine") == "ray":
        pytest.importorskip("ray", reason="needs Ray: pip install -e '.[ray]'")


@pytest.mark.slow
@pytest.mark.parametrize(("engine", "words"), ENGINES)
def test_every_directory_is_as_that_of_a_local_sweep(engine: str, words: list[str], tmp_path: Path) -> None:
    jobs = [
        *COMMON,
        "model.backend=scratch",
        "model.dropout=0.2",
        "model.activation=relu,tanh",
        "optimizer.lr=0.02,0.1",
    ]
    jobs += ["model.width=9,12", "optimizer=sgd,adam", "train.checkpoint_every=2"]
    for name, more in {"here": [], "there": words}.items():
        (tmp_path / name).mkdir()
        done = run(tmp_path / name, *jobs, *more, "hydra.launcher.max_members=4", "hydra.launcher.workers=2")
        assert "16 jobs in 2 groups, 4 stacks" in done.stdout
    where = "submitit (local)" if engine == "submitit" else "ray"
    assert f"on {where}, 2 at once; expected to take an unknown time" in done.stdout
    for number in range(16):
        there, here = (tmp_path / name / "sweep" / str(number) for name in ("there", "here"))
        assert_as_alone(there, here, exact=True)
    assert (tmp_path / "there" / "sweep" / "sweep.csv").exists()
    assert not list((tmp_path / "there" / "sweep").glob(".stacks*"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("engine", "words", "kind"),
    [
        pytest.param("submitit", SUBMITIT, signal.SIGKILL, id="submitit"),
        pytest.param("submitit", SUBMITIT, signal.SIGUSR2, id="submitit before a time limit"),
        pytest.param("ray", RAY, signal.SIGKILL, id="ray", marks=pytest.mark.slow),
    ],
)
def test_a_job_that_is_killed_goes_on(engine: str, words: list[str], kind: signal.Signals, tmp_path: Path) -> None:
    jobs = [*COMMON, "loss=mse", "model.activation=identity", "optimizer.lr=0.05,1e30,0.02", "train.epochs=1000"]
    process = start(tmp_path, *jobs, *words, "hydra.launcher.workers=1", "model.backend=scratch")
    diverged = tmp_path / "sweep" / "1" / "summary.json"
    wait_until(lambda: diverged.exists() and rows(tmp_path, 0) > 2, process)
    before = diverged.stat().st_mtime_ns
    (worker,) = training(process, engine)
    worker.send_signal(kind)
    _, errors = process.communicate(timeout=100)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    assert [summary["status"] for summary in summaries(tmp_path)] == ["completed", "diverged", "completed"]
    assert [rows(tmp_path, number) for number in (0, 2)] == [1001, 1001]
    assert diverged.stat().st_mtime_ns == before, "what had ended was trained again"
    if engine == "submitit":
        assert len(list((tmp_path / "sweep" / ".submitit").glob("*/*_submitted.pkl"))) == 2


@pytest.mark.slow
@pytest.mark.parametrize("everybody", [True, False], ids=["terminal", "alone"])
@pytest.mark.parametrize(("engine", "words"), ENGINES)
def test_an_interrupt_saves_every_member(engine: str, words: list[str], everybody: bool, tmp_path: Path) -> None:
    jobs = [*COMMON, "train.epochs=100000", "model.backend=scratch", "seed=0,1,2,3", "model.width=12,13"]
    process = start(tmp_path, *jobs, *words, "hydra.launcher.workers=2")
    wait_until(lambda: sum(rows(tmp_path, number) > 2 for number in range(8)) >= 4, process)
    workers = training(process, engine)
    if everybody:
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    found = summaries(tmp_path)
    assert [summary["status"] for summary in found] == ["interrupted"] * 8
    assert sum("before it was started" in summary["reason"] for summary in found) == 4
    trained = [number for number, summary in enumerate(found) if summary.get("steps")]
    assert len(trained) == 4
    for number in trained:
        assert kept_steps(tmp_path)[number] >= found[number]["steps"]
    assert len((tmp_path / "sweep" / "sweep.csv").read_text().splitlines()) == 9
    assert not psutil.wait_procs(workers, timeout=20)[1], "a job goes on"


@pytest.mark.slow
def test_jobs_of_a_sweep_that_is_killed_go_on_to_their_end(tmp_path: Path) -> None:
    process = start(tmp_path, *COMMON, *SUBMITIT, "train.epochs=200", "seed=0,1", "hydra.launcher.workers=1")
    wait_until(lambda: rows(tmp_path, 0) > 2, process)
    process.kill()
    process.communicate()
    for _ in range(600):
        if len(summaries(tmp_path)) == 2:
            break
        time.sleep(0.1)
    assert [summary["status"] for summary in summaries(tmp_path)] == ["completed"] * 2


@pytest.mark.slow
@pytest.mark.parametrize(("engine", "words"), ENGINES)
def test_a_sweep_that_is_resumed_takes_over_from_jobs_that_live_on(
    engine: str, words: list[str], tmp_path: Path
) -> None:
    """Both write into the same directories; the jobs of the attempt before see that they are replaced."""
    jobs = [*COMMON, "train.epochs=300", "seed=0,1", "model.backend=scratch", "train.checkpoint_seconds=0.1"]
    folder, whole = tmp_path / "broken", tmp_path / "whole"
    for path in (folder, whole):
        path.mkdir()
    run(whole, *jobs, "hydra.launcher.workers=1")
    process = start(folder, *jobs, *words, "hydra.launcher.workers=1")
    wait_until(lambda: rows(folder, 0) > 2 and bool(list(folder.glob("sweep/checkpoints/*/step_*"))), process)
    process.kill()
    process.communicate()
    done = subprocess.run([*RESUME, "sweep"], cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    time.sleep(3)
    for number in (0, 1):
        mine, its = (path / "sweep" / str(number) for path in (folder, whole))
        assert rows_of(mine) == rows_of(its)
        assert points_of(mine) == points_of(its)
        assert summary_of(mine)["status"] == "completed"


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "slurm": ({}, "hydra.launcher.engine=slurm: must be one of local, submitit, ray."),
    "submitti": ({}, "hydra.launcher.engine=submitti: must be one of local, submitit, ray. Did you mean 'submitit'?"),
    "local": (
        {"submitit": {"qos": "x"}},
        "hydra.launcher.submitit: is for hydra.launcher.engine=submitit, which is local.",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_engine_that_there_is_not_is_one_message(name: str) -> None:
    given, message = WRONG[name]
    with pytest.raises(TwinpropError) as error:
        engine_of(name, given, None)
    assert str(error.value) == message


@pytest.mark.parametrize("name", ["submitit", "ray"])
def test_an_engine_that_is_not_installed_says_how_it_is(name: str, tmp_path: Path) -> None:
    (tmp_path / "absent").mkdir()
    text = f"raise ModuleNotFoundError(\"No module named '{name}'\", name={name!r})\n"
    (tmp_path / "absent" / f"{name}.py").write_text(text)
    path = os.pathsep.join([str(tmp_path / "absent"), os.environ.get("PYTHONPATH", "")])
    words = [*COMMON, "seed=0,1", f"hydra.launcher.engine={name}"]
    done = run(tmp_path, *words, check=False, env={**os.environ, "PYTHONPATH": path})
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == (
        f"hydra.launcher.engine={name}: {name} is not installed; pip install -e '.[{name}]' in the checkout."
    )
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "sweep").exists()


def test_a_local_sweep_imports_no_engine() -> None:
    code = (
        "import sys, twinprop.population.sweep; sys.exit(bool({'submitit', 'ray', 'hydra_plugins'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
