"""What is seen of a network as it learns: of both twins, at some evaluations, and never in the way of the training."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from twinprop.config.schema import Config, choice_class
from twinprop.run import events, glimpses
from twinprop.run.glimpses import Glimpses
from twinprop.run.pace import Pace
from twinprop.run.setup import Setup
from twinprop.run.single import execute


def make(data: str = "moons", backend: str = "scratch", epochs: int = 2, model: str = "mlp", **keys: Any) -> Config:
    config = Config(
        data=choice_class("data", data)(),
        model=choice_class("model", model)(backend=backend, **keys),
        optimizer=choice_class("optimizer", "sgd")(lr=0.1),
    )
    config.train.epochs = epochs
    return config


def tags(path: Path) -> dict[str, list[int]]:
    """The steps of each value in a run's event file, by its tag."""
    found: dict[str, list[int]] = {}
    for event in events.read(path):
        for value in event.summary.value:
            found.setdefault(value.tag, []).append(event.step)
    return found


def seen(config: Config) -> dict[str, Any]:
    """What is seen of a network after one update: numbers, and pictures as pixels."""
    setup = Setup(config)
    learner = setup.learner([config], setup.plan(config))
    learner.step(*next(setup.splits[0].epoch([0], 0, 32, False, 0)))
    found = {}
    for _, made in Glimpses(config, setup.dataset, Pace(1.0)).seen(learner, 0):
        for value in made():
            if value.HasField("image"):
                pixels = np.asarray(Image.open(io.BytesIO(value.image.encoded_image_string)))
                assert pixels.shape[1] == 350, "TensorBoard's width, at which nothing is distorted"
                found[value.tag] = pixels
            else:
                found[value.tag] = value.simple_value
    return found


@pytest.mark.parametrize(
    ("data", "model", "picture"),
    [
        ("moons", "mlp", "as_it_learns/regions"),
        ("digits", "mlp", "as_it_learns/first_layer"),
        pytest.param("digits", "rnn", "as_it_learns/accuracy_by_position", marks=pytest.mark.slow),
    ],
)
def test_twins_are_seen_alike(data: str, model: str, picture: str) -> None:
    hand, torch = (seen(make(data, backend, model=model)) for backend in ("scratch", "torch"))
    assert hand.keys() == torch.keys()
    assert picture in hand
    for tag, value in hand.items():
        if np.ndim(value):
            assert (abs(value.astype(int) - torch[tag]) > 2).mean() < 0.01, tag
        else:
            assert value == pytest.approx(torch[tag], rel=1e-3), tag
    assert {tag.partition("/")[0] for tag in hand} == {"size_of_outputs", "size_of_gradients", "as_it_learns"}


def test_the_epochs_that_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pace, "due", lambda self: True)
    execute(make(epochs=13), tmp_path / "run")
    found = tags(tmp_path / "run")
    assert found["as_it_learns/regions"] == found["size_of_gradients/linear1"] == [1, 2, 3, 4, 5, 7, 9, 12, 13]
    assert found["size_of_outputs/output"] == found["as_it_learns/regions"]


@pytest.mark.slow
def test_the_first_and_the_last_are_seen_whatever_they_cost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pace, "due", lambda self: self.spent == 0)
    config = make(epochs=30)
    config.train.patience = 3
    config.optimizer.lr = 1e-9
    execute(config, tmp_path / "run")
    last = json.loads((tmp_path / "run" / "summary.json").read_text())["epochs"]
    assert last < 30
    assert tags(tmp_path / "run")["as_it_learns/regions"] == [1, last]


@pytest.mark.parametrize(
    ("pictures", "sweep", "there"),
    [(None, True, False), (False, False, False), (True, True, True)],
)
def test_a_key_and_a_sweep_turn_it_off(pictures: bool | None, sweep: bool, there: bool, tmp_path: Path) -> None:
    config = make(epochs=1)
    config.train.pictures = pictures
    if sweep:
        (tmp_path / "multirun.yaml").touch()
    execute(config, tmp_path / "0_run")
    assert ("as_it_learns/regions" in tags(tmp_path / "0_run")) == there
    assert ("size_of_gradients/linear1" in tags(tmp_path / "0_run")) == there


def test_what_fails_is_told_once_and_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> Any:
        raise ValueError("no colours left")

    monkeypatch.setattr(Pace, "due", lambda self: True)
    monkeypatch.setattr(glimpses.Plane, "picture", broken)
    assert execute(make(epochs=3), tmp_path / "run")["status"] == "completed"
    assert caplog.text.count("no colours left") == 1
    assert tags(tmp_path / "run")["size_of_gradients/linear1"] == [1, 2, 3]


def test_nothing_is_doubled_or_lost_when_a_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pace, "due", lambda self: True)
    execute(make(epochs=9), tmp_path / "whole")
    path = tmp_path / "run"
    execute(make(epochs=5), path)
    (path / "summary.json").unlink()
    execute(make(epochs=9), path, go_on=True)
    assert (
        tags(path)["as_it_learns/regions"] == tags(tmp_path / "whole")["as_it_learns/regions"] == [1, 2, 3, 4, 5, 7, 9]
    )


@pytest.mark.parametrize("points", [np.zeros((3, 2)), np.array([[0.0, 0], [1e6, 1e-3], [5, 1e-4]])])
def test_a_plane_of_any_proportions(points: Any) -> None:
    plane = glimpses.Plane(points, np.array([0, 1, 9]))
    picture = plane.picture(np.full((len(plane.points), 10), 0.1))
    assert picture.width == 350
    assert 100 < picture.height < 450
