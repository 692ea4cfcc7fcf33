"""What a sweep trains: its jobs, as members of stacks."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import NamedTuple

from twinprop.config.schema import Config
from twinprop.run.showing import only_shows

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


@dataclass
class Stack:
    """Members that train in lock step.

    Attributes:
        members: at least one.
        threads: for its matrix products.
        steps: updates that each of them does.
        cost: what its training takes, relative to other stacks.
        number: its name in messages.
    """

    members: list[Member]
    threads: int
    steps: int
    cost: float
    number: int = field(default_factory=lambda: next(STACK_NUMBERS))

    def subset(self, members: list[Member]) -> Stack:
        """A stack of some of its members."""
        return Stack(members, self.threads, self.steps, self.cost * len(members) / len(self.members))
