"""Published systems as configurations: they say what was published, written out here by hand, and they train."""

from __future__ import annotations

import csv
import json
import math
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hydra.core.global_hydra import GlobalHydra
from omegaconf import OmegaConf
from PIL import Image

from twinprop.app import cli, notebook
from twinprop.app.compose import compose
from twinprop.app.diagnose import diagnose
from twinprop.app.folders import conf, sweeps
from twinprop.app.register import register
from twinprop.config import schema

EXPERIMENTS = sorted(path.stem for path in (conf() / "experiment").glob("*.yaml"))
STUDIES = sorted(path.stem for path in sweeps().glob("*.yaml"))
MNIST = Path(os.environ.get("TWINPROP_DATA", "")) / "MNIST" / "raw"

SHAPES = {"mnist": ((28, 28), 10), "cifar10": ((3, 32, 32), 10), "palindrome": ((9, 1), 10)}
POINTS = ((2,), 2)

# units of each layer, samples of each split, batch, updates in all, optimizer
PUBLISHED: dict[str, tuple[list[int], tuple[int, int, int], Any, int, dict[str, Any]]] = {
    "hw11_scratch": ([784, 200, 10], (50_000, 0, 10_000), "full", 3000, {"name": "sgd", "lr": 0.01, "momentum": 0}),
    "hw11_torch": ([784, 200, 10], (60_000, 0, 10_000), 64, 3000, {"name": "sgd", "lr": 0.001, "momentum": 0.9}),
    "hw5_mlp": ([784, 50, 50, 10], (54_000, 6_000, 10_000), 64, 15 * 844, {"name": "sgd", "lr": 0.03}),
    "cs324_moons_scratch": ([2, 20, 2], (800, 0, 200), 128, 1500 * 7, {"name": "sgd", "lr": 0.01, "momentum": 0}),
    "cs324_circles_scratch": ([2, 20, 2], (800, 0, 200), 128, 5000 * 7, {"name": "sgd", "lr": 0.01, "momentum": 0}),
    "cs324_blobs_scratch": ([2, 20, 2], (800, 0, 200), 128, 1500 * 7, {"name": "sgd", "lr": 0.01, "momentum": 0}),
    "cs324_cifar_mlp": ([3072, 64, 64, 64, 10], (50_000, 0, 10_000), 128, 200 * 391, {"name": "sgd", "lr": 0.01}),
    "cs324_cifar_cnn": (
        [64, 128, 256, 256, 512, 512, 512, 512, 10],
        (50_000, 0, 10_000),
        512,
        200 * 98,
        {"name": "adam", "lr": 1e-4, "betas": (0.9, 0.999)},
    ),
    "cs324_palindrome_rnn": ([1, 128, 10], (12_800, 0, 3_200), 128, 50 * 100, {"name": "rmsprop", "lr": 0.001}),
    # lr 0.1 of the squared error summed over ten outputs, of which loss=mse is the mean
    "hw4_scratch": ([784, 200, 100, 50, 10], (54_000, 6_000, 10_000), 16, 20 * 3375, {"name": "sgd", "lr": 1.0}),
    "hw4_torch": ([784, 200, 100, 50, 10], (54_000, 6_000, 10_000), 16, 20 * 3375, {"name": "sgd", "lr": 0.1}),
    # not published, but told in the docs
    "mnist_best_mlp": (
        [784, 1000, 500, 250, 250, 250, 10],
        (60_000, 0, 10_000),
        128,
        60 * 469,
        {"name": "adamw", "lr": 0.002, "weight_decay": 0.05},
    ),
    "cifar_cnn_fast": (
        [32, 64, 64, 128, 128, 256, 10],
        (50_000, 0, 10_000),
        128,
        22 * 391,
        {"name": "sgd", "lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 5e-4},
    ),
    "kece470_mlp": ([784, 1024, 10], (54_000, 6_000, 10_000), 100, 30 * 540, {"name": "sgd", "lr": 0.1}),
}
for toy in ("moons", "circles", "blobs"):
    PUBLISHED[f"cs324_{toy}_torch"] = PUBLISHED[f"cs324_{toy}_scratch"]

TOY = {"model.activation": "relu", "model.init": "normal", "model.init_std": 0.001, "train.eval_every": 10}
TOY |= {"data.n_samples": 1000, "data.test_fraction": 0.2, "data.val_fraction": 0}
ALSO: dict[str, dict[str, Any]] = {
    "hw11_scratch": {"model.activation": "sigmoid", "data.limit": 50_000},
    "hw11_torch": {"model.activation": "sigmoid", "train.drop_last": True, "data.limit": None},
    "hw5_mlp": {"model.activation": "relu", "scheduler.name": "step", "model.negative_slope": 0.01},
    "cs324_moons_scratch": {**TOY, "data.name": "moons", "data.noise": 0.08, "data.seed": 1},
    "cs324_circles_scratch": {**TOY, "data.name": "circles", "data.noise": 0.08, "data.factor": 0.5, "data.seed": 1},
    "cs324_blobs_scratch": {**TOY, "data.name": "blobs", "data.n_features": 2, "data.centers": 2, "data.seed": 2},
    "cs324_cifar_mlp": {"model.activation": "relu", "scheduler.name": "multistep"},
    "cs324_cifar_cnn": {"model.init": "vgg", "model.batch_norm": True, "model.activation": "relu"},
    "cs324_palindrome_rnn": {"model.cell": "rnn", "train.max_grad_norm": 10, "data.length": 10},
    "hw4_scratch": {"model.activation": "sigmoid", "model.init": "fan_in_normal", "data.normalize": True},
    "hw4_torch": {"model.activation": "sigmoid", "model.output_activation": "sigmoid", "device": "cpu"},
    "mnist_best_mlp": {"model.batch_norm": True, "model.noise": 0.3, "scheduler.name": "one_cycle"},
    "cifar_cnn_fast": {"data.shift": 2, "data.flip": True, "data.normalize": True, "scheduler.name": "one_cycle"},
    "kece470_mlp": {"model.init": "kaiming_uniform", "train.drop_last": True, "seed": 123, "model.activation": "relu"},
}
for toy in ("moons", "circles", "blobs"):
    ALSO[f"cs324_{toy}_torch"] = ALSO[f"cs324_{toy}_scratch"]


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_says_what_was_published(name: str) -> None:
    from twinprop.training.plan import Plan

    config = compose([f"experiment={name}"])
    flat = schema.flatten(config)
    units, sizes, batch, steps, optimizer = PUBLISHED[name]
    shape, classes = SHAPES.get(config.data.name, POINTS)
    inputs = {"mlp": [math.prod(shape)], "cnn": [], "rnn": [shape[-1]]}[config.model.name]
    arguments = [layer.arguments for layer in config.model.layers(shape, classes)]
    outputs = [
        each[key] for each in arguments for key in ("out_channels", "hidden_size", "out_features") if key in each
    ]
    assert [*inputs, *outputs] == units
    assert config.data.split_sizes() == sizes
    assert flat["train.batch_size"] == batch
    assert Plan.of(config.train, sizes[0]).total_steps == steps
    for key, value in optimizer.items():
        assert getattr(config.optimizer, key) == value, key
    for key, value in ALSO[name].items():
        assert flat[key] == value, key
    assert flat["loss.name"] == ("mse" if name.startswith("hw4") else "cross_entropy")
    if "scheduler.name" not in ALSO[name]:
        assert flat["scheduler.name"] == "constant"
    backend = name.rpartition("_")[2]
    assert backend not in ("scratch", "torch") or flat["model.backend"] == backend


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_opens_with_what_it_reproduces(name: str) -> None:
    lines = (conf() / "experiment" / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# @package _global_"
    comment = " ".join(lines[1 : next(i for i, line in enumerate(lines) if not line.startswith("#"))])
    assert "ublished" in comment or "cs324_" in comment, "its published figures, or the experiment that has them"


@pytest.mark.parametrize("toy", ["moons", "circles", "blobs"])
def test_toy_points_are_those_of_the_publication(toy: str) -> None:
    """scikit-learn's own functions with the arguments that were published; every point is in one of the splits."""
    from sklearn import datasets

    arguments: dict[str, dict[str, Any]] = {
        "moons": {"noise": 0.08, "random_state": 1},
        "circles": {"noise": 0.08, "factor": 0.5, "random_state": 1},
        "blobs": {"n_features": 2, "centers": 2, "random_state": 2},
    }
    x, y = getattr(datasets, f"make_{toy}")(n_samples=1000, **arguments[toy])
    data = compose([f"experiment=cs324_{toy}_scratch"]).data.load()
    ours = np.concatenate([np.c_[split.x, split.y] for split in (data.train, data.test)])
    theirs = np.c_[x.astype(np.float32), y]
    np.testing.assert_array_equal(ours[np.lexsort(ours.T)], theirs[np.lexsort(theirs.T)])


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten classes of small pictures."""
    root, rng = tmp_path_factory.mktemp("images"), np.random.default_rng(0)
    for split, number in (("train", 40), ("test", 10)):
        for index in range(number):
            folder = root / split / str(index % 10)
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(rng.integers(0, 255, (32, 32, 3), np.uint8)).save(folder / f"{index}.png")
    return root


def small(name: str, images: Path) -> list[str]:
    """An experiment with few samples and updates."""
    words = [f"experiment={name}", "train.steps=3", "train.eval_every=1"]
    data = compose([f"experiment={name}"]).data.name
    if data == "mnist":
        return [*words, "data.limit=300"]
    if data == "cifar10":
        return [*words, "data=image_folder", f"data.root={images}", "train.batch_size=16"]
    return words


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_trains(name: str, tmp_path: Path, images: Path) -> None:
    words = small(name, images)
    if "data.limit=300" in words and not MNIST.is_dir():
        pytest.skip("TWINPROP_DATA names no folder with MNIST")
    run = notebook.train(*words, f"hydra.run.dir={tmp_path / 'run'}")
    assert (run.summary["status"], run.summary["steps"]) == ("completed", 3)
    assert math.isfinite(run.summary["test"]["loss"])


NEXT = ["optimizer=adam", "model.depth=3", "optimizer.weight_decay=1e-4", "model.dropout=0.5", "model=cnn"]


@pytest.mark.parametrize("word", NEXT)
def test_each_next_step_of_kece470_is_one_override(word: str) -> None:
    config = compose(["experiment=kece470_mlp", word])
    assert config.train.batch_size == 100
    assert config.model.init == "kaiming_uniform"
    assert config.optimizer.lr == (0.001 if word == "optimizer=adam" else 0.1), "no rate of SGD's for Adam"


# Studies


def params(study: str) -> dict[str, list[str]]:
    """What a study sweeps, read from its files."""
    found: dict[str, Any] = dict(OmegaConf.load(sweeps() / f"{study}.yaml"))  # type: ignore[arg-type]
    swept: dict[str, list[str]] = {}
    for other in found.pop("defaults", []):
        swept |= params(other)
    found |= found.pop("hydra", {}).get("sweeper", {}).get("params", {})
    found.pop("model", None)
    return swept | {key: value.split(",") for key, value in found.items()}


def sensible(study: str, name: str) -> bool:
    """Whether a study makes sense with an experiment: what it sweeps is there."""
    if name in ("cs324_cifar_cnn", "cifar_cnn_fast", "cs324_palindrome_rnn"):
        no_widths = ("activation", "depth", "width") if name == "cs324_palindrome_rnn" else ("depth", "width")
        return not study.startswith(no_widths) and (study != "sequence_length" or name == "cs324_palindrome_rnn")
    return study != "sequence_length"


def assert_sound(study: str, every: int) -> None:
    """Every job of a study, with each or some of the experiments, can be trained."""
    register()
    GlobalHydra.instance().clear()
    from hydra import initialize_config_dir

    swept = [f"{key}={','.join(values)}" for key, values in params(study).items()]
    with initialize_config_dir(str(conf())):
        for name in [name for name in EXPERIMENTS if sensible(study, name) and not name.endswith("_torch")][::every]:
            jobs = diagnose([f"experiment={name}", f"+sweeps={study}", *swept], multirun=True)
            assert len(jobs) == math.prod(map(len, params(study).values()))
            assert [job.problems for job in jobs if job.problems] == [], name


@pytest.mark.parametrize("study", STUDIES)
def test_every_job_of_a_study_is_sound_with_some_experiments(study: str) -> None:
    assert_sound(study, 5)


@pytest.mark.slow
@pytest.mark.parametrize("study", STUDIES)
def test_every_job_of_a_study_is_sound_with_every_experiment(study: str) -> None:
    assert_sound(study, 1)


def sweep(monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str) -> None:
    """What the command line does."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["train.py", "-m", *words, "hydra.sweep.dir=sweep"])
    GlobalHydra.instance().clear()
    cli.main()


def rows_of(folder: Path) -> list[dict[str, str]]:
    """The rows of sweep.csv that it leaves."""
    with open(folder / "sweep" / "sweep.csv", newline="") as file:
        return list(csv.DictReader(file))


QUICK = ["data.limit=600", "train.steps=2", "model.backend=scratch"]
"""With enough samples for every batch of a study."""


QUICK_STUDIES = ("activation", "depth_width", "twins")


@pytest.mark.parametrize(
    "study",
    [pytest.param(name, marks=() if name in QUICK_STUDIES else (pytest.mark.slow,)) for name in STUDIES],
)
def test_a_study_trains_each_of_its_values(
    study: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    of = ["experiment=cs324_palindrome_rnn"] if study == "sequence_length" else []
    sweep(monkeypatch, tmp_path, *of, f"+sweeps={study}", *(QUICK[:2] if study == "twins" else QUICK))
    rows = rows_of(tmp_path)
    assert {row["status"] for row in rows} == {"completed"}
    swept = params(study)
    assert len(rows) == math.prod(map(len, swept.values()))
    for key, values in swept.items():
        assert list(dict.fromkeys(row[key] for row in rows)) == values
    assert ("best at" in capfd.readouterr().out) == (len(swept) > 1)


@pytest.mark.parametrize(
    ("words", "rates", "seeds"),
    [
        (["+sweeps=learning_rate", "optimizer.lr=0.1,0.2"], ["0.1", "0.2"], [""]),
        (["+sweeps=learning_rate", "optimizer.lr=0.25"], ["0.25"], [""]),
        (["optimizer.lr=0.25", "+sweeps=learning_rate"], ["0.25"], [""]),
        (["+sweeps=[learning_rate,seeds]", "optimizer.lr=0.1,0.2", "seed=5,6"], ["0.1", "0.2"], ["5", "6"]),
        (["experiment=cs324_moons_scratch", "+sweeps=seeds", "seed=7"], [""], ["7"]),
    ],
)
@pytest.mark.parametrize("launcher", ["population", "basic"])
def test_a_value_on_the_command_line_replaces_those_of_a_study(
    words: list[str],
    rates: list[str],
    seeds: list[str],
    launcher: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sweep(monkeypatch, tmp_path, *words, *QUICK, f"hydra/launcher={launcher}")
    assert len(list(tmp_path.rglob("summary.json"))) == len(rates) * len(seeds)
    if launcher == "population":
        found = [(row.get("optimizer.lr", ""), row.get("seed", "")) for row in rows_of(tmp_path)]
        assert found == [(rate, seed) for rate in rates for seed in seeds]


def test_depth_replaces_an_experiments_own_widths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["experiment=hw4_scratch", "data=digits", "+sweeps=depth", "model.depth=1,3", "model.width=7"]
    sweep(monkeypatch, tmp_path, *words, "train.steps=1")
    parameters = [
        json.loads(path.read_text())["parameters"] for path in sorted(tmp_path.rglob("summary.json"), key=str)
    ]
    assert parameters == [65 * 7 + 8 * 10, 65 * 7 + 2 * 8 * 7 + 8 * 10]
