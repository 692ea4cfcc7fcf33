"""Many runs at once: what is kept is what would be read, what became of each, and what may be wrong with the index."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from tests.kit.made_runs import configure, end, evaluate, make_run, make_sweep

from twinprop.errors import TwinpropError
from twinprop.run import index
from twinprop.run.directory import summary_of
from twinprop.run.found import STATUSES
from twinprop.run.index import NAME, Entry, entries
from twinprop.run.lock import Lock


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    make_sweep(tmp_path / "sweeps" / "depths", 21)
    make_run(tmp_path / "runs" / "one", "optimizer.lr=0.5", val_accuracy=0.25, began=1_780_000_000)
    return tmp_path


def of(found: list[Entry], name: str) -> Entry:
    (entry,) = [entry for entry in found if entry.path.name.startswith(name)]
    return entry


def test_runs_are_found_with_what_they_are(runs: Path) -> None:
    found = entries(runs)
    assert [entry.path.name.partition("_")[0] for entry in found] == ["one", *map(str, range(21))]
    one, job = of(found, "one"), of(found, "7_")
    assert (one.sweep, job.sweep) == (None, runs / "sweeps" / "depths")
    assert (one.keys["optimizer.lr"], one.began, one.words) == (0.5, 1_780_000_000, ["optimizer.lr=0.5"])
    assert (job.keys["model.depth"], job.results["val_accuracy"], job.results["seconds"]) == (1, 7 / 21, 1.0)
    assert job.results["best_test_loss"] == 0.5


def test_an_index_changes_nothing_and_nothing_is_read_twice(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = entries(runs)
    assert (runs / NAME).is_file()
    monkeypatch.setattr(index, "read_run", lambda found: pytest.fail(f"{found.path} is read again"))
    assert entries(runs) == first


def test_what_changed_is_read_again_and_what_is_gone_is_forgotten(runs: Path) -> None:
    entries(runs)
    job = runs / "sweeps" / "depths" / "3_depth-0_seed-3"
    end(job, 0.99, status="diverged", reason="at step 7")
    os.rename(runs / "runs" / "one", runs / "runs" / "two")
    found = entries(runs)
    assert (of(found, "3_").status, of(found, "3_").reason, of(found, "3_").results["val_accuracy"]) == (
        "diverged", "at step 7", 0.99,
    )  # fmt: skip
    assert not [entry for entry in found if entry.path.name == "one"]
    assert of(found, "two").results["val_accuracy"] == 0.25
    with sqlite3.connect(runs / NAME) as database:
        assert not list(database.execute("SELECT * FROM runs WHERE name LIKE '%one'"))


@pytest.mark.parametrize("text", [b"", b"no database at all" * 100, b"SQLite format 3\0 cut"])
def test_a_damaged_index_is_made_anew(runs: Path, text: bytes) -> None:
    first = entries(runs)
    (runs / NAME).write_bytes(text)
    assert entries(runs) == first
    assert len(index.read_index(runs / NAME)) == len(first)


def test_what_somebody_wrote_into_an_index_is_not_believed(runs: Path) -> None:
    first = entries(runs)
    for text in ("[]", "{", '{"keys": 1}', "null"):
        with sqlite3.connect(runs / NAME) as database:
            database.execute("UPDATE runs SET text = ?", (text,))
        assert entries(runs) == first


def test_few_runs_need_no_index(tmp_path: Path) -> None:
    make_run(tmp_path / "one")
    assert len(entries(tmp_path)) == 1
    assert not (tmp_path / NAME).exists()


def test_what_has_not_ended_is_told_apart(tmp_path: Path) -> None:
    sweep = make_sweep(tmp_path / "sweep", 1)
    for name in ("1_begun", "2_not"):
        configure(sweep / name)
    for accuracy in (0.5, 0.625):
        evaluate(sweep / "1_begun", accuracy)
    with open(sweep / "1_begun" / "metrics.csv", "a") as file:
        file.write("3,30,0.1")  # a line that is being written
    statuses = {"0": "completed", "1": "killed", "2": "not started"}
    assert {entry.path.name[0]: entry.status for entry in entries(sweep)} == statuses
    assert of(entries(sweep), "1_").results["val_accuracy"] == 0.625
    with Lock(sweep):
        busy = {"0": "completed", "1": "running", "2": "waiting"}
        assert {entry.path.name[0]: entry.status for entry in entries(sweep)} == busy
    assert {entry.path.name[0]: entry.status for entry in entries(sweep)} == statuses


def test_a_run_in_training_is_running_whatever_an_earlier_attempt_left(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", status="interrupted", reason="a signal")
    assert [entry.status for entry in entries(tmp_path)] == ["interrupted"]
    with Lock(run):
        assert [entry.status for entry in entries(tmp_path)] == ["running"]


def test_a_run_that_cannot_be_read_is_listed_and_says_why(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    (run / "summary.json").write_text("{")
    (entry,) = entries(tmp_path)
    assert (entry.status, "summary.json: is no JSON" in entry.reason) == ("unreadable", True)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TwinpropError, match="nowhere: is not there"):
        entries(tmp_path / "nowhere")


def test_a_job_that_was_cancelled_waits_again_where_its_sweep_goes_on(tmp_path: Path) -> None:
    make_sweep(tmp_path / "sweep", 1)
    path = next((tmp_path / "sweep").glob("0_*"))
    end(path, 0.5, status="cancelled", reason="scancel")
    assert [entry.status for entry in entries(tmp_path)] == ["cancelled"]
    assert "cancelled" in STATUSES
    with Lock(tmp_path / "sweep"):
        assert [entry.status for entry in entries(tmp_path)] == ["running"]


VIEW = """
CREATE VIEW runs AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
SELECT i name, i stamp, '' text FROM n
"""


def test_an_index_that_computes_without_end_is_not_asked(runs: Path) -> None:
    first = entries(runs)
    (runs / NAME).unlink(missing_ok=True)
    with sqlite3.connect(runs / NAME) as database:
        database.execute(VIEW)
    assert entries(runs) == first
    assert len(index.read_index(runs / NAME)) == len(first)  # it is made anew


def test_pipes_in_place_of_files_are_not_waited_for(tmp_path: Path) -> None:
    configure(tmp_path / "run")
    for name in ("tags.txt", "metrics.csv"):
        os.mkfifo(tmp_path / "run" / name)
    (found,) = entries(tmp_path)
    assert (found.status, found.tags, found.results) == ("killed", [], {})
    (tmp_path / "run" / ".hydra" / "overrides.yaml").unlink()
    for name in ("summary.json", ".hydra/overrides.yaml"):
        os.mkfifo(tmp_path / "run" / name)
    (found,) = entries(tmp_path)
    assert (found.status, found.words) == ("unreadable", [])
    assert summary_of(found.path) == {}


@pytest.mark.parametrize("number", ["9" * 17, "9" * 200, "²", "-1", "", "1_0"])
def test_a_time_that_is_none_is_no_beginning(tmp_path: Path, number: str) -> None:
    make_run(tmp_path / "run")
    for path in (tmp_path / "run").glob("events*"):
        path.unlink()
    (tmp_path / "run" / f"events.out.tfevents.{number}.x.1.0").touch()
    os.utime(tmp_path / "run" / ".hydra" / "overrides.yaml", (5, 5))
    assert entries(tmp_path)[0].began == 5.0


def test_links_in_a_circle_are_followed_once_and_out_of_the_folder_alone(tmp_path: Path) -> None:
    root, other = tmp_path / "outputs", tmp_path / "other"
    for path in (root / "runs" / "one", root / "runs" / "two", other / "three"):
        make_run(path)
    links = {"loop": ".", "runs/up": "..", "runs/again": "one", "top": str(tmp_path), "self": "self", "out": str(other)}
    for name, target in {**links, "out2": str(other), "runs/part": str(other / "three")}.items():
        (root / name).symlink_to(target)
    (other / "back").symlink_to(root)
    (other / "here").symlink_to(".")
    assert [str(entry.path.relative_to(root)) for entry in entries(root)] == ["out/three", "runs/one", "runs/two"]
    assert len(entries(root / "loop" / "runs")) == 3  # of another beginning, `part` leads out
    (root / "a").symlink_to(other / "three")
    assert {entry.path.name for entry in entries(root)} == {"a", "three", "one", "two"}
