"""A trained network measured again gives what was measured in training; other samples are prepared as its own were."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import twinprop
from twinprop.__main__ import main
from twinprop.config.schema import Config
from twinprop.data.csv_file import CSV
from twinprop.data.image_folder import ImageFolder
from twinprop.data.sklearn_tables import Diabetes, Iris, Wine
from twinprop.data.toy import Moons
from twinprop.data.vision import KMNIST, MNIST
from twinprop.errors import TwinpropError
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
    words = [str(runs / "torch"), "data=circles", "data.n_samples=100", "--split", "test"]
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
        assert measure(run, split="val").results == pytest.approx(
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


@pytest.fixture(scope="module")
def of_a_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on iris.csv, beside which is other.csv."""
    folder = tmp_path_factory.mktemp("tables")
    frame = Iris().table().frame
    frame.to_csv(folder / "iris.csv", index=False)
    frame.sample(60, random_state=1).to_csv(folder / "other.csv", index=False)
    data = CSV(file=str(folder / "iris.csv"), target="species", group=None)
    execute(Config(data=data, model=MLP(width=8), train=TrainConfig(epochs=2)), folder / "run")
    return folder


def test_words_choose_samples_in_python_as_on_the_command_line(
    of_a_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = twinprop.load(of_a_file / "run")
    for words, split, told in (
        ([], None, (30, "test")),
        ([f"data.file={of_a_file}/other.csv"], None, (60, "all")),
        ([f"data.file={of_a_file}/other.csv", "data.limit=7"], None, (7, "all")),
        ([f"data.file={of_a_file}/other.csv"], "test", (12, "test")),
        ([f"data.file={of_a_file}/iris.csv", f"data.test_file={of_a_file}/other.csv"], None, (60, "test")),
        (["data=iris"], None, (150, "all")),
        (["data.limit=7"], None, (7, "test")),
        (["data.limit=7"], "train", (7, "train")),
    ):
        found = run.evaluate(*words, split=split)
        assert (len(found.true), found.split) == told, words
        assert found.notes == []
    assert main(["evaluate", str(run.path), f"data.file={of_a_file}/other.csv", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["split"], printed["samples"], printed["data"]) == ("all", 60, f"{of_a_file}/other.csv")
    with pytest.raises(TwinpropError, match=r"seed=3: only samples can be others"):
        run.evaluate("seed=3")


@pytest.mark.slow
def test_samples_that_may_have_been_trained_on_are_told(of_a_file: Path, runs: Path) -> None:
    note = "Its own samples, cut anew: some of these may be among those that it was trained on."
    run, moons = twinprop.load(of_a_file / "run"), twinprop.load(runs / "scratch")
    assert run.evaluate("data.seed=3").notes == [note]
    assert run.evaluate("data.val_fraction=0.5", split="val").notes == [note]
    assert moons.evaluate("data.test_fraction=0.5").notes == [note]
    for words in (["data.seed=3"], ["data.n_samples=50"]):  # which makes others
        found = moons.evaluate(*words)
        assert (found.notes, found.split) == ([], "all")


@pytest.mark.parametrize(("weight", "smoothing"), [("balanced", 0.0), ([1.0, 2.0, 3.0], 0.1)])
def test_the_loss_of_others_is_weighted_as_in_training(weight: Any, smoothing: float, tmp_path: Path) -> None:
    loss = CrossEntropyLoss(weight=weight, label_smoothing=smoothing)
    execute(Config(data=Iris(), loss=loss, model=MLP(width=8), train=TrainConfig(epochs=1)), tmp_path / "run")
    run = twinprop.load(tmp_path / "run")
    own = measure(run)
    assert own.results["loss"] == pytest.approx(run.summary["test"]["loss"], rel=1e-5)
    found = run.evaluate("data=csv", f"data.file={rows_of_one_class(tmp_path)}", "data.target=species")
    assert found.split == "all"
    assert np.isfinite(found.results["loss"])


def rows_of_one_class(folder: Path) -> Path:
    """A table of irises of one species, whose name is not the first of all."""
    frame = Iris().table().frame
    frame[frame.species == "virginica"].to_csv(folder / "one.csv", index=False)
    return folder / "one.csv"


def test_rows_that_were_left_out_in_training_are_left_out_again(tmp_path: Path) -> None:
    frame = Iris().table().frame
    frame.iloc[::7, 0] = np.nan
    frame.to_csv(tmp_path / "holes.csv", index=False)
    data = CSV(file=str(tmp_path / "holes.csv"), target="species", missing="drop")
    execute(Config(data=data, model=MLP(width=8), train=TrainConfig(epochs=2)), tmp_path / "run")
    run = load(tmp_path / "run")
    assert measure(run).results["loss"] == pytest.approx(run.summary["best"]["test"]["loss"], rel=1e-5)


@pytest.mark.slow
def test_rows_need_no_column_of_groups_to_be_measured_whole(tmp_path: Path) -> None:
    frame = Iris().table().frame
    frame["plant"] = np.arange(len(frame)) // 2
    frame.to_csv(tmp_path / "groups.csv", index=False)
    frame.drop(columns="plant").to_csv(tmp_path / "other.csv", index=False)
    data = CSV(file=str(tmp_path / "groups.csv"), target="species", group="plant")
    execute(Config(data=data, model=MLP(width=8), train=TrainConfig(epochs=1)), tmp_path / "run")
    found = twinprop.load(tmp_path / "run").evaluate(f"data.file={tmp_path}/other.csv")
    assert len(found.true) == 150


def images(folder: Path, classes: dict[str, int]) -> Path:
    """Folders of images of so many grey levels."""
    for name, level in classes.items():
        (folder / name).mkdir(parents=True)
        for number in range(6):
            Image.fromarray(np.full((5, 5), level + number, np.uint8)).save(folder / name / f"{number}.png")
    return folder


@pytest.mark.slow
def test_other_folders_are_measured_whole_and_by_the_names_of_their_classes(tmp_path: Path) -> None:
    own = images(tmp_path / "own", {"a": 10, "b": 100, "c": 200})
    data = ImageFolder(root=str(own), grayscale=True, workers=0, val_fraction=0.0)
    execute(Config(data=data, model=MLP(width=8), train=TrainConfig(epochs=3)), tmp_path / "run")
    run = twinprop.load(tmp_path / "run")
    some = run.evaluate(f"data.root={images(tmp_path / 'some', {'b': 100, 'c': 200})}")
    assert (some.split, sorted(set(some.true)), len(some.true)) == ("all", [1, 2], 12)
    for part in ("train", "test"):
        images(tmp_path / "cut" / part, {"a": 10, "b": 100, "c": 200})
    cut = run.evaluate(f"data.root={tmp_path}/cut")
    assert (cut.split, len(cut.true)) == ("test", 18)
    for part in ("train", "val"):
        images(tmp_path / "held" / part, {"a": 10, "b": 100, "c": 200})
    assert len(run.evaluate(f"data.root={tmp_path}/held").true) == 36
    assert len(run.evaluate(f"data.root={tmp_path}/held", "data.resident=false").true) == 36
    others = run.evaluate(f"data.root={images(tmp_path / 'others', {'x': 10, 'y': 100, 'z': 200})}")
    assert others.notes == ["Its classes stand for others, by their order: a for x, b for y, c for z."]


@pytest.mark.slow
def test_kmnist_stands_for_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files as they are downloaded, of few samples."""
    monkeypatch.setattr(KMNIST, "size", lambda self: (40, 20))
    for folder in ("MNIST", "KMNIST"):
        raw = tmp_path / folder / "raw"
        raw.mkdir(parents=True)
        rng = np.random.default_rng(len(folder))
        for part, count in (("train", 40), ("t10k", 20)):
            pixels, labels = rng.integers(0, 256, (count, 28, 28), np.uint8), rng.integers(0, 10, count, np.uint8)
            head = struct.pack(">IIII", 0x803, count, 28, 28)
            (raw / f"{part}-images-idx3-ubyte").write_bytes(head + pixels.tobytes())
            (raw / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x801, count) + labels.tobytes())
    monkeypatch.setattr(MNIST, "size", lambda self: (40, 20))
    data = MNIST(root=str(tmp_path), normalize=True)
    execute(Config(data=data, model=MLP(width=8), train=TrainConfig(epochs=1)), tmp_path / "run")
    run = twinprop.load(tmp_path / "run")
    found = run.evaluate("data=kmnist", f"data.root={tmp_path}", "data.limit=15")
    assert (found.split, len(found.true)) == ("test", 15)
    assert found.notes[0].startswith("Its classes stand for others, by their order: 0 - zero for o, 1 - one for ki")
    with pytest.raises(TwinpropError, match=r"(?s)data=kmnist: KMNIST is not there.*where: .*nowhere.*TWINPROP_DATA"):
        run.evaluate("data=kmnist", f"data.root={tmp_path}/nowhere", "data.download=false")


def test_a_picture_takes_the_place_of_another_picture_alone(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "link.png").symlink_to("mine.txt")
    for path in (runs / "torch" / "model.safetensors", tmp_path / "mine.txt", tmp_path / "link.png", tmp_path):
        assert main(["evaluate", str(runs / "torch"), "--png", str(path)]) == 1
        assert f"--png {path}: is there already, and no PNG file; it stays" in capsys.readouterr().err
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_names_of_a_table_move_no_cursor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "".join(f"{place},\x1b[31m{'xy'[place % 2]},{'no' if place % 3 else 'yes'}\n" for place in range(40))
    (tmp_path / "t.csv").write_text(f"a,\x1b[2J,y\n{rows}")
    assert main(["data", "data=csv", f"data.file={tmp_path}/t.csv", "data.target=y"]) == 0
    text = capsys.readouterr().out
    assert r"categories \x1b[2J" in text
    assert "\x1b" not in text


@pytest.mark.slow
def test_a_run_is_measured_and_repeated_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = Iris().table().frame
    for name in ("begun", "other"):
        (tmp_path / name).mkdir()
    frame.to_csv(tmp_path / "begun" / "iris.csv", index=False)
    frame.to_csv(tmp_path / "begun" / "test.csv", index=False)
    monkeypatch.chdir(tmp_path / "begun")
    words = ("data=csv", "data.file=iris.csv", "data.test_file=test.csv", "data.target=species", "train.epochs=1")
    twinprop.train(*words, "model.backend=scratch", "hydra.job.chdir=true", f"hydra.run.dir={tmp_path}/chdir")
    expected = twinprop.train(*words, f"hydra.run.dir={tmp_path}/run").evaluate().results
    monkeypatch.chdir(tmp_path / "other")
    run = twinprop.load(tmp_path / "run")
    assert run.evaluate().results == expected
    assert run.evaluate("data.limit=3").notes == []
    again = twinprop.train(f"from={tmp_path}/run", "train.epochs=2", f"hydra.run.dir={tmp_path}/again")
    assert again.config.data.paths()["file"] == str(tmp_path / "begun" / "iris.csv")
    assert run.config.data.paths()["file"] == str(tmp_path / "other" / "iris.csv"), "what was typed stays"
