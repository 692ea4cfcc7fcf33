"""Commands on finished runs that die at any of their steps, or find the disk full: nothing is lost, nothing is half."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.kit.deaths import deaths, disk_with, in_fork, seen
from tests.kit.made_runs import configure

from twinprop.__main__ import main
from twinprop.config.schema import Config
from twinprop.data.digits import Digits
from twinprop.models.mlp import MLP
from twinprop.run.single import execute
from twinprop.run.tags import change_tags
from twinprop.training.plan import TrainConfig

COMMANDS = {
    "evaluate": ["evaluate", "outputs/runs/a", "--png", "confusion.png"],
    "predict": ["predict", "outputs/runs/a", "zero.png", "zero.png", "--seen", "seen"],
    "export": ["export", "outputs/runs/a", "--to", "npz"],
    "export elsewhere": ["export", "outputs/runs/a", "--to", "npz", "--output", "a.npz"],
    "tag": ["tag", "a", "paper", "best"],
    "tag --move": ["tag", "a", "best", "--move"],
    "rm": ["rm", "a", "runs/b", "--yes"],
    "rm --where": ["rm", "outputs", "--where", "seed=1", "--yes"],
    "report": ["report", "outputs/runs"],
}
QUICK = ("predict", "tag --move", "rm")

REPEATABLE = [name for name in COMMANDS if not name.startswith(("predict", "export"))]
"""The others write beside what is there, or leave it."""

NAMES = [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in COMMANDS]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two finished runs, of which one has a tag, and an image."""
    folder = tmp_path_factory.mktemp("made")
    for name, seed in {"a": 0, "b": 1}.items():
        path = folder / "outputs" / "runs" / name
        configure(path, f"seed={seed}")
        model, train = MLP(backend="scratch", width=20), TrainConfig(epochs=2)
        execute(Config(data=Digits(limit=100), model=model, train=train, seed=seed), path)
    change_tags(path, add=["best"])
    pixels = np.zeros((30, 30), np.uint8)
    pixels[8:22, 12:18] = 255
    Image.fromarray(pixels).save(folder / "zero.png")
    return folder


@pytest.fixture
def start(name: str, made: Path, tmp_path: Path) -> Path:
    """What is there before a command."""
    path = tmp_path / "start"
    shutil.copytree(made, path)
    if name == "report":  # one that was made when there was one run
        assert main(["report", str(path / "outputs" / "runs" / "a"), "--out", str(path / "outputs" / "runs")]) == 0
    return path


@pytest.fixture
def folder(start: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that, in which commands are tried."""
    shutil.copytree(start, tmp_path / "0")
    monkeypatch.chdir(tmp_path / "0")
    return tmp_path / "0"


def renewed(folder: Path, start: Path) -> None:
    """Everything in the folder as it was."""
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(start, folder, dirs_exist_ok=True)


def runs_of(files: dict[str, bytes], run: str) -> dict[str, bytes]:
    return {path: content for path, content in files.items() if path.startswith(f"outputs/runs/{run}/")}


@pytest.mark.parametrize("name", NAMES)
def test_a_command_that_dies(name: str, folder: Path, start: Path) -> None:
    words, before, count = COMMANDS[name], seen(folder), 0
    assert main(words) == 0
    after = seen(folder)
    renewed(folder, start)
    for change in deaths(words, every={"rm": 4, "report": 15}.get(name.split()[0], 1)):
        count += 1
        found = seen(folder)
        for path in before.keys() | after.keys() | found.keys():
            assert found.get(path) in (before.get(path), after.get(path)), f"{path} at {change}"
        for run in "ab":  # a run is there whole, or not at all
            own = runs_of(found, run)
            assert not own or own.keys() >= runs_of(before, run).keys(), f"{run} at {change}"
        assert b"best" in found.get("outputs/runs/a/tags.txt", b"") + found.get("outputs/runs/b/tags.txt", b"") or (
            name.startswith("rm")
        )
        status = main(words)
        again = seen(folder)
        if name in REPEATABLE:
            assert again == after, f"again after {change}"
            assert not list(folder.rglob(".removed-*"))
        else:
            assert after.items() <= again.items()
            assert set(again.values()) == set(after.values()), f"again after {change}"
        assert status == 0 or name in ("rm", "export", "export elsewhere")  # what is done already is told
        renewed(folder, start)
    assert count >= 2


@pytest.mark.parametrize("name", NAMES)
def test_a_command_on_a_full_disk(name: str, folder: Path, start: Path) -> None:
    words, before = COMMANDS[name], seen(folder)
    assert main(words) == 0
    after = seen(folder)
    renewed(folder, start)
    refused = 0
    for most in (300, 30_000) if name == "report" else (0, 3, 300, 3000, 30_000):
        status, said = in_fork(words, disk_with(most))
        found = seen(folder)
        assert status in (0, 1), said
        assert "Traceback" not in said
        for path in before.keys() | after.keys() | found.keys():
            assert found.get(path) in (before.get(path), after.get(path)), f"{path} with {most} bytes"
        if status:
            refused += 1
            assert "cannot be written" in said
            assert not list(folder.rglob(".part-*"))
        renewed(folder, start)
    assert refused or name.startswith("rm")
