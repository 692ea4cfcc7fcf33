"""A pool of jobs on other machines, played by an engine whose jobs do as they are told."""

from __future__ import annotations

import json
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
from twinprop.population.engine import Engine
from twinprop.population.remote import train_job
from twinprop.population.setups import SetupCache
from twinprop.population.stack import Stack
from twinprop.training.interrupt import Interrupt


@dataclass
class Played:
    """A job that has said what it says when it is sent."""

    end: str

    def exit_reason(self) -> str:
        return self.end

    def cancel(self) -> None:
        pass


@dataclass
class Play(Engine):
    """An engine whose jobs do as they are told: `play` gives the messages of a stack and how its job ends."""

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
            jobs.append(Played(end))
        return jobs


def played(play: Any, stacks: list[Stack], folder: Path, workers: int | None = None) -> tuple[list[Any], Play]:
    told: list[Any] = []
    engine = Play(play)
    lost = lambda member, summary: told.append(("lost", member.number, summary))  # noqa: E731
    Cluster(SetupCache(), workers, told.append, lost, Interrupt(), engine, folder).run(stacks)
    return told, engine


def test_what_kills_every_job_fails_every_member_with_the_reason(tmp_path: Path) -> None:
    told, engine = played(
        lambda stack: ([("started", stack.number)], "out of memory"), [stack_of(range(5), tmp_path)], tmp_path
    )
    assert sorted(message[:2] for message in told) == [("lost", number) for number in range(5)]
    assert {message[2]["reason"].partition(";")[0] for message in told} == {"out of memory, twice at one place"}
    assert [sizes for sizes in engine.sent if sizes] == [
        [5], [5], [2, 3], [2, 3], [1, 1, 1, 2], [1, 1, 1, 2], [1, 1], [1, 1]
    ]  # fmt: skip


def test_a_job_that_dies_when_it_is_done_is_not_lost(tmp_path: Path) -> None:
    def play(stack: Stack) -> Any:
        return [*(("ended", member.number, {}) for member in stack.members), ("done", stack.number)], "killed"

    told, engine = played(play, [stack_of(range(2), tmp_path), stack_of(range(2, 4), tmp_path)], tmp_path, workers=1)
    assert [message[0] for message in told] == ["ended", "ended", "done"] * 2
    assert engine.sent == [[2], [2]]


def test_one_that_is_left_of_a_stack_that_was_lost_is_tried_alone(tmp_path: Path) -> None:
    def play(stack: Stack) -> Any:
        first = ("ended", stack.members[0].number, {})
        return ([first], "killed") if len(stack.members) > 1 else ([first, ("done", stack.number)], "")

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
        return [json.loads(line) for line in path.read_text().splitlines()], "ended"

    told, engine = played(play, [stack_of(range(3), tmp_path)], tmp_path)
    assert [message[0] for message in told] == ["lost"] * 3
    assert "MNIST is not there" in told[0][2]["reason"]
    assert engine.sent == [[3]]
