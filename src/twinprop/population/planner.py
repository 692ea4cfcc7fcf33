"""Which stacks a sweep trains, and with how many cores.

A group is cut into stacks: on a GPU as large as memory allows, on the CPU as large as a core's caches, for
cores that train a small stack each beat cores that share one.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from math import ceil
from typing import NamedTuple

from twinprop.config.schema import Config
from twinprop.data.batches import EVALUATION_BATCH
from twinprop.errors import ConfigError
from twinprop.learners.first_use import doubts, unstackable
from twinprop.learners.footprint import Footprint, footprint
from twinprop.population.engine import Engine
from twinprop.population.grouping import Group, group, sort_key, split, stack_key
from twinprop.population.setups import SetupCache
from twinprop.population.stack import Member, Stack
from twinprop.run import device
from twinprop.run.console import errors
from twinprop.run.device import cores, threads_for
from twinprop.run.setup import Setup

CACHE = 8 * 2**20
"""Bytes of parameters, gradients and activations that a core of the CPU keeps near it."""

OF_FREE_MEMORY = 0.5
"""The share of free memory that stacks are planned for; the rest is for what the plan does not know."""

NO_VALIDATION = "data.val_fraction={}: networks are dropped by their results on validation data; set a larger one."


@dataclass
class PlannedGroup:
    """A group, cut into stacks.

    Attributes:
        group: its jobs.
        stacks: at least one.
        on_cpu: whether they train on the CPU.
    """

    group: Group
    stacks: list[Stack]
    on_cpu: bool


class Refusal(NamedTuple):
    """A job that cannot be trained, and what is wrong."""

    member: Member
    error: Exception


@dataclass
class Planner:
    """Plans a sweep.

    Args:
        max_members: networks in a stack, at most; None leaves it to the machine.
        workers: processes that train on the CPU; None is one for each core.
        engine: where stacks train; None is this machine.
        setups: where samples are.
        validates: whether networks may be dropped by what they reach on validation.
    """

    max_members: int | None = None
    workers: int | None = None
    engine: Engine | None = None
    setups: SetupCache = field(default_factory=SetupCache)
    validates: bool = False

    def groups(self, members: Sequence[Member]) -> tuple[list[Group], list[Refusal]]:
        """The groups of jobs that can be trained; and the other jobs, whatever is wrong with each."""
        keys: dict[int, Hashable] = {}
        reasons: dict[int, str] = {}
        refused = []
        for member in members:
            try:
                setup = self.setup(member.config)
                setup.plan(member.config)
                if self.validates and not len(setup.dataset.val):
                    raise ConfigError([NO_VALIDATION.format(member.config.data.val_fraction)])
                key = stack_key(member.config, setup.dataset.shape, setup.dataset.outputs)
                reasons[member.number] = self.alone(member)
                sort_key(member)
                for doubt in doubts(member.config, setup.dataset.shape, setup.dataset.outputs):
                    errors.print(doubt)
                keys[member.number] = key
            except Exception as error:
                refused.append(Refusal(member, error))
        able = [member for member in members if member.number in keys]
        return group(able, lambda member: keys[member.number], lambda member: reasons[member.number]), refused

    def plan(self, groups: Sequence[Group]) -> tuple[list[PlannedGroup], list[Refusal]]:
        """The stacks of the groups that can be trained; and the jobs of the others, with what is wrong."""
        costs: list[float] = []
        planned: list[PlannedGroup] = []
        refused: list[Refusal] = []
        able: list[Group] = []
        for each in groups:
            with refusing(each, refused):
                costs.append(self.cost(each.config) * len(each.members))
                able.append(each)
        for each, cost in zip(able, costs, strict=True):
            with refusing(each, refused):
                planned.append(self.stacks(each, cost / sum(costs)))
        if self.engine is None:
            self.share_cores(planned)
        return planned, refused

    def setup(self, config: Config) -> Setup:
        """The setup of a job; samples of jobs that train elsewhere are only looked at, on the CPU."""
        return self.setups.get(config if self.engine is None else replace(config, device="cpu"))

    def on_cpu(self, setup: Setup, config: Config) -> bool:
        """Whether a job trains on the CPU."""
        return setup.device == "cpu" if self.engine is None else self.engine.on_cpu(config.device)

    def alone(self, member: Member) -> str:
        """Why a job can share a stack with no other; empty where it can."""
        dataset = self.setup(member.config).dataset
        if dataset.train.x is None:
            return "its samples are read from files as they are needed"
        return unstackable(member.config, dataset.shape, dataset.outputs)

    def footprint(self, config: Config) -> tuple[Footprint, int]:
        """What a network takes for a sample, and the samples of a batch."""
        dataset = self.setup(config).dataset
        batch = config.train.samples_of(len(dataset.train))
        return footprint(config.model.layers(dataset.shape, dataset.outputs), dataset.shape), batch

    def cost(self, config: Config) -> float:
        """What training one network takes, relative to others."""
        need, batch = self.footprint(config)
        steps = self.setup(config).plan(config).total_steps
        return steps * (3.0 * batch * need.multiply_adds + 10.0 * need.parameters)

    def stacks(self, members: Group, share: float) -> PlannedGroup:
        """Stacks of a group that fit the memory; `share` is what its training takes of that of all groups."""
        config = members.config
        setup = self.setup(config)
        dataset, steps = setup.dataset, setup.plan(config).total_steps
        need, batch = self.footprint(config)
        on_cpu = self.on_cpu(setup, config)
        at_once = self.workers or cores() if on_cpu else 1
        if self.engine is not None:
            at_once = self.engine.spread
        most = len(members.members)
        if on_cpu:
            most = max(1, CACHE // need.training_bytes(config, batch))
            if most == 1 and not members.reason and self.max_members is None:
                members.reason = "one network fills a core's caches"
        if self.engine is None:
            free = free_memory(setup.device)
            largest_batch = max(batch, need.evaluated_at_once(EVALUATION_BATCH))
            if free is not None:
                most = min(most, max(1, free // at_once // need.training_bytes(config, largest_batch)))
        available = None if self.engine is None else self.engine.cpus or 1
        threads = threads_for(config, dataset.shape, len(dataset.train), available)
        # twice as many as its share of the workers, so that they end together
        workers = min(at_once, ceil(2 * share * at_once))
        portions = split(members.members, self.max_members or most, workers, separate=on_cpu)
        cost = self.cost(config)
        return PlannedGroup(members, [Stack(part, threads, steps, cost * len(part)) for part in portions], on_cpu)

    def processes(self, planned: Sequence[PlannedGroup]) -> int:
        """How many processes train on the CPU."""
        stacks = sum(len(each.stacks) for each in planned if each.on_cpu)
        return max(1, min(self.workers or cores(), stacks))

    def share_cores(self, planned: Sequence[PlannedGroup]) -> None:
        """Share the cores among the processes: a stack with large products gets several only if they are free."""
        share = max(1, cores() // self.processes(planned))
        for each in planned:
            for stack in each.stacks:
                stack.threads = min(stack.threads, share)


@contextmanager
def refusing(jobs: Group, refused: list[Refusal]) -> Iterator[None]:
    """Refuse the jobs of a group where anything fails within."""
    try:
        yield
    except Exception as error:
        refused += [Refusal(member, error) for member in jobs.members]


def free_memory(name: str) -> int | None:
    """Bytes that stacks on a device may take; None where the system does not tell."""
    if name.startswith("cuda"):
        import torch

        return int(OF_FREE_MEMORY * torch.cuda.mem_get_info(name)[0])
    free = device.free_memory()
    return None if free is None else int(OF_FREE_MEMORY * free)
