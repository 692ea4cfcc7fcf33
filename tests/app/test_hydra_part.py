"""Hydra's own keys do what they say within the run's directory, and what leads out of it is told."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from PIL import Image
from tests.kit.commands import in_process

import twinprop
from twinprop.__main__ import main

QUICK = ["train.epochs=1", "data=moons", "data.n_samples=50", "model.width=4", "model.backend=scratch"]


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """A folder `images` of two classes."""
    for number in range(20):
        path = tmp_path / "images" / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (4, 4), 10 * number).save(path)
    return tmp_path


FOLDER = ["data=image_folder", "data.root=images", "data.workers=0", *QUICK[:1], *QUICK[3:]]


def test_a_relative_root_is_where_the_command_was_started(images: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = [*FOLDER, "hydra.job.chdir=true"]
    assert in_process(monkeypatch, images, *words, "hydra.run.dir=run") == (0, "")
    assert Path.cwd() == images
    more = ["-m", "seed=0,1", "hydra/launcher=basic", "hydra.sweep.dir=sweep", "hydra.sweep.subdir=${hydra.job.num}"]
    assert in_process(monkeypatch, images, *words, *more) == (0, "")
    assert twinprop.train(*words, "hydra.run.dir=notebook").summary["status"] == "completed"
    summaries = [json.loads(path.read_text()) for path in images.rglob("summary.json")]
    assert [summary["status"] for summary in summaries] == ["completed"] * 4


@pytest.mark.slow
def test_a_run_without_hydras_folder_is_in_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*QUICK, "hydra.output_subdir=null"]
    assert in_process(monkeypatch, tmp_path, *words, "hydra.run.dir=runs/one") == (0, "")
    assert in_process(monkeypatch, tmp_path, *words, "-m", "seed=1,2", "hydra.sweep.dir=runs/more") == (0, "")
    assert in_process(monkeypatch, tmp_path, *QUICK, "hydra.output_subdir=mine", "hydra.run.dir=runs/three") == (0, "")
    capsys.readouterr()
    assert main(["report", "runs"]) == 0
    assert capsys.readouterr().err == ""
    with open(tmp_path / "runs" / "results.csv", newline="") as file:
        rows = [Path(row["run"]).name for row in csv.DictReader(file)]
    assert sorted(rows) == ["0_seed-1", "1_seed-2", "one", "three"]


LABELS = {"Chinese": "深" * 90, "French": "é" * 200, "long": "ab" * 120}


@pytest.mark.parametrize(
    "label",
    [
        pytest.param(label, id=name, marks=() if name == "Chinese" else pytest.mark.slow)
        for name, label in LABELS.items()
    ],
)
def test_a_label_of_any_length_names_a_directory(label: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = [*QUICK, f"label='{label}'"]  # letters beyond ASCII need quotes in Hydra's grammar
    assert in_process(monkeypatch, tmp_path, *words) == (0, "")
    assert in_process(monkeypatch, tmp_path, *words, "-m", "seed=0,1") == (0, "")
    assert in_process(monkeypatch, tmp_path, *QUICK, "-m", f"label='{label}','{label}a'", "seed=5") == (0, "")
    found = [json.loads(path.read_text())["status"] for path in tmp_path.rglob("summary.json")]
    assert found == ["completed"] * 5
    (sweep,) = [path.name for path in (tmp_path / "outputs" / "sweeps").iterdir() if label[0] in path.name]
    assert sweep.startswith(label[:25])
    assert re.search(r"_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d$", sweep), "the time is cut off"


KEPT = {
    "hydra.job.name=a/b": "hydra.job.name=a/b: must be a plain name",
    "hydra.job.name=..": "hydra.job.name=..: must be a plain name",
    "hydra.output_subdir=../x": "hydra.output_subdir=../x: must be a folder within the run's directory",
    "hydra.output_subdir=": "hydra.output_subdir=: must be a folder within the run's directory",
    "hydra.output_subdir=.": "hydra.output_subdir=.: must be a folder within",
    "hydra.output_subdir=a/../../x": "hydra.output_subdir=a/../../x: must be a folder within",
    "+hydra.nope=1": "hydra.nope: there is no such key",
    "+hydra.job.config.override_dirname.except=1": "hydra.job.config.override_dirname.except: there is no such key",
    "hydra.job_logging.version=2": "hydra.job_logging.version=2: must be 1",
    "hydra.job_logging.handlers.file.filename=x.log": "hydra.job_logging.handlers.file.filename=x.log: must end in",
    "hydra.job_logging.handlers.file.formatter=none": "hydra.job_logging: Unable to configure handler 'file'",
    "hydra.job_logging.root.level=LOUD": "hydra.job_logging: Unable to configure root logger: Unknown level: 'LOUD'",
    "hydra.hydra_logging.root.level=LOUD": "hydra.hydra_logging: Unable to configure root logger: Unknown level",
}


@pytest.mark.parametrize("word", KEPT)
def test_what_leads_elsewhere_is_told_in_one_message(
    word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, message = in_process(monkeypatch, tmp_path, *QUICK, word, "hydra.run.dir=run")
    assert status == 1
    assert message.startswith("The configuration has a mistake:\n  " + KEPT[word]), message
    assert not list(tmp_path.rglob("x*"))


def test_an_environment_that_is_copied_is_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert in_process(monkeypatch, tmp_path, *QUICK, "hydra.job.env_copy=[PATH]", "hydra.run.dir=run") == (0, "")


def test_a_folder_within_the_runs_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = [*QUICK, "hydra.output_subdir=a/b", "hydra.job.name=mine", "hydra.run.dir=run"]
    assert in_process(monkeypatch, tmp_path, *words) == (0, "")
    assert (tmp_path / "run" / "a" / "b" / "config.yaml").exists()
    assert (tmp_path / "run" / "mine.log").exists()
