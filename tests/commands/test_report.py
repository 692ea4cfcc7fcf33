"""`twinprop report`: any mixture of runs and sweeps, what is left out, and the forms of its table."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import twinprop
from twinprop.__main__ import main
from twinprop.errors import TwinpropError
from twinprop.report.runs import find_runs, sweeps_of
from twinprop.report.twins import largest_difference, pairs_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three runs of a sweep, of which two are twins, and one of no sweep."""
    folder = tmp_path_factory.mktemp("outputs")
    jobs = [
        ("sweep/0_x", "scratch", 0.1),
        ("sweep/10_x", "torch", 0.1),
        ("sweep/2_x", "scratch", 0.2),
        ("a", "scratch", 1),
    ]
    for name, backend, lr in jobs:
        words = [f"model.backend={backend}", f"optimizer.lr={lr}", "model.dtype=float64", "train.epochs=2"]
        twinprop.train(*words, f"hydra.run.dir={folder}/{name}")
    (folder / "sweep" / "multirun.yaml").touch()
    return folder


def test_runs_are_found_in_the_order_of_their_numbers(folder: Path) -> None:
    runs = find_runs([str(folder)], print)
    assert [run.path.name for run in runs] == ["a", "0_x", "2_x", "10_x"]
    assert {key: len(some) for key, some in sweeps_of(runs).items()} == {None: 1, folder / "sweep": 3}


def test_twins_are_paired_and_their_difference_shows(folder: Path) -> None:
    (pair,) = pairs_of(find_runs([str(folder)], print))
    assert pair.difference is not None
    assert 0 <= pair.difference < 1e-12
    assert pair.scratch.summary["test"]["accuracy"] == pair.torch.summary["test"]["accuracy"]
    a, b = (twinprop.load(folder / "sweep" / name) for name in ("0_x", "10_x"))
    b.curves["val_loss"][0] *= 1.5
    assert largest_difference(a, b) == pytest.approx(1 / 3)
    b.curves = {}
    assert largest_difference(a, b) is None


def test_the_command_tells_and_writes(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(folder), "--out", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "How does the validation accuracy depend on the twin and learning rate?" in out
    assert "Twins" in out
    names = {each.name for each in tmp_path.iterdir()}
    assert names == {"report.html", "report.md", "results.csv", "plots"}
    assert {"1-curves.png", "2-result.svg", "2-twins.svg", "1-confusion.png", "1-mistakes.png"} <= {
        each.name for each in (tmp_path / "plots").iterdir()
    }


@pytest.mark.parametrize(
    ("form", "beginning"), [("--md", "| twin | learning rate |"), ("--csv", "twin,learning rate,")]
)
def test_a_table_to_hand_in_is_printed_alone(
    form: str, beginning: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = set(folder.rglob("*"))
    assert main(["report", str(folder / "sweep"), form, "--sort", "test_loss"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(beginning)
    assert len(lines) == 4 + (form == "--md")
    assert set(folder.rglob("*")) == before


def test_what_cannot_be_is_told(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = {
        "--sort must be": ["--sort", "test_accurcy"],
        "--out FOLDER": [str(folder / "sweep")],
    }
    for words in wrong.values():
        assert main(["report", str(folder), *words]) == 1
    err = capsys.readouterr().err.splitlines()
    assert err[0].endswith("Did you mean 'test_accuracy'?")
    assert err[1] == "--out FOLDER: say where the report of several directories goes."
    with pytest.raises(TwinpropError, match="no finished run is there"):
        find_runs([str(tmp_path)], print)


def test_broken_runs_are_named_and_left_out(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "sweep", tmp_path / "sweep")
    (tmp_path / "sweep" / "0_x" / "summary.json").write_text("{")
    (tmp_path / "sweep" / "2_x" / "summary.json").unlink()
    told: list[str] = []
    assert [run.path.name for run in find_runs([str(tmp_path)], told.append)] == ["10_x"]
    assert "0_x/summary.json: is no JSON" in told[0]
    assert "2_x: has no summary.json; it is killed" in told[1]


def test_twins_that_diverge_before_anything_is_measured_have_a_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for backend in ("scratch", "torch"):
        words = ["optimizer.lr=1e6", "loss=mse", "train.epochs=2", f"hydra.run.dir={tmp_path}/{backend}"]
        run = twinprop.train(f"model.backend={backend}", *words)
        assert run.summary["status"] == "diverged"
    capsys.readouterr()
    assert main(["report", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "No run has a result." in out
    assert out.count("the loss was not finite at step") == 2
    assert "Twins" in out


def test_a_failed_run_is_reported_with_its_reason(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "sweep", tmp_path / "sweep")
    path = tmp_path / "sweep" / "0_x" / "summary.json"
    path.write_text(json.dumps({"status": "failed", "reason": "no space"}))
    assert main(["report", str(tmp_path / "sweep"), "--out", str(tmp_path / "page.html")]) == 0
    assert "no space" in (tmp_path / "page.html").read_text()
