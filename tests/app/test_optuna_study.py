"""A study in a database of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import optuna
import pytest
from tests.kit.commands import TRAIN


@pytest.mark.slow
def test_two_commands_search_together(tmp_path: Path) -> None:
    storage = f"sqlite:///{tmp_path}/study.db"
    words = ["hydra/sweeper=optuna", "hydra.sweeper.n_trials=3", "hydra.sweeper.n_jobs=1", "data.limit=300"]
    words += [f"hydra.sweeper.storage={storage}", "hydra.sweeper.study_name=both", "optimizer.lr=interval(0.01,1)"]
    words += ["train.epochs=2", "model.backend=scratch"]
    begun = [
        subprocess.Popen([*TRAIN, "-m", *words, f"hydra.sweep.dir={name}"], cwd=tmp_path, stdout=subprocess.DEVNULL)
        for name in ("one", "two")
    ]
    assert [process.wait(300) for process in begun] == [0, 0]
    study = optuna.load_study(study_name="both", storage=storage)
    assert [trial.state.name for trial in study.trials] == ["COMPLETE"] * 6
    assert study.direction.name == "MAXIMIZE"
