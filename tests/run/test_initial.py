"""`init_from=RUN`: training begins with another run's weights, and what does not fit is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.kit.commands import in_process

import twinprop
from twinprop.app.compose import compose
from twinprop.errors import TwinpropError
from twinprop.run.initial import begin
from twinprop.run.model_file import COUNTS
from twinprop.run.setup import Setup
from twinprop.training.monitor import Monitor

SHORT = ("train.epochs=1", "data.limit=200")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("runs") / "run"
    twinprop.train(*SHORT, "model.backend=scratch", "model.batch_norm=true", "seed=3", f"hydra.run.dir={path}")
    return path


@pytest.mark.parametrize("backend", ["scratch", "torch"])
def test_training_begins_with_them(backend: str, run: Path) -> None:
    config = compose([f"init_from={run}", "model.batch_norm=true", f"model.backend={backend}", *SHORT])
    setup, said = Setup(config), []
    monitor, plan = Monitor(config.seed, config.train), setup.plan(config)
    begin(monitor, setup, config, plan, said.append)
    learner = setup.learner([config], plan)
    learner.load_state([monitor.last])
    given = twinprop.load(run).saved["state_dict"]
    for name, value in learner.state_dict_of(learner.state(0)).items():
        if not name.endswith(COUNTS):
            np.testing.assert_array_equal(value, given[name], err_msg=name)
    assert said == [f"init_from={run}: 14 of 14 parameters are those of this run"]


@pytest.mark.slow
def test_a_stack_is_what_its_members_are_alone(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("model.batch_norm=true", "model.backend=scratch", *SHORT)
    swept = ("-m", f"init_from={run},null", "seed=0,1", *words, "hydra.launcher.workers=1", "hydra.sweep.dir=sweep")
    assert in_process(monkeypatch, tmp_path, *swept) == (0, "")
    for name, start in {"0_init_from-run_seed-0": str(run), "3_init_from-null_seed-1": "null"}.items():
        seed = name.rpartition("-")[2]
        alone = twinprop.train(f"init_from={start}", f"seed={seed}", *words, f"hydra.run.dir={tmp_path}/{name}")
        (folder,) = (tmp_path / "sweep").glob(f"{name}*")
        together = twinprop.load(folder)
        assert together.metrics["train_loss"][0] == pytest.approx(alone.metrics["train_loss"][0], rel=1e-5)


def test_what_does_not_fit_is_named(run: Path, tmp_path: Path) -> None:
    words = ("model.depth=1", "data=moons", "train.epochs=1", "model.backend=scratch")
    twinprop.train(f"init_from={run}", *words, f"hydra.run.dir={tmp_path}/r")
    (told,) = [line for line in (tmp_path / "r" / "train.log").read_text().splitlines() if "init_from" in line]
    assert "1 of 4 parameters are those of this run" in told
    assert "drawn anew: linear1.weight (50, 2), there (50, 64), output.weight (2, 50), there (10, 50)" in told
    assert "only there: batch_norm1.weight (50,), " in told
    assert told.endswith(" more")


def test_nothing_that_fits_is_refused(run: Path, tmp_path: Path) -> None:
    with pytest.raises(TwinpropError, match=r"nothing of it fits; this network has linear1.weight \(9, 2\), there"):
        twinprop.train(f"init_from={run}", "model.hidden=[9]", "data=moons", f"hydra.run.dir={tmp_path}/run")


def test_no_trained_network_is_told_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, message = in_process(monkeypatch, tmp_path, "init_from=nowhere", "optimizer.lrr=1")
    assert status == 1
    assert "init_from=nowhere: holds no trained network" in message
    assert "optimizer.lrr=1" in message
    assert list(tmp_path.iterdir()) == []


def test_a_run_goes_on_when_the_other_is_gone(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from twinprop.__main__ import main

    other = tmp_path / "other"
    shutil.copytree(run, other)
    words = ("model.batch_norm=true", "model.backend=scratch", *SHORT, "hydra.run.dir=run")
    assert in_process(monkeypatch, tmp_path, "init_from=other", *words) == (0, "")
    shutil.rmtree(other)
    assert main(["resume", str(tmp_path / "run"), "train.epochs=2"]) == 0
    assert twinprop.load(tmp_path / "run").metrics["epoch"].tolist() == [1, 2]
