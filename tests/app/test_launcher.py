"""The launcher: its keys, what it cannot do, and what it tells callbacks, sweepers and engines."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hydra.plugins.sweeper import Sweeper
from omegaconf import OmegaConf
from tests.kit.commands import TRAIN, in_process
from tests.kit.sweeps import COMMON, run, summaries

from twinprop.app import submitit_keys
from twinprop.app.gate import Gate
from twinprop.app.launcher import PopulationLauncher
from twinprop.errors import TwinpropError
from twinprop.population import engines
from twinprop.report.runs import find_runs, sweeps_of

QUICK = ["train.epochs=1", "data=moons", "data.n_samples=50", "model.width=4", "model.backend=scratch"]


def sweep(monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str) -> tuple[int, str]:
    """What a small sweep in this process ends with."""
    return in_process(monkeypatch, folder, "-m", *QUICK, "hydra.sweep.dir=sweep", *words)


@pytest.mark.parametrize("value", ["max_members=0", "workers=-1", "max_members=many", "workers=1.5"])
def test_a_bad_key_of_the_launcher_is_one_message(value: str, tmp_path: Path) -> None:
    done = run(tmp_path, *COMMON, "seed=0,1", f"hydra.launcher.{value}", check=False)
    assert done.returncode == 1
    assert done.stderr.strip() == f"hydra.launcher.{value}: must be auto, or a whole number, at least 1."


@pytest.mark.parametrize("there", [(), ("mine",), ("mine/sweep",)])
def test_a_sweep_that_cannot_start_leaves_what_was_there(
    there: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in there:
        (tmp_path / folder).mkdir(parents=True)
    before = set(tmp_path.rglob("*"))
    words = ["hydra.sweep.dir=mine/sweep", "hydra.launcher.workers=0", "seed=0,1"]
    status, message = in_process(monkeypatch, tmp_path, "-m", *words)
    assert (status, message) == (1, "hydra.launcher.workers=0: must be auto, or a whole number, at least 1.")
    assert set(tmp_path.rglob("*")) == before


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
    with pytest.raises(TwinpropError, match="trains networks only"):
        PopulationLauncher().setup(hydra_context=None, task_function=print, config=None)  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_batch_of_optunas_trials_trains_as_one(tmp_path: Path) -> None:
    words = ["hydra/sweeper=optuna", "hydra.sweeper.direction=maximize", "hydra.sweeper.n_trials=12"]
    words += ["hydra.sweeper.n_jobs=8", "hydra.sweeper.sampler.seed=1", "hydra.launcher.workers=1"]
    space = ["optimizer.lr=tag(log,interval(0.001,1e5))", "model.activation=relu,identity", "train.steps=40"]
    words += ["hydra.launcher.report=true"]
    done = run(tmp_path, *words, *space, "model.backend=scratch", "model.width=8")
    found = summaries(tmp_path)
    assert len(found) == 12
    assert [word in done.stdout for word in ("8 jobs in 1 group", "4 jobs in 1 group")] == [True, True]
    values = [summary["val"]["accuracy"] for summary in found if summary["status"] == "completed"]
    assert len(values) < 12, "none diverged, which a sweeper must hear of too"
    results = OmegaConf.load(tmp_path / "sweep" / "optimization_results.yaml")
    assert results.best_value == max(values)
    assert list(sweeps_of(find_runs([str(tmp_path)], print))) == [tmp_path / "sweep"], (
        "the report does not see the sweep"
    )
    assert done.stdout.count("val_accuracy") == 4, "two batches and one table, by two results"
    assert "trials 0-7 have ended; the best so far: val_accuracy" in done.stdout
    assert (tmp_path / "sweep" / "report.html").exists()


def test_a_callback_is_given_the_configuration_of_each_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []
    ended: list[Any] = []
    monkeypatch.setattr(Gate, "on_job_start", lambda self, config, task_function: started.append(config))
    monkeypatch.setattr(Gate, "on_job_end", lambda self, config, job_return: ended.append((config, job_return)))
    words = ["optimizer=sgd,adam,sgd", "optimizer.momentum=0.9", "hydra.sweep.subdir=${hydra.job.num}"]
    status, message = sweep(monkeypatch, tmp_path, *words)
    assert (status, message.partition(".")[0]) == (1, "1 of 3 jobs failed: 1")
    assert [config.hydra.job.num for config in started] == [0, 2], "the other cannot be composed"
    assert [config.hydra.job.num for config, _ in ended] == [0, 2]
    for config in started:
        assert config.optimizer.momentum == 0.9
        assert config.hydra.runtime.output_dir == str(tmp_path / "sweep" / str(config.hydra.job.num))
    assert all(0 < job.return_value <= 1 for _, job in ended)


def test_jobs_are_not_composed_once_more_only_to_be_validated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    validated: list[Any] = []
    monkeypatch.setattr(Sweeper, "validate_batch_is_legal", lambda self, batch: validated.append(batch))
    assert sweep(monkeypatch, tmp_path, "seed=1,2") == (0, "")
    assert not validated
    assert sweep(monkeypatch, tmp_path, "seed=1,2", "hydra/launcher=basic", "hydra.sweep.dir=basic") == (0, "")
    assert len(validated) == 1


@pytest.mark.parametrize("size", [None, 1, 2])
def test_batches_are_those_of_hydras_own_sweeper(
    size: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [f"hydra.sweeper.max_batch_size={'null' if size is None else size}", "model.depth=1,2", "+sweeps=seeds"]
    calls: dict[str, list[Any]] = {"grid": [], "basic": []}
    for name, told in calls.items():

        def launch(self: Any, jobs: Any, initial_job_idx: int, told: list[Any] = told) -> list[Any]:
            told.append((jobs, initial_job_idx))
            return []

        monkeypatch.setattr(PopulationLauncher, "launch", launch)
        more = ["seed=3,4", f"hydra/sweeper={name}", f"hydra.sweep.dir={name}"]
        assert sweep(monkeypatch, tmp_path, *words, *more) == (0, "")
    assert calls["grid"] == calls["basic"]
    assert sum(len(jobs) for jobs, _ in calls["grid"]) == 4


# Engines


def test_submitit_is_told_its_settings_in_plain_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []

    def engine_of(*arguments: Any) -> None:
        told.append(arguments)
        raise TwinpropError("told")

    monkeypatch.setattr(engines, "engine_of", engine_of)
    words = ["hydra.launcher.engine=submitit", "hydra.launcher.submitit.cluster=local", "hydra.launcher.workers=3"]
    words += ["hydra.launcher.submitit.additional_parameters={a:1}", "seed=0,1"]
    assert sweep(monkeypatch, tmp_path, *words) == (1, "told")
    ((name, given, workers),) = told
    assert (name, list(given), workers) == ("submitit", ["submitit"], 3)
    settings = given["submitit"]
    assert settings["submitit_folder"] == "sweep/.submitit/%j"
    assert (settings["additional_parameters"], type(settings["additional_parameters"])) == ({"a": 1}, dict)
    assert not (tmp_path / "sweep").exists()


def test_every_key_of_the_plugin_has_its_default() -> None:
    settings = submitit_keys.submitit_settings({"cluster": "local", "timeout_min": 5, "setup": ["a", "b"]}, Path("/s"))
    assert settings["general_keys"] == [
        "submitit_folder",
        "timeout_min",
        "cpus_per_task",
        "gpus_per_node",
        "tasks_per_node",
        "mem_gb",
        "nodes",
        "name",
        "stderr_to_stdout",
    ]
    assert (settings["cluster"], settings["timeout_min"], settings["setup"]) == ("local", 5, ["a", "b"])
    assert (settings["submitit_folder"], settings["name"]) == ("/s/.submitit/%j", "twinprop")
    assert (settings["nodes"], settings["max_num_timeout"], settings["use_srun"]) == (1, None, True)
    assert settings["array_parallelism"] is None, "the plugin's 256 is nobody's wish"
    assert submitit_keys.submitit_settings({"cluster": "local", "array_parallelism": 4})["array_parallelism"] == 4
    assert "_target_" not in settings


WRONG = {
    "partitoin=gpu": "hydra.launcher.submitit.partitoin: there is no such key. Did you mean 'partition'? See",
    "_target_=x": "hydra.launcher.submitit._target_: there is no such key.",
    "timeout_min=long": "hydra.launcher.submitit: timeout_min: Value 'long' of type 'str' could not be converted",
    "nodes=2": "hydra.launcher.submitit.nodes=2: a stack is one task on one node.",
    "tasks_per_node=2": "hydra.launcher.submitit.tasks_per_node=2: a stack is one task on one node.",
    "cluster=lsf": "hydra.launcher.submitit.cluster=lsf: must be slurm, local or null.",
    "cluster=slurm": "hydra.launcher.submitit.cluster=slurm: there is no srun here; choose local.",
}


@pytest.mark.parametrize("word", WRONG)
def test_a_bad_key_of_submitit_is_one_message(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    key, _, value = word.partition("=")
    given = {"cluster": "local", key: int(value) if value.isdigit() else value}
    with pytest.raises(TwinpropError) as error:
        submitit_keys.submitit_settings(given)
    assert str(error.value).startswith(WRONG[word])
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("package", ["submitit", "hydra_plugins.hydra_submitit_launcher.config"])
def test_what_is_not_installed_says_how_it_is(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(TwinpropError) as error:
        submitit_keys.submitit_settings({})
    assert str(error.value) == (
        f"hydra.launcher.engine=submitit: {package} is not installed; pip install -e '.[submitit]' in the checkout."
    )


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "many", None])
def test_a_count_is_a_whole_number_or_auto(value: Any) -> None:
    with pytest.raises(TwinpropError, match=r"hydra\.launcher\.workers=.*: must be auto, or a whole number"):
        PopulationLauncher(workers=value)
    assert PopulationLauncher(workers=3, max_members="auto").workers == 3
