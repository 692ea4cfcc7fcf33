"""Which jobs of a sweep can train together: those whose networks have the same shapes.

Jobs form a group where every array of one is as large as that of the other: the same layers, batches,
data and length. What is only a number (a rate, a seed, a schedule) or a function (an activation, a rule
of update) may differ within a group.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from typing import Any

from twinprop.config import registry
from twinprop.config.schema import Config
from twinprop.population.stack import Member

WORTH_SHARING = 4
"""Networks that read the same batch, from which the CPU is faster with them alone than in a larger stack."""


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


def data_key(config: Config) -> Hashable:
    """What runs have in common that share their samples in memory."""
    return repr(config.data), config.model.dtype, config.model.backend == "scratch", config.device


def stack_key(config: Config, shape: tuple[int, ...], outputs: int) -> Hashable:
    """What networks that share a stack have in common: every shape, and what they are shown when.

    Args:
        config: of a job.
        shape: of one sample.
        outputs: how many.
    """
    layers: list[Hashable] = []
    for name, kind, arguments in config.model.layers(shape, outputs):
        if kind in registry.ACTIVATIONS:
            layers.append((name, "activation"))
        else:
            # rates of dropout and strengths of noise may differ
            shared = {key: value for key, value in arguments.items() if key not in ("p", "std")}
            layers.append((name, kind, *((key, str(value)) for key, value in shared.items())))
    train = config.train
    length = ("steps", train.steps) if train.steps else ("epochs", train.epochs)
    return (
        data_key(config),
        config.model.backend,
        tuple(layers),
        config.loss.name,
        train.batch_size,
        train.drop_last,
        train.eval_every,
        length,
    )


def sort_key(member: Member) -> tuple[Any, ...]:
    """An order in which neighbours have the most in common: the rule of update, activation, loss, batches."""
    config = member.config
    rule = [str(value) for value in vars(config.optimizer).values() if isinstance(value, bool)]
    loss = str(config.loss)
    return (config.optimizer.name, rule, config.model.activation, config.scheduler.interval, loss, config.seed)


def group(members: Iterable[Member], key: Callable[[Member], Hashable], alone: Callable[[Member], str]) -> list[Group]:
    """The groups, in the order of their first jobs.

    Args:
        members: the jobs.
        key: their stack keys.
        alone: why a job cannot share a stack with any other; empty where it can.
    """
    found: dict[Hashable, Group] = {}
    for member in members:
        reason = alone(member)
        found.setdefault(member.number if reason else key(member), Group([], reason)).members.append(member)
    for each in found.values():
        each.members.sort(key=lambda member: (*sort_key(member), member.number))
        if len(each.members) == 1 and not each.reason:
            each.reason = "no other job has its shapes"
    return list(found.values())


def split(members: Sequence[Member], most: int, workers: int, separate: bool) -> list[list[Member]]:
    """Portions of at most `most` members, at least one for each worker where there are as many.

    Members that see the same batches stay together where they fit, for they share the products with them; with
    `separate`, several of them share no portion with others, which would take that from them.
    """
    most = max(1, min(most, ceil(len(members) / workers)))
    portions: list[list[Member]] = []
    closed = False
    for _, run in groupby(members, key=sort_key):
        same = list(run)
        parts = ceil(len(same) / most)
        for number in range(parts):
            part = same[len(same) * number // parts : len(same) * (number + 1) // parts]
            sharing = separate and len(part) >= WORTH_SHARING
            if portions and len(portions[-1]) + len(part) <= most and not (sharing or closed):
                portions[-1].extend(part)
            else:
                portions.append(part)
            closed = sharing
    return portions
