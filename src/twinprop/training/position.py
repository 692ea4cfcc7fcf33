"""Where a training is: all that it takes to go on to the same bits, from an evaluation or from between two updates.

Data need no place of their own in it: which samples an update sees, and what dropout, noise and augmentation draw,
depends on the seed and the number of the update alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from twinprop.training.learner import Learner


class Tally:
    """What was trained since the last evaluation. Losses and counts stay on the device until they are asked for.

    Attributes:
        first_step: the updates that were done before.
        samples: seen by each network, in epochs that have ended.
        seconds: spent in training.
    """

    def __init__(self, first_step: int) -> None:
        self.first_step, self.samples, self.seconds = first_step, 0, 0.0
        self.fetched: list[NDArray[Any]] = []
        self.losses: list[Any] = []
        self.start_epoch()

    @property
    def updates(self) -> int:
        """How many there were."""
        return sum(map(len, self.fetched)) + len(self.losses)

    def start_epoch(self) -> None:
        """Count the training loss and scores anew, which are means over the last epoch."""
        self.epoch_losses = self.updates
        self.counted: list[Any] = []
        self.sums: list[tuple[Any, ...]] = []
        self.sizes: list[int] = []

    def add(self, loss: Any, sums: tuple[Any, ...], size: int) -> None:
        """Take in an update on a batch of `size` samples, for each network."""
        self.losses.append(loss)
        self.sums.append(sums)
        self.sizes.append(size)

    def all_losses(self, learner: Learner) -> NDArray[Any]:
        """The loss of each update, (updates, members)."""
        if self.losses:
            self.fetched.append(learner.fetch(self.losses))
            self.losses = []
        return np.concatenate(self.fetched)

    def means(self, learner: Learner) -> tuple[NDArray[Any], NDArray[Any], list[NDArray[Any]]]:
        """The loss of each update; over the last epoch, the mean loss and the task's sums, (members,) each."""
        losses, sizes = self.all_losses(learner), np.array(self.sizes)
        weights = sizes[:, None] / sizes.sum()
        return losses, (losses[self.epoch_losses :] * weights).sum(0), self.all_sums(learner)

    def all_sums(self, learner: Learner) -> list[Any]:
        """The task's sums over the epoch, (members,) each, added one after the other, wherever they were asked for."""
        if self.sums:
            fetched = [learner.fetch(list(each)) for each in zip(*self.sums, strict=True)]
            before = self.counted or [np.zeros(fetched[0].shape[1])] * len(fetched)
            self.counted = [np.cumsum([start, *each], 0)[-1] for start, each in zip(before, fetched, strict=True)]
            self.sums = []
        return self.counted

    def state(self, learner: Learner) -> dict[str, Any]:
        """Everything in it, as plain arrays and numbers."""
        return {
            "first_step": self.first_step,
            "samples": self.samples,
            "seconds": self.seconds,
            "losses": self.all_losses(learner),
            "epoch_losses": self.epoch_losses,
            "counted": self.all_sums(learner),
            "sizes": list(self.sizes),
        }

    @classmethod
    def of(cls, state: dict[str, Any]) -> Tally:
        """Continue from what `state` handed out."""
        tally = cls(state["first_step"])
        tally.samples, tally.seconds = state["samples"], state["seconds"]
        tally.fetched, tally.epoch_losses = [state["losses"]], state["epoch_losses"]
        tally.counted, tally.sizes = list(state["counted"]), list(state["sizes"])
        return tally


@dataclass
class Position:
    """Where the training of some networks is.

    Attributes:
        stack: the places of those that the learner holds, in its order; some may have stopped.
        states: the state of each of these.
        monitors: the state of the monitor of every network.
        tally: what was trained since the last evaluation; None right after one.
    """

    stack: list[int]
    states: list[dict[str, Any]]
    monitors: list[dict[str, Any]]
    tally: dict[str, Any] | None

    @property
    def steps(self) -> int:
        """Updates done."""
        return int(self.states[0]["steps"])

    def part(self, places: Sequence[int]) -> Position:
        """The position of some of the networks, which count their places anew."""
        kept = [at for at, place in enumerate(self.stack) if place in places]
        tally = self.tally and {
            **self.tally,
            "losses": self.tally["losses"][:, kept],
            "counted": [each[kept] for each in self.tally["counted"]],
        }
        return Position(
            [places.index(self.stack[at]) for at in kept],
            [self.states[at] for at in kept],
            [self.monitors[place] for place in places],
            tally,
        )


class Checkpoints(Protocol):
    """Where positions are kept."""

    def due(self) -> bool:
        """Whether it is time to keep one; asked after each update."""

    def write(self, position: Position) -> None:
        """Keep one."""

    def part(self, places: Sequence[int]) -> Checkpoints:
        """Those of some of the networks, which train by themselves from now on."""


class NoCheckpoints:
    """Keeps nothing."""

    def due(self) -> bool:
        return False

    def write(self, position: Position) -> None:
        pass

    def part(self, places: Sequence[int]) -> Checkpoints:
        return self
