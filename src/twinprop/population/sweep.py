"""The jobs of a sweep from plan to end: grouped, trained side by side, and told about."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twinprop.config.compared import identity
from twinprop.config.schema import flatten
from twinprop.errors import OutputError, explain, first_line
from twinprop.population.cluster import Cluster
from twinprop.population.compare import chosen, remarks
from twinprop.population.display import SweepDisplay, halving_line, plan_lines
from twinprop.population.engine import Engine
from twinprop.population.grouping import Group
from twinprop.population.halving import Halving, Rungs
from twinprop.population.planner import PlannedGroup, Planner, Refusal
from twinprop.population.pool import Pool
from twinprop.population.rehearsal import expected_seconds
from twinprop.population.restart import record_plan, stacks_to_go_on
from twinprop.population.setups import SetupCache
from twinprop.population.sharing import Sharing
from twinprop.population.stack import Judge, Member
from twinprop.population.worker import Message
from twinprop.run import matching
from twinprop.run.checkpoints import FOLDER, read_checkpoint
from twinprop.run.console import console, errors
from twinprop.run.directory import ENDED, summary_of, write_summary
from twinprop.run.environment import environment
from twinprop.run.showing import only_shows
from twinprop.text import ranges
from twinprop.training.interrupt import Interrupt


@dataclass
class Sweep:
    """Trains jobs as a few stacks.

    Attributes:
        max_members: networks in a stack, at most; None leaves it to the machine.
        workers: processes that train on the CPU; None is one for each core.
        engine: where stacks train; None is this machine.
        directory: the sweep's own.
        goes_on: whether it was begun before.
        ended: of such a sweep, the numbers of jobs that have ended.
        force: go on from checkpoints of something else.
        halving: at which rungs networks are dropped; None drops none so.
        judges: who else may drop some.
        summaries: what became of each job, by its number.
        alike: jobs that failed as another did before, by what there is to say of them.
        sharing: keeps once what is the same in summaries.
    """

    max_members: int | None = None
    workers: int | None = None
    engine: Engine | None = None
    directory: Path = Path()
    goes_on: bool = False
    ended: frozenset[int] = frozenset()
    force: bool = False
    halving: Halving | None = None
    judges: tuple[Judge, ...] = ()
    summaries: dict[int, dict[str, Any]] = field(default_factory=dict)
    alike: dict[str, list[int]] = field(default_factory=dict)
    sharing: Sharing = field(default_factory=Sharing)

    def train(self, members: Sequence[Member]) -> None:
        """Train the jobs; whatever becomes of one, it has a summary.

        Raises:
            TwinpropError: the sweep cannot go on, for something no longer matches.
        """
        setups = SetupCache()
        rungs = () if self.halving is None else (Rungs(self.halving, self.directory.absolute()),)
        judges = (*rungs, *self.judges)
        planner = Planner(self.max_members, self.workers, self.engine, setups, bool(judges))
        with Interrupt() as interrupt:
            self.tell_repeats(members)
            resumed = self.resumed(planner, members) if self.goes_on else []
            again = {member.number for each in resumed for stack in each.stacks for member in stack.training}
            groups, refused = planner.groups([each for each in members if each.number not in self.ended | again])
            planned, more_refused = planner.plan(groups)
            self.refuse([*refused, *more_refused])
            for stack in (stack for each in planned for stack in each.stacks):
                stack.checkpoints, stack.begun = (self.directory / FOLDER).absolute(), self.goes_on
            jobs = [member for member in members if member.claimed]
            record_plan(self.directory, jobs, [stack for each in planned for stack in each.stacks])
            planned = resumed + planned
            processes = planner.processes(planned)
            expected = self.tell_plan(planner, planned, processes, interrupt) if planned else None
            stacks = [stack for each in planned for stack in each.stacks]
            for stack in stacks:
                stack.judges = judges
            self.display = SweepDisplay(stacks, len(members), expected, self.halving)
            self.folders = {member.number: str(member.path) for member in members}
            with self.display():
                self.run(planned, processes, setups, interrupt)
            for what, numbers in self.alike.items():
                if numbers:
                    errors.print(f"{'Job' if len(numbers) == 1 else 'Jobs'} {ranges(numbers)} {what}")

    def resumed(self, planner: Planner, members: Sequence[Member]) -> list[PlannedGroup]:
        """The stacks of a sweep that was begun before, each a group by itself.

        Raises:
            TwinpropError: something no longer matches.
        """
        by_number, found = {member.number: member for member in members}, []
        for stack in stacks_to_go_on(self.directory.absolute(), by_number, self.ended):
            config = stack.members[0].config
            try:
                setup = planner.setup(config)
                stack.cost = planner.cost(config) * len(stack.members)
                on_cpu = planner.on_cpu(setup, config)
            except Exception:
                continue  # which is told of the jobs as it is of any other
            if stack.start is not None:
                configs = [member.config for member in stack.members]
                now = matching.about(setup, configs, environment(setup.device, stack.threads))
                matching.check_match(read_checkpoint(stack.start), now, self.force)
            found.append(PlannedGroup(Group(stack.training), [stack], on_cpu))
        return found

    def run(self, planned: Sequence[PlannedGroup], processes: int, setups: SetupCache, interrupt: Interrupt) -> None:
        """Train the stacks: those on the CPU side by side, then those on a GPU, one after the other."""
        told = (self.on_message, self.on_loss, interrupt)
        if self.engine is not None:
            stacks = [stack for each in planned for stack in each.stacks]
            Cluster(setups, self.engine.most, *told, self.engine, self.directory).run(stacks)
            return
        for on_cpu in (True, False):
            stacks = [stack for each in planned if each.on_cpu == on_cpu for stack in each.stacks]
            Pool(setups, processes if on_cpu else None, *told).run(stacks)

    def tell_repeats(self, members: Sequence[Member]) -> None:
        """Tell of keys that change nothing, and of jobs that only repeat others, before time is spent on them."""
        with only_shows("what jobs repeat", self.directory):
            flat = [flatten(member.config) for member in members]
            identities, numbers = [*map(identity, flat)], [member.number for member in members]
            for line in remarks(flat, chosen(flat), identities, [{}] * len(flat), numbers):
                console.print(line)

    def tell_plan(
        self, planner: Planner, planned: Sequence[PlannedGroup], processes: int, interrupt: Interrupt
    ) -> float | None:
        """Tell what trains together, and how long it should take: that in seconds, None where nobody knows."""
        expected = None
        with only_shows("the plan of the sweep", self.directory):
            if self.engine is None:  # how fast other machines are, and when they are free, shows in training
                with only_shows("the expected time", self.directory):
                    expected = expected_seconds(planned, processes, planner.setups, interrupt, self.halving)
            for line in plan_lines(planner, planned, expected):
                console.print(line)
            if self.halving is not None:
                console.print(halving_line(self.halving, planner, planned))
        return expected

    def refuse(self, refused: Sequence[tuple[Member, str] | Refusal]) -> None:
        """End jobs that cannot be trained; what is wrong with several of them is told once.

        Args:
            refused: each with what is wrong: a message, or an error. One that nobody foresaw leaves its traceback in
                the log of the job.
        """
        same: dict[str, list[int]] = {}
        for member, wrong in refused:
            message = wrong if isinstance(wrong, str) else explain(wrong)
            trace = ""
            if message is None:
                assert isinstance(wrong, Exception)
                trace = "".join(["\n", *traceback.format_exception(wrong)]).rstrip()
                message = f"{first_line(wrong)}; the traceback is in its train.log."
            self.end(member, {"status": "failed", "reason": message.splitlines()[0]})
            with suppress(OSError):  # where even the log cannot be written, the console tells
                member.log(f"Job {member.number} failed. {message}{trace}")
            same.setdefault(message, []).append(member.number)
        for message, numbers in same.items():
            errors.print(f"{'Job' if len(numbers) == 1 else 'Jobs'} {ranges(numbers)} failed. {message}")

    def on_message(self, message: Message) -> None:
        """Take a message from a worker."""
        kind, number, *more = message
        if kind == "progress":
            self.display.trained(number, more[0])
        if kind == "done":
            self.display.finished(number)
        if kind == "ended":
            self.summaries[number] = self.sharing(more[0])
            self.print_failure(number, self.summaries[number])
        self.display.update(len(self.summaries))

    def on_loss(self, member: Member, summary: dict[str, Any]) -> None:
        """Note the end of a job that can tell nothing itself."""
        self.end(member, summary)
        self.print_failure(member.number, summary)

    def end(self, member: Member, summary: dict[str, Any]) -> None:
        """Note the end of a job that never trained, or whose process is gone, and leave its summary."""
        if member.claimed and summary_of(member.path).get("status") not in ENDED:
            try:
                write_summary(member.path, summary)
            except OutputError as error:
                errors.print(str(error))
        self.summaries[member.number] = summary

    def print_failure(self, number: int, summary: dict[str, Any]) -> None:
        """Tell at once what did not go as it should; of further jobs to which the same happens, at the end."""
        message = summary.pop("message", summary.get("reason", ""))
        if summary["status"] == "failed":
            what = f"failed. {message}".replace(self.folders[number], "DIR")
            if what in self.alike:
                self.alike[what].append(number)
            else:
                self.alike[what] = []
                errors.print(f"Job {number} failed. {message}")
        elif summary["status"] == "diverged":
            errors.print(f"Job {number} diverged: {message}.")
