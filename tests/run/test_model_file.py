"""The weights of the best epoch and of the last one are both kept; a key says which of them the model has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.kit.sweeps import member

from twinprop.config.schema import Config
from twinprop.data.digits import Digits
from twinprop.errors import TwinpropError
from twinprop.models.mlp import MLP
from twinprop.population.setups import SetupCache
from twinprop.population.stack import Stack
from twinprop.population.train import train_stack
from twinprop.run.model_file import MODEL
from twinprop.run.saved import Run, load
from twinprop.run.single import execute
from twinprop.scratch.optimizers import SGD
from twinprop.training.interrupt import Interrupt
from twinprop.training.plan import TrainConfig

KEPT = ("best", "last")


def config_of(backend: str = "scratch", metric: str | None = None, val: float = 0.2, **train: Any) -> Config:
    """A run whose accuracy goes up and down: its rate is too high."""
    return Config(
        data=Digits(limit=300, val_fraction=val),
        model=MLP(width=8, backend=backend, dtype="float64"),
        optimizer=SGD(lr=1.0),
        train=TrainConfig(**{"epochs": 9, **train}),
        metric=metric,
    )


def accuracy(run: Run) -> float:
    """On the validation split, by hand."""
    val = run.config.data.load().val
    return float(np.mean(run.network.forward(val.x).argmax(-1) == val.y))


def assert_both_are_kept(path: Path, kept: str) -> None:
    """Each weights give the accuracy that was noted, and the model has those that are kept."""
    run = load(path)
    best, last = run.summary["best"], run.summary["val"]
    assert best["epoch"] < run.summary["epochs"]
    assert best["accuracy"] > last["accuracy"]
    found = {name: accuracy(load(path, name)) for name in ("best", "last")}
    assert found == {"best": pytest.approx(best["accuracy"]), "last": pytest.approx(last["accuracy"])}
    assert accuracy(run) == found[kept]
    assert run.summary["weights"]["kept"] == run.saved["weights"]["kept"] == kept
    assert run.summary["weights"]["best"]["epoch"] == best["epoch"]
    other = {"best": "last", "last": "best"}[kept]
    assert {each.name for each in path.glob("model*")} == {MODEL, f"model-{other}.safetensors"}


@pytest.mark.parametrize("keep", KEPT)
def test_a_run_keeps_the_best_and_the_last(keep: str, tmp_path: Path) -> None:
    execute(config_of(keep=keep), tmp_path / "run")
    assert_both_are_kept(tmp_path / "run", keep)


@pytest.mark.parametrize("backend", ["scratch", "torch"])
def test_so_does_each_of_a_stack(backend: str, tmp_path: Path) -> None:
    members = [member(number, config_of(backend, keep=keep), tmp_path / keep) for number, keep in enumerate(KEPT)]
    stack, ended = Stack(members, 1, 1, 1.0), []
    with Interrupt() as interrupt:
        train_stack(stack, SetupCache(), interrupt, lambda steps: None, lambda own, _: ended.append(own.number))
    assert sorted(ended) == [0, 1]  # each is recorded in a thread of its own
    for keep in KEPT:
        assert_both_are_kept(tmp_path / keep, keep)


def test_early_stopping_hands_back_the_best(tmp_path: Path) -> None:
    execute(config_of(epochs=50, patience=2, metric="val_loss"), tmp_path / "run")
    run = load(tmp_path / "run")
    assert "stopped early" in run.summary["reason"]
    losses = run.metrics.val_loss
    assert run.saved["weights"]["best"]["epoch"] == run.summary["epochs"] - 2 == losses.argmin() + 1
    assert accuracy(run) == pytest.approx(run.metrics.val_accuracy[losses.argmin()])


def test_what_goes_on_keeps_the_best_of_before(tmp_path: Path) -> None:
    execute(config_of(), tmp_path / "whole")
    before = load(tmp_path / "whole").summary["weights"]
    execute(config_of(epochs=before["best"]["epoch"] + 1), tmp_path / "run")
    execute(config_of(), tmp_path / "run", go_on=True)
    run = load(tmp_path / "run")
    assert run.summary["weights"] == before
    for name, value in load(tmp_path / "whole").saved["state_dict"].items():
        np.testing.assert_array_equal(run.saved["state_dict"][name], value)


def test_without_validation_the_model_is_the_last(tmp_path: Path) -> None:
    execute(config_of(val=0.0), tmp_path / "run")
    assert load(tmp_path / "run").saved["weights"] == {
        "kept": "last",
        "best": None,
        "last": {"epoch": 9, "step": 90},
    }
    assert [each.name for each in (tmp_path / "run").glob("model*")] == [MODEL]
    with pytest.raises(TwinpropError, match="has no best weights, for it had no validation split"):
        load(tmp_path / "run", "best").saved  # noqa: B018


def test_weights_that_are_not_there_are_told(tmp_path: Path) -> None:
    execute(config_of(), tmp_path / "run")
    (tmp_path / "run" / "model-last.safetensors").unlink()
    with pytest.raises(TwinpropError, match=r"model-last\.safetensors: is not there; use the best weights"):
        load(tmp_path / "run", "last").saved  # noqa: B018
    with pytest.raises(TwinpropError, match="weights=first: must be best or last"):
        load(tmp_path / "run", "first")
