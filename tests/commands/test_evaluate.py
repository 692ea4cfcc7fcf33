"""A trained network measured again gives what was measured in training; other samples are prepared as its own were."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from twinprop.__main__ import main
from twinprop.config.schema import Config
from twinprop.data.sklearn_tables import Diabetes, Wine
from twinprop.data.toy import Moons
from twinprop.models.mlp import MLP
from twinprop.run.measured import measure
from twinprop.run.saved import Run, load
from twinprop.run.single import execute
from twinprop.scratch.losses import CrossEntropyLoss, MSELoss
from twinprop.scratch.optimizers import SGD
from twinprop.training.plan import TrainConfig


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twins in `scratch` and `torch`, whose best epoch is not the last."""
    folder = tmp_path_factory.mktemp("runs")
    for backend in ("scratch", "torch"):
        config = Config(
            data=Moons(n_samples=300, normalize=True, noise=0.3),
            model=MLP(width=8, backend=backend, batch_norm=True),
            optimizer=SGD(lr=2.0),
            train=TrainConfig(epochs=6, batch_size=16),
        )
        execute(config, folder / backend)
    return folder


@pytest.mark.parametrize("backend", ["scratch", "torch"])
def test_its_own_samples_give_the_results_of_training(backend: str, runs: Path) -> None:
    run = load(runs / backend)
    best = run.summary["best"]
    assert best["epoch"] < 6
    for split, expected in {"test": best["test"], "val": best}.items():
        found = measure(run, split=split).results
        assert found == pytest.approx({name: expected[name] for name in found}, abs=1e-6)
    found = measure(load(runs / backend, "last")).results
    assert found == pytest.approx(run.summary["test"], abs=1e-6)


@pytest.mark.parametrize("backend", ["scratch", "torch"])
def test_classes_are_told_of_the_best_epoch_and_of_the_last(backend: str, runs: Path) -> None:
    run = load(runs / backend)
    assert run.summary["best"]["test_by_class"] == measure(run).by_class()
    assert run.summary["test_by_class"] == measure(load(runs / backend, "last")).by_class()
    assert run.summary["test_by_class"] != run.summary["best"]["test_by_class"]


def test_other_samples_are_prepared_as_those_of_training(runs: Path) -> None:
    run = load(runs / "scratch")
    other = Moons(n_samples=500, noise=1.0, seed=4)
    found = measure(run, replace(run.config, data=other), "train")
    samples, about = other.load().train, run.saved["data"]
    assert samples.x is not None
    outputs = run.network.forward((samples.x - np.float32(about["mean"])) / np.float32(about["std"]))
    np.testing.assert_array_equal(found.predicted, outputs.argmax(-1))
    assert found.results["accuracy"] == pytest.approx((outputs.argmax(-1) == samples.y).mean())


def test_the_table_the_json_and_the_picture(runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    png = tmp_path / "confusion.png"
    words = [str(runs / "torch"), "data=circles", "data.n_samples=100"]
    assert main(["evaluate", *words, "--png", str(png)]) == 0
    text = capsys.readouterr().out
    assert main(["evaluate", *words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert png.read_bytes().startswith(b"\x89PNG")
    assert f"20 samples of circles, test: loss {found['loss']:.4f}, accuracy {found['accuracy']:.4f}" in text
    confusion = np.array(found["confusion"])
    assert confusion.sum() == found["samples"] == 20
    assert found["accuracy"] == confusion.trace() / 20
    assert [row["samples"] for row in found["by_class"]["classes"].values()] == confusion.sum(1).tolist()
    assert text.splitlines()[-3].split() == ["1", *map(str, confusion[1])]


def test_a_table_is_prepared_by_the_rows_that_the_network_was_trained_on(tmp_path: Path) -> None:
    for data, loss in ((Wine(), CrossEntropyLoss()), (Diabetes(), MSELoss())):
        config = Config(data=data, loss=loss, model=MLP(width=8), train=TrainConfig(epochs=4))
        execute(config, tmp_path / data.name)
        run = load(tmp_path / data.name)
        found = measure(run)
        expected = run.summary["best"]["test"]
        assert found.results == pytest.approx({name: expected[name] for name in found.results}, rel=1e-5)
        again = measure(run, replace(run.config, data=replace(data, seed=3)), "train")
        rows = replace(data, seed=3).load_as(run.saved["data"]).train
        assert rows.x is not None
        assert abs(rows.x.mean(0)).max() > 1e-3  # as they are prepared by other rows
        outputs = run.network.forward(rows.x)
        predicted = outputs.argmax(-1) if found.classes else rows_in_units(run, outputs[:, 0])
        np.testing.assert_allclose(again.predicted, predicted, rtol=1e-4)
        told = run.predict(rows.x)
        np.testing.assert_allclose(
            again.predicted, [found.classes.index(name) for name in told] if found.classes else told, rtol=1e-4
        )
        assert run.evaluate(split="val").results == pytest.approx(
            {name: run.summary["best"][name] for name in found.results}, rel=1e-5
        )


def rows_in_units(run: Run, values: NDArray[Any]) -> NDArray[Any]:
    """Outputs in the units of the data."""
    task = run.saved["data"]["task"]
    return np.asarray(task["origin"] + task["unit"] * values)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["data=digits"], "data=digits: has samples (8, 8), 10 classes; the network of"),
        (["optimizer.lr=3"], "optimizer.lr=3: only samples can be others"),
        (["data.nose=3"], "data.nose=3: there is no such key"),
        (["data.val_fraction=0", "--split", "val"], "data=moons: the val split is empty"),
    ],
)
def test_mistakes_are_told(words: list[str], message: str, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(runs / "scratch"), *words]) == 1
    assert message in capsys.readouterr().err
