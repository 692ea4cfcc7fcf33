"""What TensorBoard is given: well chosen runs by readable names, and one that sums up all."""

from __future__ import annotations

from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata
from tests.kit.made_runs import configure, make_run, make_sweep

from twinprop.population.board import choose, link, named, write_overview
from twinprop.run.index import Entry, entries


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("board")
    sweep = make_sweep(root / "sweeps" / "depths", 9)
    configure(sweep / "9_never", "model.depth=3")
    make_run(root / "runs" / "alone", began=1_700_000_000)
    return root


@pytest.fixture(scope="module")
def found(folder: Path) -> list[Entry]:
    return entries(folder)


def test_the_best_are_chosen_and_never_what_has_not_begun(found: list[Entry]) -> None:
    jobs = [entry for entry in found if entry.sweep]
    assert [entry.path.name[0] for entry in choose(jobs, 3, best=True)] == ["8", "7", "6"]
    assert len(choose(found, 0, best=True)) == 10
    assert "alone" not in [entry.path.name for entry in choose(found, 9, best=False)]


def test_names_say_what_was_varied(folder: Path, found: list[Entry]) -> None:
    names = named(found, folder)
    assert {"runs/alone", "sweeps/depths/4 depth=1 seed=4"} <= set(names)
    assert len(names) == len(found)
    one = named([entry for entry in found if entry.sweep], folder / "sweeps" / "depths")
    assert "4 depth=1 seed=4" in one


def test_the_overview_tells_of_all_runs(folder: Path, found: list[Entry], tmp_path: Path) -> None:
    jobs = [entry for entry in found if entry.sweep]
    best = choose(jobs, 2, best=True)
    shown = {name: entry for name, entry in named(jobs, folder).items() if entry in best}
    link(tmp_path, shown)
    assert sorted(path.resolve().name[0] for path in tmp_path.glob("sweeps/depths/*")) == ["7", "8"]
    write_overview(tmp_path / "all", jobs, shown, folder)
    events = EventAccumulator(str(tmp_path / "all")).Reload()
    assert events.Scalars("all runs/val_accuracy by rank")[0].value == pytest.approx(8 / 9)
    assert events.Scalars("the best run/accuracy/val")[-1].value == pytest.approx(8 / 9)
    text = events.Tensors("all runs/text_summary")[0].tensor_proto.string_val[0].decode()
    assert "10 runs in" in text
    assert "2 of them are shown here" in text
    assert "| 1 | 8 | 8 | 2 | completed | 0.8889 |" in text
    content = events.SummaryMetadata(metadata.EXPERIMENT_TAG).plugin_data.content
    infos = metadata.parse_experiment_plugin_data(content).hparam_infos
    assert [info.name for info in infos] == ["seed", "model.depth"]
    assert infos[1].domain_interval.max_value == 3
