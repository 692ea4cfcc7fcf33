"""The table of a sweep, and its sweep.csv."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas
from omegaconf import OmegaConf
from tests.kit.sweeps import COMMON, run, summaries

from twinprop.population.table import jobs_table


def rows_of(*jobs: str, losses: Sequence[float] | None = None) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """(jobs, test loss) of each row of a table, by what varied; and the lines below it."""
    values = losses or range(1, len(jobs) + 1)
    results = [{"status": "completed", **{s: {"loss": x} for s in ("train", "val", "test")}} for x in values]
    flat = {
        number: {key: OmegaConf.create(f"x: {value}").x for key, value in (word.split("=") for word in job.split())}
        for number, job in enumerate(jobs)
    }
    table = jobs_table(list(flat), flat, {}, dict(enumerate(results)), "test_loss")
    cells = [list(column.cells) for column in table.columns]
    found = zip(cells[0], cells[1], cells[2], strict=True)
    return {str(name): (str(which), str(loss)) for which, name, loss in found}, str(table.caption or "").splitlines()


def test_only_jobs_that_differ_in_their_seed_alone_share_a_row() -> None:
    jobs = ["data.root=/a seed=0", "data.root=/b seed=0", "data.root=/a seed=1", "data.root=/c seed=2"]
    assert rows_of(*jobs)[0] == {
        "root=/a": ("0, 2", "2.0000 ± 1.4142"),
        "root=/b": ("1", "2.0000"),
        "root=/c": ("3", "4.0000"),
    }
    assert list(rows_of("seed=0", "seed=1")[0]) == ["default"]


def test_rows_are_of_configurations_and_not_of_how_they_were_typed() -> None:
    jobs = [
        "model.depth=2 optimizer.lr=1e-1",
        "optimizer.lr=0.10 model.depth=2 seed=1",
        "model.depth=3 optimizer.lr=.1",
    ]
    assert [which for which, _ in rows_of(*jobs)[0].values()] == ["0-1", "2"]


def test_a_job_that_could_not_be_composed_has_a_row() -> None:
    flat = {0: {"optimizer.lr": 0.1}, 2: {"optimizer.lr": 0.2}}
    results = {number: {"status": "completed", "test": {"loss": 1.0 + number}} for number in flat}
    overrides = {0: ["optimizer.lr=0.1"], 1: ["optimizer.lr=much"], 2: ["optimizer.lr=0.2"]}
    table = jobs_table([0, 1, 2], flat, overrides, {**results, 1: {"status": "failed"}}, "test_loss")
    cells = [list(column.cells) for column in table.columns]
    assert (cells[1], cells[-1]) == (["lr=0.1", "lr=0.2", "optimizer.lr=much"], ["completed", "completed", "failed"])


def test_jobs_that_differ_in_their_label_have_rows_of_their_own() -> None:
    jobs = ["optimizer.lr=1 label=a seed=0", "label=b optimizer.lr=1 seed=1", "optimizer.lr=2 seed=2"]
    assert list(rows_of(*jobs)[0]) == ["label=a, lr=1", "label=b, lr=1", "lr=2"]


def test_an_experiment_names_what_it_chose() -> None:
    jobs = [
        f"experiment={name} model.width={width} seed={seed}" for name, width in (("a", 5), ("b", 9)) for seed in (0, 1)
    ]
    assert list(rows_of(*jobs)[0]) == ["experiment=a", "experiment=b"]


def test_names_are_short_where_they_can_be() -> None:
    assert list(rows_of("optimizer.lr=0.123456789", "optimizer.lr=0.2")[0]) == ["lr=0.1235", "lr=0.2"]
    near = ["optimizer.lr=0.123456789", "optimizer.lr=0.123456788"]
    assert list(rows_of(*near)[0]) == near


def test_the_same_job_again_is_no_seed_more() -> None:
    rows, said = rows_of("seed=0", "seed=1", "seed=1", "seed=1")
    assert rows == {"default": ("0-3", "1.5000 ± 0.7071")}
    assert said == ["jobs 2-3 repeat others, and so are no seeds more"]
    assert rows_of("seed=0", "seed=1")[1] == []


def test_a_key_that_gave_the_same_results_is_told() -> None:
    jobs = [f"model.depth={depth} seed={seed}" for depth in (1, 2) for seed in (0, 1)]
    rows, said = rows_of(*jobs, losses=[1, 2, 1 + 1e-9, 2])
    assert [which for which, _ in rows.values()] == ["0-1", "2-3"]
    assert said == [
        "model.depth changes nothing here: what differs in it alone is the same",
        "jobs 2-3 repeat others, and so are no seeds more",
    ]
    assert rows_of(*jobs, losses=[1, 2, 1, 2.1])[1] == ["job 2 repeats others, and so is no seed more"]


def test_the_table_is_sorted_and_gives_the_spread_over_seeds(tmp_path: Path) -> None:
    done = run(tmp_path, *COMMON, "seed=0,1,2", "optimizer.lr=0.0001,0.1", "metric=test_loss")
    lines = [line for line in done.stdout.splitlines() if "completed" in line]
    assert len(lines) == 2
    assert "lr=0.1" in lines[0]
    assert "lr=0.0001" in lines[1]
    found = summaries(tmp_path)
    losses = [found[number]["test"]["loss"] for number in (3, 4, 5)]
    assert f"{np.mean(losses):.4f} ± {np.std(losses, ddof=1):.4f}" in lines[0]
    table = pandas.read_csv(tmp_path / "sweep" / "sweep.csv")
    assert list(table["job"]) == list(range(6))
    assert list(table["test_loss"]) == [summary["test"]["loss"] for summary in found]
