"""Every line of the catalogue of bad command lines ends in one message that names key, value and what is allowed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.kit.catalogue import FOLDER, Entry, answer, entries, prepare, refuse_training
from tests.kit.commands import outside

NAMES = sorted(path.stem for path in FOLDER.glob("*.txt"))
QUICK = 12
"""One line of so many is tried among the quick tests, evenly spread; all of them among the slow ones."""

LEAVES = ("hydra.job_logging",)
"""Keys that Hydra stumbles over when the directory has been made: what they leave is no result."""


def tables() -> Iterator[Any]:
    for name in NAMES:
        if name != "directories":
            yield pytest.param(entries(name)[QUICK // 2 :: QUICK], id=f"{name}-some")
        yield pytest.param(entries(name), id=f"{name}-all", marks=pytest.mark.slow)


@pytest.mark.parametrize("table", list(tables()))
@pytest.mark.filterwarnings("ignore:extend_list:UserWarning", "ignore:provider=hydra.searchpath:UserWarning")
def test_every_line_is_refused_in_one_helpful_message(
    table: list[Entry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    prepare(tmp_path)
    refuse_training(monkeypatch)
    before, faults = set(tmp_path.rglob("*")), {}
    for entry in table:
        found = answer(entry.words, tmp_path, monkeypatch, capfd)
        wrong = found.faults(entry)
        left = set(tmp_path.rglob("*")) - before
        if left and not any(key in entry.line for key in LEAVES):
            wrong.append(f"leaves {sorted(map(str, left))}")
        before |= left
        if wrong:
            faults[entry.line] = [*wrong, found.message]
    assert faults == {}


def test_the_catalogue_is_large_and_names_no_line_twice() -> None:
    lines = [entry.line for name in NAMES for entry in entries(name)]
    assert len(lines) >= 300
    assert len(set(lines)) == len(lines)
    assert all(all(entry.expected) for name in NAMES for entry in entries(name))


REAL = [
    "model.activation=Relu",
    "-m seed=range(2000000000)",
    "model.hidden=[[1]]",
    "label='${nope}'",
    "--config-path=finished/.hydra",
    "hydra.job_logging.version=2",
]


@pytest.mark.parametrize("line", REAL)
def test_a_process_says_the_message_and_no_more(line: str, tmp_path: Path) -> None:
    (entry,) = (entry for name in NAMES for entry in entries(name) if entry.line == line)
    prepare(tmp_path)
    done = outside(tmp_path, *entry.words)
    assert (done.returncode, done.stdout) == (1, "")
    assert all(part in done.stderr for part in entry.expected), done.stderr
    assert len(done.stderr.splitlines()) <= 2, done.stderr


ACCEPTED = [
    ["optimizer={lr:0.3,momentum:0.9}"],
    ["-m", "optimizer={lr:0.3,momentum:0.9}"],
    ["-m", "optimizer={lr:0.3},{lr:0.9}", "seed=1,2"],
    ["-m", "seed=range(5,1,-1)", "optimizer.lr=range(0.1,0.5,0.1)"],
    [
        "-m",
        "hydra/sweeper=optuna",
        "hydra.sweeper.n_trials=1",
        "seed=range(2000000000)",
        "optimizer.lr=interval(0.1,1)",
    ],
    ["-m", "+sweeps=[depth,seeds]", "seed=4,5"],
    ["seed=1", "seed=2"],
    ["--config-dir=mine", "experiment=mine", "optimizer.lr=0.2"],
    ["hydra.output_subdir=null", "hydra.verbose=twinprop", "hydra.job.name=mine"],
]


@pytest.mark.parametrize("words", ACCEPTED, ids=" ".join)
def test_what_is_right_is_not_refused(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    prepare(tmp_path)
    refuse_training(monkeypatch)
    found = answer(words, tmp_path, monkeypatch, capfd)
    assert (found.status, found.error) == (None, None), found.message
    assert "mistake" not in found.message
