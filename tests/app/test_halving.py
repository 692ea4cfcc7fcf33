"""Networks that leave a sweep before its end: by halving, and by Optuna's pruners."""

from __future__ import annotations

import csv
import inspect
import shutil
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

import optuna
import pytest
from tests.kit.commands import in_process
from tests.kit.sweeps import summaries

from twinprop.app.pruner_keys import PRUNERS
from twinprop.app.resume import resume
from twinprop.report.runs import find_runs, sweeps_of
from twinprop.report.study import studies
from twinprop.report.tables import dropped, failures, ranking
from twinprop.run.index import entries

QUICK = [
    "-m",
    "model.backend=scratch",
    "model.width=8",
    "train.epochs=8",
    "data.limit=300",
    "hydra.launcher.report=false",
]
QUICK += ["hydra.sweep.dir=sweep", "hydra.sweep.subdir=${hydra.job.num}", "hydra.launcher.workers=1"]
HALVING = ["hydra.launcher.halving.every=1", "hydra.launcher.halving.keep=0.34"]
GRID = ["optimizer.lr=0.0001,0.001,0.01,0.1,0.3,1", "model.depth=1,2"]


def rows(run: Path) -> list[dict[str, str]]:
    """metrics.csv without times."""
    with open(run / "metrics.csv", newline="") as file:
        return [
            {k: v for k, v in row.items() if k not in ("seconds", "samples_per_second")} for row in csv.DictReader(file)
        ]


def test_a_sweep_tells_whom_it_dropped_and_resumes_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert in_process(monkeypatch, tmp_path, *QUICK, *HALVING, *GRID) == (0, "")
    said = capfd.readouterr().out
    assert "halving: of those so far the best 0.34 go on after epochs 1, 3," in said
    found = summaries(tmp_path)
    gone = [number for number, summary in enumerate(found) if summary["status"] == "dropped"]
    assert 6 <= len(gone) <= 11
    counted = {epoch: sum((each["stopped"] or {}).get("epoch") == epoch for each in found) for epoch in (1, 3)}
    assert f"{len(gone)} runs dropped: {counted[1]} after epoch 1" in said
    for summary in found:
        if summary["status"] == "completed":
            assert (summary["epochs"], summary["stopped"]) == (8, None)
        else:
            stopped = summary["stopped"]
            assert stopped["by"] == "halving"
            assert stopped["epoch"] == summary["epochs"]
            assert stopped["rank"] <= stopped["of"]
            assert summary["reason"].startswith(f"by halving after epoch {stopped['epoch']}: rank {stopped['rank']} of")
    with open(tmp_path / "sweep" / "sweep.csv", newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["status"] for row in table] == [summary["status"] for summary in found]
    assert [row["reason"] for row in table] == [summary["reason"] for summary in found]
    assert {entry.status for entry in entries(tmp_path)} == {"completed", "dropped"}
    # a report compares those alone that were trained to their end
    (study,) = studies(runs := find_runs([str(tmp_path / "sweep")], print), sweeps_of(runs))
    assert len(study.ranked) == len(found) - len(gone)
    assert failures(study) is None
    told = dropped(study)
    assert told is not None
    assert sum(int(row[2]) for row in told.rows) == len(gone)
    cells = [row[-1] for row in ranking(study).rows]
    assert cells == ["completed"] * (len(found) - len(gone)) + ["dropped"] * len(gone) or "1 completed" in cells[0]
    assert any(line.startswith(f"{len(gone)} of 12 runs were dropped") for line in study.answers)
    # cut off before the last stack began: it decides again as it did
    whole = {number: rows(tmp_path / "sweep" / str(number)) for number in range(12)}
    left = [number for number in range(12) if found[number]["status"] == "completed" or number in gone[-3:]]
    for number in left:
        (tmp_path / "sweep" / str(number) / "summary.json").unlink()
        shutil.rmtree(tmp_path / "sweep" / "checkpoints" / str(number), ignore_errors=True)
    lines = (tmp_path / "sweep" / "checkpoints" / "rungs.jsonl").read_bytes()
    monkeypatch.chdir(tmp_path)
    capfd.readouterr()
    assert resume(tmp_path / "sweep") == 0
    said = capfd.readouterr().out
    assert f"resuming 12 jobs: {12 - len(left)} dropped stay," in said
    assert (tmp_path / "sweep" / "checkpoints" / "rungs.jsonl").read_bytes() == lines
    again = summaries(tmp_path)
    for number in range(12):
        assert rows(tmp_path / "sweep" / str(number)) == whole[number]
        assert (again[number]["status"], again[number]["stopped"]) == (
            found[number]["status"],
            found[number]["stopped"],
        )


def trials(folder: Path) -> list[Any]:
    path = f"sqlite:///{folder}/sweep/checkpoints/optuna.db"
    return optuna.load_study(study_name=str(folder / "sweep"), storage=path).trials


SEARCH = ["hydra/sweeper=optuna", "hydra.sweeper.n_trials=8", "hydra.sweeper.n_jobs=4", "hydra.sweeper.sampler.seed=1"]
SEARCH += ["optimizer.lr=tag(log,interval(0.0001,1))"]


@pytest.mark.slow
def test_a_dropped_trial_is_pruned_in_its_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert in_process(monkeypatch, tmp_path, *QUICK, *HALVING, *SEARCH) == (0, "")
    found = summaries(tmp_path)
    for trial, summary in zip(trials(tmp_path), found, strict=True):
        gone = summary["status"] == "dropped"
        assert trial.state.name == ("PRUNED" if gone else "COMPLETE")
        epochs = {summary["stopped"]["epoch"]: summary["val"]["accuracy"]} if gone else {}
        assert trial.intermediate_values == epochs
        assert trial.value == summary["val"]["accuracy"]
    assert {summary["status"] for summary in found} == {"completed", "dropped"}


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_pruner_gets_each_evaluation(workers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = [word for word in QUICK if "workers" not in word] + [f"hydra.launcher.workers={workers}"]
    words += ["hydra/sweeper/pruner=percentile", "hydra.sweeper.pruner.n_startup_trials=2", "train.eval_every=2"]
    assert in_process(monkeypatch, tmp_path, *words, *SEARCH) == (0, "")
    found = summaries(tmp_path)
    for number, (trial, summary) in enumerate(zip(trials(tmp_path), found, strict=True)):
        own = rows(tmp_path / "sweep" / str(number))
        assert trial.intermediate_values == {int(row["epoch"]): float(row["val_accuracy"]) for row in own}
        gone = summary["status"] == "dropped"
        assert trial.state.name == ("PRUNED" if gone else "COMPLETE")
        if gone:
            assert summary["stopped"] == {"by": "PercentilePruner", "epoch": int(own[-1]["epoch"])}
    assert {summary["status"] for summary in found[:4]} == {"completed"}, "there was nobody yet to compare with"
    assert "dropped" in {summary["status"] for summary in found[4:]}


@pytest.mark.parametrize("name", PRUNERS)
def test_the_keys_of_a_pruner_are_optunas(name: str) -> None:
    keys = asdict(PRUNERS[name]())
    module, _, kind = keys.pop("_target_").rpartition(".")
    theirs = inspect.signature(getattr(import_module(module), kind)).parameters
    known = {key: each.default for key, each in theirs.items()}
    if name == "percentile":
        assert known.pop("percentile") is inspect.Parameter.empty
        keys.pop("percentile")
    if name == "threshold":
        assert known.items() >= keys.items()  # it takes an interval too
    else:
        assert keys == known
