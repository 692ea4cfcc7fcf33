"""The report finds runs, tells what varied, and says how far twins were apart."""

import argparse
import json

import pytest

import twinprop
from twinprop.commands import report
from twinprop.errors import TwinpropError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep")
    jobs = [("scratch", 0.1), ("torch", 0.1), ("scratch", 0.2)]
    for number, (backend, lr) in enumerate(jobs):
        twinprop.train(
            f"model.backend={backend}",
            f"optimizer.lr={lr}",
            "model.dtype=float64",
            "train.epochs=2",
            f"hydra.run.dir={folder}/{number}_x",
        )
    return folder


def test_each_run_has_a_row_with_what_varied(folder):
    table = report.runs_table(report.find_runs([str(folder)]))
    assert table["model.backend"].tolist() == ["scratch", "torch", "scratch"]
    assert table["optimizer.lr"].tolist() == [0.1, 0.1, 0.2]
    assert "train.epochs" not in table
    summary = json.loads((folder / "1_x" / "summary.json").read_text())
    assert table["test_accuracy"][1] == summary["test"]["accuracy"]


def test_twins_have_a_row_and_a_run_alone_has_none(folder):
    (twins,) = report.twins_table(report.find_runs([str(folder)])).to_dict("records")
    assert twins["scratch_accuracy"] == twins["torch_accuracy"]
    assert 0 <= twins["largest_difference"] < 1e-12


def test_a_sweep_over_roots_has_a_row_for_each_and_repeats_are_told(tmp_path, capsys):
    for number, root in enumerate("abb"):
        words = ["data=moons", f"data.root={tmp_path}/{root}", "data.n_samples=50", "train.epochs=1"]
        twinprop.train(*words, f"hydra.run.dir={tmp_path}/sweep/{number}_x")
    (tmp_path / "sweep" / "multirun.yaml").touch()
    capsys.readouterr()
    (comparison,) = report.sweeps(report.find_runs([str(tmp_path)])).values()
    assert comparison.keys == ["data.root"]
    assert [variant.values["data.root"] for variant in comparison.variants] == [f"{tmp_path}/{root}" for root in "ab"]
    assert report.main(argparse.Namespace(directories=[str(tmp_path)])) == 0
    out = capsys.readouterr().out
    assert out.count(f"{tmp_path}/b") == 2
    assert "data.root changes nothing here" in out, "moons read no files"
    assert "2 of 3 runs repeat others" in out


def test_twins_that_diverge_before_anything_is_measured_have_a_row(tmp_path, capsys):
    for backend in ("scratch", "torch"):
        words = ["optimizer.lr=1e6", "loss=mse", "train.epochs=2", f"hydra.run.dir={tmp_path}/{backend}"]
        run = twinprop.train(f"model.backend={backend}", *words)
        assert run.summary["status"] == "diverged"
    assert report.main(argparse.Namespace(directories=[str(tmp_path)])) == 0
    row = capsys.readouterr().out.splitlines()[-1].split()
    assert row == ["None", "None", "0", "None", "None", "0", "None", "NaN"]


def test_a_difference_along_the_way_shows(folder, tmp_path):
    a, b = (twinprop.load(folder / name) for name in ("0_x", "1_x"))
    b.metrics.loc[0, "val_loss"] *= 1.5
    assert report.largest_difference(a, b) == pytest.approx(1 / 3)


def test_runs_are_in_the_order_of_their_numbers(tmp_path):
    for name in ("10_a", "2_a"):
        (tmp_path / name).mkdir()
    assert [p.name for p in sorted(tmp_path.iterdir(), key=report.order)] == ["2_a", "10_a"]


def test_no_run_is_an_error(tmp_path):
    with pytest.raises(TwinpropError, match="no finished run"):
        report.find_runs([str(tmp_path)])


def test_the_command_prints_both_tables(folder, capsys):
    assert report.main(argparse.Namespace(directories=[str(folder)])) == 0
    out = capsys.readouterr().out
    assert "optimizer.lr" in out
    assert "largest_difference" in out
