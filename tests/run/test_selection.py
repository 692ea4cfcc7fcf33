"""Which runs are meant by what is typed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.kit.made_runs import make_run, make_sweep

from twinprop.errors import TwinpropError
from twinprop.run.index import Entry, entries
from twinprop.run.selection import moment, only, ordered, resolve, where, with_status
from twinprop.run.tags import change_tags


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("selection") / "outputs"
    make_sweep(root / "sweeps" / "depths", 12)
    make_run(root / "runs" / "wide", "model.hidden=[50, 50]", "optimizer.lr=0.25", val_accuracy=0.5)
    change_tags(root / "sweeps" / "depths" / "11_depth-2_seed-11", ["best-so-far"])
    return root


@pytest.fixture(scope="module")
def found(folder: Path) -> list[Entry]:
    return entries(folder)


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("model.depth=1", 4),
        ("depth=1.0", 4),
        ("model.depth!=1", 9),
        ("seed>=10", 2),
        ("val_accuracy<0.25", 3),
        ("val_accuracy>0.9", 1),
        ("model.hidden=[50,50]", 1),
        ("model.hidden=null", 12),
        ("optimizer=sgd", 13),
        ("lr=0.250", 1),
        ("status=completed", 13),
    ],
)
def test_conditions(found: list[Entry], condition: str, count: int) -> None:
    assert len(where(found, condition)) == count


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("depht=1", "Did you mean 'depth'"),
        ("name=sgd", "data.name, loss.name, model.name, optimizer.name, scheduler.name"),
        ("model.depth", "expected KEY=VALUE"),
        ("model.activation<relu", "relu is no number"),
    ],
)
def test_mistakes_in_conditions_are_named(found: list[Entry], condition: str, said: str) -> None:
    with pytest.raises(TwinpropError) as error:
        where(found, condition)
    assert said in str(error.value)


def test_order(found: list[Entry]) -> None:
    by_accuracy = [entry.results["val_accuracy"] for entry in ordered(found, "val_accuracy")]
    assert by_accuracy == sorted(by_accuracy, reverse=True)
    by_loss = [entry.results["val_loss"] for entry in ordered(found, "val_loss")]
    assert by_loss == sorted(by_loss)
    assert [entry.results["val_loss"] for entry in ordered(found, "val_loss", reverse=True)] == by_loss[::-1]
    assert [entry.keys["seed"] for entry in ordered(found, "seed")] == [0, *range(12)]


def test_moments() -> None:
    assert moment("7d") == pytest.approx(time.time() - 7 * 86400, abs=60)
    assert moment("2026-11-02") - moment("2026-11-01") == 86400
    with pytest.raises(TwinpropError, match="is no time"):
        moment("soon")
    with pytest.raises(TwinpropError, match="Did you mean 'failed'"):
        with_status([], "faild")


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("outputs/runs/wide", "wide"),
        ("runs/wide", "wide"),
        ("wide", "wide"),
        ("outputs/sweeps/depths/1", "1_depth-1_seed-1"),  # not 10 and 11
        ("depths/7", "7_depth-1_seed-7"),
        ("sweeps/depths/7_dep…", "7_depth-1_seed-7"),
        ("best-so-far", "11_depth-2_seed-11"),
        ("11_", "11_depth-2_seed-11"),
    ],
)
def test_names(folder: Path, monkeypatch: pytest.MonkeyPatch, word: str, name: str) -> None:
    monkeypatch.chdir(folder.parent)
    assert resolve(word).name == name


def test_names_of_none_and_of_several(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    with pytest.raises(TwinpropError, match="Did you mean 'best-so-far'"):
        resolve("best_so_far")
    with pytest.raises(TwinpropError, match=r"(?s)may be any of 12 runs.*and 4 more"):
        only("x", [Path(str(number)) for number in range(12)])
