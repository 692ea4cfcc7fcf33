"""Which jobs of a sweep train together: those whose networks have the same shapes, in stacks that fit the machine.

Jobs form a group where every array of one is as large as that of the other: the same layers, batches,
data and length. What is only a number (a rate, a seed, a schedule) or a function (an activation, a rule
of update) may differ within a group. A group is cut into stacks: on a GPU as large as memory allows, on
the CPU as large as a core's caches, for cores that train a small stack each beat cores that share one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count, groupby
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

from twinprop.config import registry
from twinprop.config.schema import Config
from twinprop.learners.footprint import Footprint

CACHE = 8 * 2**20
"""Bytes of parameters, gradients and activations that a core of the CPU keeps near it."""

WORTH_SHARING = 4
"""Networks that read the same batch, from which the CPU is faster with them alone than in a larger stack."""

OF_FREE_MEMORY = 0.5
"""The share of a GPU's free memory that a stack is planned for; the rest is for what the plan does not know."""

NUMBERS = count()


@dataclass(frozen=True)
class LogFile:
    """A job's train.log, opened for each line: a sweep may have more jobs than a process may have open files."""

    path: Path | None
    format: str

    def __call__(self, text: str) -> None:
        if self.path is None:
            return
        line = logging.Formatter(self.format).format(logging.makeLogRecord({"msg": text}))
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(f"{line}\n")


class Member(NamedTuple):
    """A job of a sweep: its number, what it trains, its directory, and its log."""

    number: int
    config: Config
    path: Path
    log: LogFile


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
    number: int = field(default_factory=lambda: next(NUMBERS))

    def of(self, members: list[Member]) -> Stack:
        """A stack of some of its members."""
        return Stack(members, self.threads, self.steps, self.cost * len(members) / len(self.members))


@dataclass
class Group:
    """Jobs whose networks can be stacked.

    Attributes:
        members: its jobs, neighbours having the most in common.
        reason: why it has one job only; empty where it has several.
    """

    members: list[Member]
    reason: str = ""

    @property
    def config(self) -> Config:
        return self.members[0].config


def bytes_of(need: Footprint, config: Config, batch: int) -> int:
    """Of a network in training: parameters, gradient, the optimizer's memory, and outputs, forth and back."""
    item = 8 if config.model.dtype == "float64" else 4
    return item * (need.parameters * (2 + len(config.optimizer.state_names())) + 2 * batch * need.outputs)


def where(config: Config) -> Hashable:
    """What runs have in common that share their samples in memory."""
    return repr(config.data), config.model.dtype, config.model.backend == "scratch", config.device


def signature(config: Config, shape: tuple[int, ...], classes: int) -> Hashable:
    """What networks that share a stack have in common: every shape, and what they are shown when."""
    layers: list[Hashable] = []
    for name, kind, arguments in config.model.layers(shape, classes):
        if kind in registry.ACTIVATIONS:
            layers.append((name, "activation"))
        else:
            # rates of dropout and strengths of noise may differ
            shared = {key: value for key, value in arguments.items() if key not in ("p", "std")}
            layers.append((name, kind, *((key, str(value)) for key, value in shared.items())))
    train = config.train
    length = ("steps", train.steps) if train.steps else ("epochs", train.epochs)
    return (
        where(config),
        config.model.backend,
        tuple(layers),
        config.loss,
        train.batch_size,
        train.drop_last,
        train.eval_every,
        length,
    )


def likeness(member: Member) -> tuple[Any, ...]:
    """An order in which neighbours have the most in common: the rule of update, the activation, the batches."""
    config = member.config
    rule = [str(value) for value in vars(config.optimizer).values() if isinstance(value, bool)]
    return (config.optimizer.name, rule, config.model.activation, config.scheduler.interval, config.seed)


def group(members: Iterable[Member], key: Callable[[Member], Hashable], alone: Callable[[Member], str]) -> list[Group]:
    """The groups, in the order of their first jobs.

    Args:
        members: the jobs.
        key: their signatures.
        alone: why a job cannot share a stack with any other; empty where it can.
    """
    found: dict[Hashable, Group] = {}
    for member in members:
        reason = alone(member)
        found.setdefault(member.number if reason else key(member), Group([], reason)).members.append(member)
    for each in found.values():
        each.members.sort(key=lambda member: (*likeness(member), member.number))
        if len(each.members) == 1 and not each.reason:
            each.reason = "no other job has its shapes"
    return list(found.values())


def cut(members: Sequence[Member], most: int, workers: int, apart: bool) -> list[list[Member]]:
    """Portions of at most `most` members, at least one for each worker where there are as many.

    Members that see the same batches stay together where they fit, for they share the products with them; with
    `apart`, several of them share no portion with others, which would take that from them.
    """
    most = max(1, min(most, ceil(len(members) / workers)))
    portions: list[list[Member]] = []
    closed = False
    for _, run in groupby(members, key=likeness):
        same = list(run)
        parts = ceil(len(same) / most)
        for number in range(parts):
            part = same[len(same) * number // parts : len(same) * (number + 1) // parts]
            sharing = apart and len(part) >= WORTH_SHARING
            if portions and len(portions[-1]) + len(part) <= most and not (sharing or closed):
                portions[-1].extend(part)
            else:
                portions.append(part)
            closed = sharing
    return portions
