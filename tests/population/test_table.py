"""The table of a sweep, and its sweep.csv."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas
from tests.kit.sweeps import COMMON, run, summaries

from twinprop.population.table import seeds_together


def test_jobs_that_differ_in_their_label_have_rows_of_their_own() -> None:
    words = [["label=a", "optimizer.lr=1", "seed=0"], ["label=b", "optimizer.lr=1", "seed=1"], ["seed=2"], ["label=a"]]
    assert seeds_together(dict(enumerate(words))) == {
        "label=a, lr=1": [0],
        "label=b, lr=1": [1],
        "default": [2],
        "label=a": [3],
    }


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
