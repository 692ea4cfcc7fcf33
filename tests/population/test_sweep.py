"""A sweep from plan to end: what is told of it, and of the jobs that cannot be trained."""

from __future__ import annotations

import re
import resource
import signal
from pathlib import Path
from typing import Any

import pandas
import pytest
from tests.kit.commands import in_process
from tests.kit.sweeps import COMMON, DIRECTORIES, run, stack_of, summaries

from twinprop.population.planner import Planner
from twinprop.population.sweep import Sweep


def test_a_stack_has_at_most_max_members(tmp_path: Path) -> None:
    done = run(tmp_path, *COMMON, "seed=0,1,2,3,4,5,6", "hydra.launcher.max_members=3", "hydra.launcher.workers=1")
    assert "3 stacks of 1 to 3" in done.stdout
    assert [summary["status"] for summary in summaries(tmp_path)] == ["completed"] * 7


def test_what_trains_alone_says_why(tmp_path: Path) -> None:
    done = run(tmp_path, *COMMON, "model.depth=1,2", "train.epochs=1")
    assert done.stdout.count("alone: no other job has its shapes") == 2


UNFORESEEN = {
    "twinprop.data.toy.Moons.points": SyntaxError("not a PNG file"),
    "twinprop.data.toy.Moons.load": type("DecompressionBombError", (Exception,), {})("too many pixels"),
    "twinprop.population.planner.stack_key": ValueError("a riddle"),
    "twinprop.population.planner.Planner.alone": KeyError("lost"),
    "twinprop.population.planner.Planner.cost": ZeroDivisionError(),
    "twinprop.population.planner.Planner.stacks": RecursionError("too deep"),
}


@pytest.mark.parametrize("place", UNFORESEEN)
def test_what_nobody_foresaw_fails_its_own_jobs_with_a_traceback_in_their_logs(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    owner, _, name = place.rpartition(".")
    module, _, kind = owner.rpartition(".")
    found = getattr(__import__(module, fromlist=[kind]), kind) if kind[0].isupper() else None
    honest = getattr(found or __import__(owner, fromlist=[name]), name)

    def break_for_moons(*arguments: Any) -> Any:
        concerned = [each for each in arguments if "Moons(" in repr(each)]
        if concerned:
            raise UNFORESEEN[place]
        return honest(*arguments)

    monkeypatch.setattr(place, break_for_moons)
    words = [*COMMON[1:], "data=moons,digits", "seed=0,1", "hydra.launcher.workers=1", "train.epochs=1"]
    status, message = in_process(monkeypatch, tmp_path, "-m", *words, *DIRECTORIES)
    errors = capfd.readouterr().err
    assert (status, message) == (1, "2 of 4 jobs failed: 0-1. The reasons are above.")
    assert [each["status"] for each in summaries(tmp_path)] == ["failed"] * 2 + ["completed"] * 2
    error = UNFORESEEN[place]
    assert errors.count(f"Jobs 0-1 failed. {type(error).__name__}") == 1
    assert "Traceback" not in errors
    for number in (0, 1):
        log = (tmp_path / "sweep" / str(number) / "train.log").read_text()
        assert log.count("Traceback (most recent call last)") == 1
        assert "break_for_moons" in log
        assert type(error).__name__ in log.splitlines()[-1]


def test_what_cannot_be_planned_when_a_sweep_goes_on_is_left_to_be_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise SyntaxError("not a PNG file")

    stack = stack_of(range(2), tmp_path)
    monkeypatch.setattr("twinprop.population.sweep.stacks_to_go_on", lambda *_: [stack])
    monkeypatch.setattr("twinprop.population.planner.Planner.setup", fail)
    sweep = Sweep(directory=tmp_path, goes_on=True)
    assert sweep.resumed(Planner(), stack.members) == []
    assert [each.member.number for each in Planner().groups(stack.members)[1]] == [0, 1]


@pytest.mark.parametrize("place", ["rehearsal.measure", "sweep.expected_seconds", "sweep.plan_lines"])
def test_a_plan_that_cannot_be_told_ends_nothing(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any) -> Any:
        raise ValueError("a riddle")

    monkeypatch.setattr(f"twinprop.population.{place}", fail)
    words = [*COMMON, "seed=0,1", "hydra.launcher.workers=1", "train.epochs=1"]
    assert in_process(monkeypatch, tmp_path, "-m", *words, *DIRECTORIES) == (0, "")
    assert [each["status"] for each in summaries(tmp_path)] == ["completed"] * 2
    out, errors = capfd.readouterr()
    assert "Traceback" not in out + errors
    assert (out + errors).count("ValueError: a riddle") == (place != "rehearsal.measure"), "training would meet it too"


def test_what_jobs_repeat_is_told_before_they_train(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    words = [*COMMON, "model.hidden=[9]", "model.depth=1,2", "seed=0,1", "hydra.launcher.workers=1", "train.epochs=1"]
    assert in_process(monkeypatch, tmp_path, "-m", *words, *DIRECTORIES) == (0, "")
    out = capfd.readouterr().out
    told = [out.index("model.depth changes nothing here"), out.index("jobs 2-3 repeat others")]
    assert told[0] < told[1] < out.index("4 jobs in 1 group")


def test_an_empty_sweep_trains_nothing(tmp_path: Path) -> None:
    sweep = Sweep(directory=tmp_path)
    sweep.train([])
    assert sweep.summaries == {}


@pytest.mark.slow
def test_a_full_disk_fails_jobs_one_by_one_and_ends_in_a_table(tmp_path: Path) -> None:
    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, 12_000))

    words = ["data=moons", "model.width=2", "train.epochs=3000", "seed=0,1,2,3", "hydra.launcher.workers=2"]
    done = run(tmp_path, *words, "hydra.output_subdir=null", check=False, preexec_fn=small_files)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "4 failed" in done.stdout
    first, others, _ = done.stderr.splitlines()
    assert re.fullmatch(rf"Job \d failed. {tmp_path}/sweep/\d/metrics.csv: cannot be written .*", first)
    assert re.fullmatch(r"Jobs [\d,\- ]+ failed. DIR/metrics.csv: cannot be written .*", others), "once, with the count"
    assert 1 <= done.stdout.count("TensorBoard's event file: left out") <= 2, "once in each process"
    assert "4 of 4 jobs failed: 0-3." in done.stderr


