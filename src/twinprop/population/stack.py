"""What a sweep trains: its jobs, as members of stacks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import NamedTuple

from twinprop.config.schema import Config
from twinprop.run.showing import only_shows
from twinprop.training.monitor import Monitor

STACK_NUMBERS = count()


@dataclass(frozen=True)
class LogFile:
    """A job's train.log, opened for each line: a sweep may have more jobs than a process may have open files."""

    path: Path | None
    format: str

    def __call__(self, text: str) -> None:
        if self.path is None:
            return
        with only_shows("a job's log", self.path.parent.parent):
            line = logging.Formatter(self.format).format(logging.makeLogRecord({"msg": text}))
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(f"{line}\n")


class Member(NamedTuple):
    """A job of a sweep: its number, what it trains, its directory, its log, and whether the directory is its own."""

    number: int
    config: Config
    path: Path
    log: LogFile
    claimed: bool = True


Judge = Callable[[Sequence[tuple[Member, Monitor]]], None]
"""Takes members that were just evaluated, and drops some of those that are in training.

It goes to other processes and machines with their stack."""


@dataclass
class Stack:
    """Members that train in lock step.

    Attributes:
        members: at least one.
        threads: for its matrix products.
        steps: updates that each of them does.
        cost: what its training takes, relative to other stacks.
        number: its name in messages.
        checkpoints: the folder of the sweep's checkpoints; None keeps none.
        ended: numbers of members that only make the stack as large as it was, for they have ended before.
        begun: whether there may be something of an earlier attempt.
        start: the checkpoint to go on from; None is the beginning.
        attempt: which of the attempts at it this is, where it trains out of reach of the process that sent it.
        lost_at: the updates that were done at the last checkpoint when a process with it was lost.
        limits: how often its time was over.
        judges: who may drop members.
    """

    members: list[Member]
    threads: int
    steps: int
    cost: float
    number: int = field(default_factory=lambda: next(STACK_NUMBERS))
    checkpoints: Path | None = None
    ended: frozenset[int] = frozenset()
    begun: bool = False
    start: Path | None = None
    attempt: int | None = None
    lost_at: int | None = None
    limits: int = 0
    judges: tuple[Judge, ...] = ()

    def subset(self, members: list[Member]) -> Stack:
        """A stack of some of its members."""
        share = len(members) / len(self.members)
        return replace(self, members=members, cost=self.cost * share, number=next(STACK_NUMBERS), lost_at=None)

    def again(self, ended: Iterable[int], start: Path | None, lost_at: int | None = None) -> Stack:
        """The same stack once more, from a checkpoint, without those that have ended."""
        gone = self.ended.union(ended)
        return replace(self, ended=gone, begun=True, start=start, lost_at=lost_at)

    @property
    def training(self) -> list[Member]:
        """The members that have not ended."""
        return [member for member in self.members if member.number not in self.ended]
