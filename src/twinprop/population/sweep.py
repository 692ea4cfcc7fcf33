"""The jobs of a sweep from plan to end: grouped, trained side by side, and told about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from math import ceil
from pathlib import Path
from time import monotonic
from typing import Any

import psutil
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from twinprop.config import registry
from twinprop.config.schema import Config
from twinprop.data.batches import EVALUATION_BATCH
from twinprop.errors import OutputError, explain
from twinprop.learners import BACKENDS
from twinprop.learners.footprint import Footprint, footprint
from twinprop.population.engines import Cluster, Engine
from twinprop.population.plan import CACHE, OF_FREE_MEMORY, Group, Member, Stack, bytes_of, cut, group, signature
from twinprop.population.pool import Message, Pool, apart
from twinprop.population.train import Settings, rehearse
from twinprop.run.console import console, errors
from twinprop.run.describe import describe_network
from twinprop.run.device import cores, threads_for
from twinprop.run.directory import write_summary
from twinprop.run.setup import Setup
from twinprop.text import duration, plural, ranges
from twinprop.training.interrupt import Interrupt

SECONDS_BETWEEN_LINES = 10.0
REHEARSED = 8
"""Groups of which a stack is rehearsed to foretell the time; the time of others follows from their cost."""


@dataclass
class Sweep:
    """Trains jobs as a few stacks.

    Attributes:
        max_members: networks in a stack, at most; None leaves it to the machine.
        workers: processes that train on the CPU; None is one for each core.
        engine: where stacks train; None is this machine.
        directory: the sweep's own.
        summaries: what became of each job, by its number.
    """

    max_members: int | None = None
    workers: int | None = None
    engine: Engine | None = None
    directory: Path = Path()
    summaries: dict[int, dict[str, Any]] = field(default_factory=dict)

    def train(self, members: Sequence[Member]) -> None:
        """Train the jobs; whatever becomes of one, it has a summary."""
        self.members = {member.number: member for member in members}
        self.settings = Settings()
        with Interrupt() as self.interrupt:
            groups = self.groups(members)
            costs = [self.cost(each.config) * len(each.members) for each in groups]
            self.planned = [self.stacks(each, cost / sum(costs)) for each, cost in zip(groups, costs, strict=True)]
            self.use_cores()
            self.show_plan()
            with self.display():
                self.run()

    def run(self) -> None:
        """Train the stacks."""
        told = (self.listen, self.lost, self.interrupt)
        if self.engine is not None:
            every = [stack for _, some, _ in self.planned for stack in some]
            slots = None if self.engine.queues else self.engine.at_once
            Cluster(self.settings, slots, *told, self.engine, self.directory).run(every)
            return
        for on_cpu in (True, False):
            stacks = [stack for _, some, here in self.planned if here == on_cpu for stack in some]
            Pool(self.settings, self.processes() if on_cpu else None, *told).run(stacks)

    def setting(self, config: Config) -> Setup:
        """The samples that a job trains on; those of jobs that train elsewhere are only looked at, on the CPU."""
        return self.settings.of(config if self.engine is None else replace(config, device="cpu"))

    def groups(self, members: Sequence[Member]) -> list[Group]:
        """The groups of jobs that can be trained; what is wrong with others is told, and they have ended."""
        keys, refused = {}, []
        for member in members:
            try:
                setting = self.setting(member.config)
                setting.plan(member.config)
                keys[member.number] = signature(member.config, setting.dataset.shape, len(setting.dataset.classes))
            except Exception as error:
                message = explain(error)
                if message is None:
                    raise
                refused.append((member, message))
        self.refuse(refused)
        able = [member for member in members if member.number in keys]
        return group(able, lambda member: keys[member.number], self.alone)

    def refuse(self, refused: Sequence[tuple[Member, str]]) -> None:
        """End jobs that cannot be trained; what is wrong with several of them is told once."""
        same: dict[str, list[int]] = {}
        for member, message in refused:
            self.ended(member, {"status": "failed", "reason": message.splitlines()[0]})
            with suppress(OSError):  # where even the log cannot be written, the console tells
                member.log(f"Job {member.number} failed. {message}")
            same.setdefault(message, []).append(member.number)
        for message, numbers in same.items():
            errors.print(f"{'Job' if len(numbers) == 1 else 'Jobs'} {ranges(numbers)} failed. {message}", markup=False)

    def alone(self, member: Member) -> str:
        """Why a job can share a stack with no other; empty where it can."""
        if self.setting(member.config).dataset.train.x is None:
            return "its samples are read from files as they are needed"
        return ""

    def need(self, config: Config) -> tuple[Footprint, int]:
        """What a network takes for a sample, and the samples of a batch."""
        dataset = self.setting(config).dataset
        batch = config.train.samples_of(len(dataset.train))
        return footprint(config.model.layers(dataset.shape, len(dataset.classes)), dataset.shape), batch

    def cost(self, config: Config) -> float:
        """What training one network takes, relative to others."""
        need, batch = self.need(config)
        steps = self.setting(config).plan(config).total_steps
        return steps * (3.0 * batch * need.multiply_adds + 10.0 * need.parameters)

    def stacks(self, members: Group, share: float) -> tuple[Group, list[Stack], bool]:
        """A group, cut into stacks that fit the memory, and whether they train on the CPU.

        `share` is what its training takes of that of all groups.
        """
        config = members.config
        setting = self.setting(config)
        dataset, steps = setting.dataset, setting.plan(config).total_steps
        need, batch = self.need(config)
        on_cpu = setting.device == "cpu" if self.engine is None else self.engine.on_cpu(config.device)
        at_once = self.workers or cores() if on_cpu else 1
        if self.engine is not None:
            at_once = self.engine.at_once or 1
        most = len(members.members)
        if on_cpu:
            most = max(1, CACHE // bytes_of(need, config, batch))
            if most == 1 and not members.reason and self.max_members is None:
                members.reason = "one network fills a core's caches"
        if self.engine is None:
            room = free_memory(setting.device) // at_once
            most = min(
                most, max(1, room // bytes_of(need, config, max(batch, need.evaluated_at_once(EVALUATION_BATCH))))
            )
        there = None if self.engine is None else self.engine.cpus or 1
        threads = threads_for(config, dataset.shape, len(dataset.train), there)
        # twice as many as its share of the workers, so that they end together
        workers = min(at_once, ceil(2 * share * at_once))
        portions = cut(members.members, self.max_members or most, workers, apart=on_cpu)
        cost = self.cost(config)
        return members, [Stack(part, threads, steps, cost * len(part)) for part in portions], on_cpu

    def processes(self) -> int:
        """How many processes train on the CPU."""
        stacks = sum(len(some) for _, some, on_cpu in self.planned if on_cpu)
        return max(1, min(self.workers or cores(), stacks))

    def use_cores(self) -> None:
        """Share the cores among the processes: a stack with large products gets several only if they are free."""
        if self.engine is not None:
            return
        share = max(1, cores() // self.processes())
        for _, stacks, _ in self.planned:
            for stack in stacks:
                stack.threads = min(stack.threads, share)

    def show_plan(self) -> None:
        """Tell what will be trained together, what alone and why, and how long it should take."""
        count = sum(len(each.members) for each, *_ in self.planned)
        if not count:
            return
        stacks = sum(len(some) for _, some, _ in self.planned)
        where = f"{self.processes()} processes" if self.processes() > 1 else "one process"
        if self.engine is not None:
            where = f"{self.engine.name}, {min(self.engine.at_once or stacks, stacks)} at once"
        console.print(
            f"{plural(count, 'job')} in {plural(len(self.planned), 'group')}, {plural(stacks, 'stack')}, on {where}; "
            f"expected to take {duration(self.expected())}"
        )
        for each, some, _ in self.planned:
            sizes = sorted({len(stack.members) for stack in some})
            of = f"{sizes[0]} to {sizes[-1]}" if len(sizes) > 1 else str(sizes[0])
            config = each.config
            dataset = self.setting(config).dataset
            shape = describe_network(config, dataset)
            own = f" {config.model.activation}"
            if shape.endswith(own) and len({member.config.model.activation for member in each.members}) > 1:
                shape = f"{shape.removesuffix(own)} several activations"
            what = f"{shape}, batch {config.train.batch_size}, {config.model.backend}"
            how = f"{len(some)} stacks of {of}" if len(some) > 1 else "one stack"
            if each.reason:
                how = f"alone: {each.reason}"
            console.print(f"  {len(each.members):>5} × {what}, {config.data.name}: {how}")

    def expected(self) -> float | None:
        """Seconds until the end, from a rehearsal of a few updates; None where none could be held."""
        if self.engine is not None:
            return None  # how fast other machines are, and when they are free, shows in training
        for each, some, _ in self.planned:
            # imported before processes part from this one, and not in each of them
            backend = BACKENDS[each.config.model.backend]
            for alone in {len(stack.members) == 1 for stack in some}:
                registry.load(backend.learner if alone else backend.stack)
        rates: dict[int, float] = {}
        largest = sorted(self.planned, key=lambda item: -sum(stack.cost for stack in item[1]))
        for each, some, on_cpu in largest[:REHEARSED]:
            if self.interrupt.requested:
                break
            seconds = apart(rehearse, some[0], self.settings) if on_cpu else rehearse(some[0], self.settings)
            if seconds is not None:
                rates[id(each)] = seconds / some[0].cost
        if not rates:
            return None
        usual = sum(rates.values()) / len(rates)
        seconds = [stack.cost * rates.get(id(each), usual) for each, some, _ in self.planned for stack in some]
        return float(max(max(seconds), sum(seconds) / self.processes()))

    @contextmanager
    def display(self) -> Iterator[None]:
        """A progress bar on a terminal, a line now and then elsewhere."""
        every = [stack for _, some, _ in self.planned for stack in some]
        self.costs = {stack.number: stack.cost for stack in every}
        self.steps = {stack.number: stack.steps for stack in every}
        self.total = sum(stack.cost for stack in every) or 1.0
        self.done: dict[int, float] = {}
        self.bar, self.start, self.last_line = None, monotonic(), monotonic()
        if not console.is_terminal:
            yield
            return
        columns = (BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TextColumn("{task.description}"))
        with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console, transient=True) as bar:
            self.bar, self.task = bar, bar.add_task("", total=self.total)
            yield
        self.bar = None

    def listen(self, message: Message) -> None:
        """Take a message from a worker."""
        kind, number, *more = message
        if kind == "progress":
            self.done[number] = self.costs[number] * more[0] / self.steps[number] if number in self.costs else 0.0
        if kind == "done":
            self.done[number] = self.costs.get(number, 0.0)
        if kind == "ended":
            self.summaries[number] = more[0]
            self.tell(number, more[0])
        self.show_progress()

    def ended(self, member: Member, summary: dict[str, Any]) -> None:
        """Note the end of a job that never trained, or whose process is gone, and leave its summary."""
        if not (member.path / "summary.json").exists():
            try:
                write_summary(member.path, summary)
            except OutputError as error:
                errors.print(str(error), markup=False)
        self.summaries[member.number] = summary

    def lost(self, member: Member, summary: dict[str, Any]) -> None:
        """Note the end of a job that can tell nothing itself."""
        self.ended(member, summary)
        self.tell(member.number, summary)

    def tell(self, number: int, summary: dict[str, Any]) -> None:
        """Report at once what did not go as it should."""
        message = summary.pop("message", summary.get("reason", ""))
        if summary["status"] == "failed":
            errors.print(f"Job {number} failed. {message}", markup=False)
        elif summary["status"] == "diverged":
            errors.print(f"Job {number} diverged: {message}.", markup=False)

    def show_progress(self) -> None:
        done, jobs = sum(self.done.values()), f"{len(self.summaries)} of {len(self.members)} jobs"
        if self.bar is not None:
            self.bar.update(self.task, completed=done, description=jobs)
        elif (now := monotonic()) - self.last_line > SECONDS_BETWEEN_LINES:
            self.last_line = now
            left = (now - self.start) * (self.total / max(done, 1e-9) - 1)
            console.print(f"{jobs} done, {100 * done / self.total:.0f} %, about {duration(left)} left")


def free_memory(device: str) -> int:
    """Bytes of a GPU that a stack may take."""
    import torch

    if device.startswith("cuda"):
        return int(OF_FREE_MEMORY * torch.cuda.mem_get_info(device)[0])
    return int(OF_FREE_MEMORY * psutil.virtual_memory().available)
