"""Successive halving: at rungs on the way, the networks that are not among the best so far leave their sweep.

That is ASHA (Li et al. 2020, "A System for Massively Parallel Hyperparameter Tuning"), in the form that stops networks
and pauses none: who comes to a rung is compared with all that came before it, and waits for nobody. Networks that train
in lock step come to a rung together, and are compared with each other too.
"""

from __future__ import annotations

import json
import math
import os
from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from math import ceil, floor, log
from pathlib import Path
from time import time_ns
from typing import Any, NamedTuple

from twinprop.errors import OutputError
from twinprop.population.stack import Member
from twinprop.run.lock import Lock
from twinprop.training.monitor import Monitor

NAME = "rungs.jsonl"
"""The file, among a sweep's checkpoints: a line for those that came to a rung together, in the order of coming."""

KEYS = {"epoch", "contest", "going_on", "ranks"}
"""Of a line: the epoch of the rung, who competes there, how many go on now, and the ranks of those that came."""

LOCK = "checkpoints/.rungs.lock"

PATIENCE = 60.0
"""Seconds to wait for the file, which others hold for a moment."""

Rank = Sequence[float]
"""What to sort results by for the best first, as `Monitor.rank` gives it."""


@dataclass(frozen=True)
class Halving:
    """Where rungs are, and who goes on from them.

    Attributes:
        every: epochs to the first rung. Rungs are at those multiples of it that are nearest to every / keep^k for
            k = 0, 1, 2, ...: so each rung, as in the paper, costs about as much as the one before.
        keep: the share of the networks at a rung that goes on, 1/η in the paper.
    """

    every: int
    keep: float

    def is_rung(self, epoch: int) -> bool:
        """Whether there is a rung after this epoch."""
        multiple, rest = divmod(epoch, self.every)
        if rest or multiple < 1:
            return False
        # the least power that does not round to less
        k = ceil(log(max(multiple - 0.5, 1)) / -log(self.keep))
        return self.keep**-k < multiple + 0.5

    def rungs(self, epochs: int) -> list[int]:
        """The rungs of a training of so many epochs: at its end there is none."""
        return [epoch for epoch in range(self.every, epochs, self.every) if self.is_rung(epoch)]

    def crossed(self, before: int, now: int) -> bool:
        """Whether there was a rung since the evaluation before."""
        return any(self.is_rung(epoch) for epoch in range(before + 1, now + 1))

    def going_on(self, count: int) -> int:
        """How many of `count` networks at a rung go on: the nearest number to their share, one at least."""
        return max(1, floor(self.keep * count + 0.5))

    def work(self, epochs: float) -> float:
        """What so many epochs cost where each rung keeps its share, in epochs of all networks."""
        whole = ceil(epochs)
        ends = [0, *self.rungs(whole), epochs]
        return sum(self.keep**k * (end - start) for k, (start, end) in enumerate(pairwise(ends)))

    def share(self, done: float, epochs: int) -> float:
        """The share of its work that a training of `epochs` has done when a share of its epochs, `done`, is over."""
        return self.work(done * epochs) / self.work(epochs)


class Place(NamedTuple):
    """Where a network came in at a rung: its rank, of how many, of which how many go on."""

    rank: int
    of: int
    going_on: int

    @property
    def goes_on(self) -> bool:
        """Ties go on together."""
        return self.rank <= self.going_on


class Arrivals:
    """Who came to one rung.

    Attributes:
        ranks: of all, the best first.
        places: where each came in among all before it, or with it, by its number.
    """

    def __init__(self) -> None:
        self.ranks: list[list[float]] = []
        self.places: dict[int, Place] = {}

    def add(self, ranks: Mapping[str, list[float]], going_on: int) -> None:
        """Take in those that came together."""
        for rank in ranks.values():
            insort(self.ranks, rank)
        for number, rank in ranks.items():
            self.places[int(number)] = Place(1 + bisect_left(self.ranks, rank), len(self.ranks), going_on)