def test_a_job_whose_directory_cannot_be_made_fails_alone(tmp_path: Path) -> None:
    (tmp_path / "sweep").mkdir()
    (tmp_path / "sweep" / "1").write_text("mine")
    done = run(tmp_path, *COMMON, "seed=0,1,2", check=False)
    assert done.returncode == 1
    assert "Job 1 failed." in done.stderr
    assert "1 of 3 jobs failed: 1." in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "sweep" / "1").read_text() == "mine"
    assert list(pandas.read_csv(tmp_path / "sweep" / "sweep.csv")["status"]) == ["completed", "failed", "completed"]


def test_a_job_that_cannot_be_written_fails_alone(tmp_path: Path) -> None:
    (tmp_path / "sweep" / "1").mkdir(parents=True)
    (tmp_path / "sweep" / "1" / "metrics.csv").write_text("mine")
    done = run(tmp_path, *COMMON, "seed=0,1,2", check=False)
    assert done.returncode == 1
    assert "Job 1 failed." in done.stderr
    assert "already holds results" in done.stderr
    assert "1 of 3 jobs failed: 1." in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "sweep" / "1" / "metrics.csv").read_text() == "mine"
    assert [path.name for path in (tmp_path / "sweep" / "1").iterdir()] == ["metrics.csv"]
    assert [summary["status"] for summary in summaries(tmp_path)] == ["completed", "completed"]
    assert list(pandas.read_csv(tmp_path / "sweep" / "sweep.csv")["status"]) == ["completed", "failed", "completed"]


@pytest.mark.slow
def test_data_that_is_not_there_fails_its_own_jobs_and_is_told_once(tmp_path: Path) -> None:
    words = [*COMMON, "seed=0,1", "data=digits,mnist", "data.root=nowhere", "data.download=false"]
    done = run(tmp_path, *words, check=False)
    assert done.returncode == 1
    assert done.stderr.count("MNIST is not there") == 1
    assert "Jobs 1, 3 failed." in done.stderr
    assert [summary["status"] for summary in summaries(tmp_path)] == ["completed", "failed"] * 2


def test_arithmetic_that_fails_for_one_member_fails_it_alone(tmp_path: Path) -> None:
    """10 to the power of 309 is no float: the schedule of one member raises an error in the stack of all."""
    words = [*COMMON, "scheduler=exponential", "scheduler.gamma=0.9,1e100", "train.epochs=6", "model.backend=scratch"]
    done = run(tmp_path, *words, check=False)
    found = summaries(tmp_path)
    assert found[0]["status"] == "completed"
    assert found[1]["status"] in ("failed", "diverged")
    assert "Traceback" not in done.stderr
