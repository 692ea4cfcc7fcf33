"""A run that learns numbers tells errors in their own units wherever a run that learns classes tells accuracies."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from twinprop.__main__ import main
from twinprop.config.schema import Config
from twinprop.data.sklearn_tables import Diabetes
from twinprop.errors import ConfigError
from twinprop.models.mlp import MLP
from twinprop.population.table import write_csv
from twinprop.run.files import metrics_problem
from twinprop.run.saved import load
from twinprop.run.single import execute
from twinprop.scratch.losses import HuberLoss, MSELoss
from twinprop.scratch.optimizers import SGD
from twinprop.training.plan import TrainConfig


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run")
    model = MLP(backend="scratch", width=8)
    execute(Config(data=Diabetes(), model=model, loss=HuberLoss(), optimizer=SGD(lr=0.02), train=TrainConfig(4)), path)
    return path


def test_results_are_those_of_the_predictions(path: Path) -> None:
    run, dataset = load(path), Diabetes().load()
    summary, about = run.summary, run.saved["data"]["task"]
    assert dataset.test.x is not None
    true = about["origin"] + about["unit"] * dataset.test.y
    last = run.metrics.iloc[-1]
    predicted = about["origin"] + about["unit"] * run.network.forward(dataset.test.x)[:, 0]
    best = run.metrics.iloc[summary["best"]["epoch"] - 1]  # which the model is of
    errors = predicted - true
    assert best["test_rmse"] == pytest.approx(np.sqrt((errors**2).mean()), rel=1e-5)
    assert best["test_mae"] == pytest.approx(abs(errors).mean(), rel=1e-5)
    assert best["test_r2"] == pytest.approx(1 - (errors**2).mean() / true.var(), rel=1e-4)
    assert summary["task"] == "regression"
    assert summary["test"] == {what: pytest.approx(last[f"test_{what}"]) for what in ("loss", "rmse", "mae", "r2")}
    assert best["val_rmse"] == run.metrics["val_rmse"].min()
    assert not any("accuracy" in name for name in run.metrics)
    assert metrics_problem(path / "metrics.csv") is None


def test_tensorboard_has_its_curves_and_its_picture(path: Path) -> None:
    tags = EventAccumulator(str(path)).Reload().Tags()
    assert {"rmse/val", "mae/test", "r2/train", "best/val_rmse"} <= set(tags["scalars"])
    assert tags["images"] == ["predictions"]
    assert not any("accuracy" in tag for tag in tags["scalars"])


def test_raw_rows_are_predicted_in_the_units_of_the_target(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = Diabetes().table().frame
    frame.drop(columns="progression").sample(frac=1, axis=1, random_state=0).to_csv(tmp_path / "raw.csv", index=False)
    run, dataset = load(path), Diabetes().load()
    capsys.readouterr()
    assert main(["predict", str(path), str(tmp_path / "raw.csv"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert not any(each["notes"] or each["outputs"] for each in found)
    numbers = np.array([each["predicted"] for each in found])
    outputs = np.concatenate([run.network.forward(split.x)[:, 0] for split in dataset[:3]])
    np.testing.assert_allclose(np.sort(numbers), np.sort(dataset.task.told(outputs)), rtol=1e-5)
    assert 100 < numbers.mean() < 200


def test_a_sweep_of_both_tasks_has_the_columns_of_both(tmp_path: Path) -> None:
    splits = ("train", "val", "test")
    ended = {"status": "completed", "epochs": 1, "seconds": {"train": 1.0}}
    numbers = {"loss": 1.0, "rmse": 2.0, "mae": 1.5, "r2": 0.1}
    summaries = {
        0: {**ended, "task": "classification", **{split: {"loss": 1.0, "accuracy": 0.5} for split in splits}},
        1: {
            **ended,
            "task": "regression",
            **dict.fromkeys(splits, numbers),
        },
    }
    write_csv(tmp_path / "sweep.csv", {0: "a", 1: "b"}, {0: ["data=iris"], 1: ["data=diabetes"]}, summaries)
    found = pandas.read_csv(tmp_path / "sweep.csv")
    assert found["val_rmse"].isna().tolist() == [True, False]
    assert found["val_accuracy"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({}, "loss=cross_entropy: works on classes"),
        ({"loss": MSELoss(), "metric": "val_accuracy"}, "metric=val_accuracy: data=diabetes has numbers to learn"),
        ({"loss": MSELoss(), "model": MLP(output_activation="softmax")}, "of one output softmax is always 1"),
    ],
)
def test_what_is_not_defined_of_numbers_is_said(parts: dict[str, object], said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        execute(Config(data=Diabetes(), **parts), tmp_path / "run")  # type: ignore[arg-type]
    assert said in str(caught.value)
    assert json.dumps(str(caught.value)).count("data=diabetes") == 1
