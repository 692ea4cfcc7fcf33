"""A pool of jobs on other machines, played by an engine whose jobs do as they are told."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.kit.sweeps import stack_of

from twinprop.config.schema import Config
from twinprop.data.vision import MNIST
from twinprop.models.mlp import MLP
from twinprop.population.cluster import Cluster
from twinprop.population.engine import Ending, Engine, TooMany
from twinprop.population.remote import MessageFile, beat_of, beating, tell_to_stop, train_job
from twinprop.population.setups import SetupCache
from twinprop.population.stack import Stack
from twinprop.training.interrupt import Interrupt


@dataclass
class Played:
    """A job that has said what it says when it is sent."""

    end: Ending | None

    def ending(self, alive: bool) -> Ending | None:
        return self.end

    def cancel(self) -> None:
        pass


@dataclass
class Play(Engine):
    """An engine whose jobs do as they are told: `play` gives the messages of a stack and how its job ends."""

    name = "play"
    warning = "SIGUSR2"
    limit = "timeout_min=7"
    most_limits = 2
    play: Any
    at_once: int | None = None
    cpus: int | None = None
    gpus: bool = False
    sent: Any = None

    def submit(self, calls: Sequence[tuple[Any, ...]], directory: Path) -> list[Played]:
        self.sent = [*(self.sent or []), [len(stack.members) for stack, *_ in calls]]
        jobs = []
        for stack, _, path, _ in calls:
            said, end = self.play(stack)
            path.write_text("".join(f"{json.dumps(message)}\n" for message in said))
            jobs.append(Played(Ending(*end) if end else None))
        return jobs


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twinprop.population.cluster.SECONDS_BETWEEN_READS", 0.01)


def done(stack: Stack) -> list[tuple[Any, ...]]:
    """What a job says whose stack has come to its end."""
    return [*(("ended", each.number, {"status": "completed"}) for each in stack.members), ("done", stack.number)]


def played(play: Any, stacks: list[Stack], folder: Path, workers: int | None = None) -> tuple[list[Any], Play]:
    told: list[Any] = []
    engine = Play(play)
    lost = lambda member, summary: told.append(("lost", member.number, summary))  # noqa: E731
    Cluster(SetupCache(), workers, told.append, lost, Interrupt(), engine, folder).run(stacks)
    return told, engine


def test_what_kills_every_job_fails_every_member_with_the_reason(tmp_path: Path) -> None:
    told, engine = played(
        lambda stack: ([("started", stack.number)], ("out of memory", "memory")),
        [stack_of(range(5), tmp_path)],
        tmp_path,
    )
    assert sorted(message[:2] for message in told) == [("lost", number) for number in range(5)]
    assert {message[2]["reason"].partition(";")[0] for message in told} == {"out of memory, twice at one place"}
    assert [sizes for sizes in engine.sent if sizes] == [
        [5], [5], [2, 3], [2, 3], [1, 1, 1, 2], [1, 1, 1, 2], [1, 1], [1, 1]
    ]  # fmt: skip


def test_a_job_that_dies_when_it_is_done_is_not_lost(tmp_path: Path) -> None:
    def play(stack: Stack) -> Any:
        return [
            *(("ended", member.number, {"status": "completed"}) for member in stack.members),
            ("done", stack.number),
        ], ("killed", "lost")

    told, engine = played(play, [stack_of(range(2), tmp_path), stack_of(range(2, 4), tmp_path)], tmp_path, workers=1)
    assert [message[0] for message in told] == ["ended", "ended", "done"] * 2
    assert engine.sent == [[2], [2]]


def test_one_that_is_left_of_a_stack_that_was_lost_is_tried_alone(tmp_path: Path) -> None:
    def play(stack: Stack) -> Any:
        first = ("ended", stack.members[0].number, {"status": "completed"})
        return ([first], ("killed", "lost")) if len(stack.members) > 1 else ([first, ("done", stack.number)], None)

    told, engine = played(play, [stack_of(range(2), tmp_path)], tmp_path)
    assert [message[:2] for message in told if message[0] == "ended"] == [("ended", 0), ("ended", 0), ("ended", 1)]
    assert told[-1][0] == "done"
    assert engine.sent == [[2], [2], [1]]


def test_samples_that_a_job_does_not_find_are_told_and_not_looked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "started here").mkdir()
    config = Config(data=MNIST(root="nowhere", download=False), model=MLP())

    def play(stack: Stack) -> Any:
        path = tmp_path / "messages"
        lacking = stack.subset([member._replace(config=config) for member in stack.members])
        train_job(lacking, SetupCache(), path, tmp_path / "started here")
        assert Path.cwd().name == "started here"
        return [json.loads(line) for line in path.read_text().splitlines()], ("ended", "ended")

    told, engine = played(play, [stack_of(range(3), tmp_path)], tmp_path)
    assert [message[0] for message in told] == ["lost"] * 3
    assert "MNIST is not there" in told[0][2]["reason"]
    assert engine.sent == [[3]]


OVER = "timeout_min=7 was over before anything was saved, at step 0"


def stopped(stack: Stack, signal: str = "SIGUSR2") -> list[tuple[Any, ...]]:
    """What a job says that is stopped by a signal."""
    summary = {"status": "interrupted", "reason": f"{signal} at step 8"}
    ended = [("ended", member.number, summary) for member in stack.training]
    return [("started", stack.number), *ended, ("signal", stack.number, signal), ("done", stack.number)]


@pytest.mark.parametrize(
    ("signal", "end", "status", "reason"),
    [
        (
            "SIGUSR2",
            ("job 3 ended", "ended"),
            "interrupted",
            "timeout_min=7 was over before anything was saved, at step 0",
        ),
        ("", ("job 3 ended", "limit"), "interrupted", "timeout_min=7 was over before anything was saved, at step 0"),
        ("SIGTERM", ("job 3 ended", "ended"), "interrupted", "job 3 ended; SIGTERM at step 8"),
        ("SIGTERM", ("job 3 ended", "cancelled"), "cancelled", "job 3 ended; SIGTERM at step 8"),
        ("", ("job 3 ended", "cancelled"), "cancelled", "job 3 ended"),
    ],
)
def test_what_somebody_stopped_is_not_sent_again(
    signal: str, end: tuple[str, str], status: str, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told, engine = played(lambda stack: (stopped(stack, signal) if signal else [], end), [stack_of(range(2))], tmp_path)
    assert engine.sent == [[2]]
    assert [message[1] for message in told if message[0] == "lost"] == [0, 1]
    for _, _, summary in (message for message in told if message[0] == "lost"):
        assert summary["status"] == status
        assert summary["reason"].startswith(reason)
    assert f"2 jobs {status}: " in capsys.readouterr().err


def test_what_a_limit_of_time_ended_goes_on_until_it_was_often_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = iter(range(10, 1000, 10))
    again = lambda stack, left: [stack.again((), tmp_path / f"step_{next(steps)}.safetensors")]  # noqa: E731
    monkeypatch.setattr("twinprop.population.cluster.from_checkpoints", again)
    told, engine = played(lambda stack: (stopped(stack), ("job 3 ended", "ended")), [stack_of(range(2))], tmp_path)
    assert engine.sent == [[2], [2], [2]]
    (reason,) = {message[2]["reason"] for message in told if message[0] == "lost"}
    assert reason.startswith("timeout_min=7 was over after 3 jobs, at step 30; go on with a longer time")
    assert "Jobs 0-1 go on from step 20: job 3 ended, for timeout_min=7 was over." in capsys.readouterr().err


def test_an_engine_that_is_gone_ends_the_sweep_with_what_can_go_on(tmp_path: Path) -> None:
    stacks = [stack_of(range(2)), stack_of(range(2, 4))]
    told, engine = played(lambda stack: ([("started", 0)], ("Ray is gone", "gone")), stacks, tmp_path, workers=1)
    assert engine.sent == [[2]]
    reasons = {message[1]: message[2]["reason"] for message in told}
    assert reasons == {number: "Ray is gone" + " before it was started" * (number > 1) for number in range(4)}


def test_jobs_that_are_too_many_are_sent_in_turns(tmp_path: Path) -> None:
    @dataclass
    class Full(Play):
        def submit(self, calls: Sequence[tuple[Any, ...]], directory: Path) -> list[Played]:
            if len(calls) > 3:
                raise TooMany("sbatch: job submit limit")
            return super().submit(calls, directory)

    def play(stack: Stack) -> Any:
        return [
            *(("ended", each.number, {"status": "completed"}) for each in stack.members),
            ("done", stack.number),
        ], None

    told: list[Any] = []
    engine = Full(play)
    stacks = [stack_of(range(number, number + 1)) for number in range(8)]
    Cluster(SetupCache(), None, told.append, print, Interrupt(), engine, tmp_path).run(stacks)
    assert sorted(message[1] for message in told if message[0] == "ended") == list(range(8))
    assert max(map(len, engine.sent)) == 2


@pytest.mark.parametrize(
    ("at_once", "waiting", "running", "sent"),
    [(None, 8, 0, 4), (None, 8, 3, 0), (None, 8, 2, 2), (None, 2, 2, 2), (3, 8, 0, 4), (3, 8, 2, 0), (3, 2, 2, 2)],
)
def test_large_arrays_are_sent_one_after_the_other(at_once: int | None, waiting: int, running: int, sent: int) -> None:
    engine = Play(None, at_once)
    engine.arrays = True
    cluster = Cluster(SetupCache(), 4, print, print, Interrupt(), engine, Path())
    cluster.queue = deque(stack_of(range(1)) for _ in range(waiting))
    cluster.running = [None] * running  # type: ignore[list-item]
    assert cluster.room() == sent


def test_a_job_that_gives_signs_of_life_lives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("twinprop.population.remote.monotonic", lambda: now)
    file = MessageFile(tmp_path / "3.jsonl", seen=now)
    assert file.alive()
    now += 70
    assert not file.alive()
    beat_of(file.path).touch()
    assert file.alive()
    now += 50
    assert file.alive()
    now += 50
    assert not file.alive()


def test_a_job_is_told_to_stop_and_says_that_it_lives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twinprop.population.remote.SECONDS_BETWEEN_BEATS", 0.01)
    interrupt = Interrupt()
    with beating(tmp_path / "3.jsonl", interrupt):
        tell_to_stop(tmp_path, "SIGTERM")
        for _ in range(1000):
            if interrupt.requested and beat_of(tmp_path / "3.jsonl").exists():
                break
            time.sleep(0.01)
    assert interrupt.requested == "SIGTERM"
    assert beat_of(tmp_path / "3.jsonl").exists()