class Record:
    """The file of a sweep's rungs, which all its processes read and write. Each reads a line once, for they are many.

    Args:
        path: the file, which need not be there.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.position = path, 0
        self.contests: dict[tuple[int, str], Arrivals] = {}

    def contest(self, epoch: int, what: str) -> Arrivals:
        """Who came to a rung, of those who compete in something."""
        return self.contests.setdefault((epoch, what), Arrivals())

    def read(self) -> None:
        """Take in what was written since the last call, without a line that was cut off or is none of ours."""
        with suppress(FileNotFoundError), open(self.path, "rb") as file:
            file.seek(self.position)
            for text in file:
                if not text.endswith(b"\n"):
                    return  # which ends as a line of its own
                self.position += len(text)
                with suppress(ValueError):
                    line = json.loads(text)
                    if isinstance(line, dict) and line.keys() >= KEYS:
                        self.contest(line["epoch"], line["contest"]).add(line["ranks"], line["going_on"])

    def append(self, line: dict[str, Any]) -> None:
        """Write a line, whole or not at all, and take it in.

        Raises:
            OutputError: it cannot be written.
        """
        try:
            with open(self.path, "a+b") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
                start = b"" if file.read(1) in (b"", b"\n") else b"\n"  # after a line that was cut off
                file.write(start + json.dumps(line).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(f"{self.path}: cannot be written ({error.strerror}); free space, and resume.") from error
        self.read()


@dataclass(frozen=True)
class Rungs:
    """The judge of a sweep with halving.

    What was decided follows from the file alone: of each network, from the lines up to the one that it is in. So a
    sweep that goes on decides as it did.

    Attributes:
        halving: where rungs are, and who goes on.
        directory: the sweep's.
        begun: nanoseconds, which tell this judge from that of another attempt at the sweep. It is sent with each stack.
    """

    halving: Halving
    directory: Path
    begun: int = field(default_factory=time_ns)

    @property
    def record(self) -> Record:
        return record_of(self)

    def __call__(self, evaluated: Sequence[tuple[Member, Monitor]]) -> None:
        """Drop networks that came to a rung and are not among the best there; those with the same data compete."""
        contests: dict[tuple[int, str], dict[int, Monitor]] = {}
        for member, monitor in evaluated:
            epochs = [0, *(row.epoch for row in monitor.rows)]
            if monitor.running and self.halving.crossed(*epochs[-2:]):
                contest = epochs[-1], f"{member.config.data.name} {monitor.chosen_by}"
                contests.setdefault(contest, {})[member.number] = monitor
        for (epoch, what), own in contests.items():
            places = self.places(epoch, what, {number: each.rank(each.rows[-1]) for number, each in own.items()})
            for number, place in places.items():
                if not place.goes_on:
                    reason = f"rank {place.rank:,} of {place.of:,}, of which {place.going_on:,} went on"
                    own[number].drop("halving", reason, rank=place.rank, of=place.of)

    def places(self, epoch: int, contest: str, ranks: Mapping[int, Rank]) -> dict[int, Place]:
        """Where networks come in among all that came to a rung before them, or with them.

        Args:
            epoch: the rung's.
            contest: who competes there.
            ranks: of the networks, by their numbers. Of one that was there before, that stands.

        Raises:
            OutputError: the file cannot be written.
        """
        with Lock(self.directory, PATIENCE, LOCK):
            record = self.record
            record.read()
            there = record.contest(epoch, contest)
            # a number that is none is the worst
            new = {
                str(number): [math.inf if math.isnan(value) else value for value in rank]
                for number, rank in ranks.items()
                if number not in there.places
            }
            if new:
                going_on = self.halving.going_on(len(there.places) + len(new))
                record.append({"epoch": epoch, "contest": contest, "going_on": going_on, "ranks": new})
        return {number: there.places[number] for number in ranks}


@lru_cache(maxsize=1)
def record_of(rungs: Rungs) -> Record:
    """What this process has read, for the stack before or this one."""
    return Record(rungs.directory / "checkpoints" / NAME)
