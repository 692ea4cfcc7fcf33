"""What a person sees of a sweep: its plan, and how far it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic

from rich.progress import Progress

from twinprop.population.halving import Halving
from twinprop.population.planner import PlannedGroup, Planner
from twinprop.population.rehearsal import MOST_GROUPS
from twinprop.population.stack import Stack
from twinprop.run.console import console, progress_bar
from twinprop.run.describe import describe_network
from twinprop.run.notebook_bar import NotebookBar
from twinprop.run.showing import only_shows
from twinprop.text import duration, plural, ranges

SECONDS_BETWEEN_LINES = 10.0

KNOWN, WRONG = 0.1, 2.0
"""The share of the work after which its own pace says more than a forecast, and by what factor that must be wrong."""


def plan_lines(planner: Planner, planned: Sequence[PlannedGroup], expected: float | None) -> Iterator[str]:
    """What will be trained together, what alone and why, and how long it should take.

    Args:
        planner: of the sweep.
        planned: what it planned, a group at least.
        expected: seconds; None where nobody knows.
    """
    jobs = sum(len(each.group.members) for each in planned)
    stacks = sum(len(each.stacks) for each in planned)
    processes = planner.processes(planned)
    where = f"{processes} processes" if processes > 1 else "one process"
    if planner.engine is not None:
        most = planner.engine.at_once
        many = "as many at once as it has room for" if most is None else f"{min(most, stacks)} at once"
        where = f"{planner.engine.name}, {many}"
    guess = ""
    if expected is not None and len(planned) > MOST_GROUPS:
        guess = f", a rough guess, for {MOST_GROUPS} of the groups were tried"
    yield (
        f"{plural(jobs, 'job')} in {plural(len(planned), 'group')}, {plural(stacks, 'stack')}, on {where}; "
        f"expected to take {duration(expected)}{guess}"
    )
    for each in planned:
        members, config = each.group.members, each.group.config
        sizes = sorted({len(stack.members) for stack in each.stacks})
        size = f"{sizes[0]} to {sizes[-1]}" if len(sizes) > 1 else str(sizes[0])
        network = describe_network(config, planner.setup(config).dataset)
        own = f" {config.model.activation}"
        if network.endswith(own) and len({member.config.model.activation for member in members}) > 1:
            network = f"{network.removesuffix(own)} several activations"
        what = f"{network}, batch {config.train.batch_size}, {config.model.backend}"
        how = f"{len(each.stacks)} stacks of {size}" if len(each.stacks) > 1 else "one stack"
        if each.group.reason:
            how = f"alone: {each.group.reason}"
        yield f"  {len(members):>5} × {what}, {config.data.name}: {how}"


def halving_line(halving: Halving, planner: Planner, planned: Sequence[PlannedGroup]) -> str:
    """Where networks are dropped, and what that should save."""
    configs = [each.group.config for each in planned]
    epochs = max(planner.setup(config).plan(config).epochs for config in configs)
    rungs = halving.rungs(epochs)
    if not rungs:
        return "  halving: no rung comes before the end of the training"
    return (
        f"  halving: of those so far the best {halving.keep:g} go on after epoch{'s' * (len(rungs) > 1)} "
        f"{ranges(rungs)}, which leaves some {halving.work(epochs) / epochs:.0%} of the training"
    )


class SweepDisplay:
    """How far a sweep is: a progress bar on a terminal, a line now and then elsewhere.

    Args:
        stacks: what it trains.
        jobs: how many it has, with those that are not trained.
        expected: seconds that were foretold; None where nobody knows.
        halving: at which rungs networks are dropped, if at any.

    Attributes:
        done: what of its cost each stack has done, by its number.
    """

    def __init__(
        self, stacks: Sequence[Stack], jobs: int, expected: float | None = None, halving: Halving | None = None
    ) -> None:
        self.stacks, self.jobs = {stack.number: stack for stack in stacks}, jobs
        self.total = sum(stack.cost for stack in stacks) or 1.0
        self.done: dict[int, float] = {}
        self.expected, self.halving = expected, halving
        self.begun, self.first = 0.0, 0.0
        self.last_line = monotonic()
        self.bar: Progress | NotebookBar | None = None

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with progress_bar(self.total) as (self.bar, self.task):
            yield
        self.bar = None

    def trained(self, number: int, steps: int) -> None:
        """Note the updates that a stack has done; halves of a stack that was lost count when they are done."""
        stack = self.stacks.get(number)
        self.done[number] = stack.cost * self.share(stack, steps / stack.steps) if stack else 0.0

    def share(self, stack: Stack, done: float) -> float:
        """The share of its work that a stack has done, of whose updates a share is over."""
        train = stack.members[0].config.train
        return done if self.halving is None or train.steps else self.halving.share(done, train.epochs)

    def finished(self, number: int) -> None:
        """Note that a stack is done."""
        stack = self.stacks.get(number)
        self.done[number] = stack.cost if stack else 0.0

    def update(self, ended: int) -> None:
        """Show it; `ended` is how many jobs have."""
        with only_shows("the progress of the sweep"):
            self.show(ended)

    def show(self, ended: int) -> None:
        done, jobs = sum(self.done.values()), f"{ended} of {self.jobs} jobs"
        self.correct(done)
        if done and not self.begun:  # how long jobs wait elsewhere says nothing of how long they train
            self.begun, self.first = monotonic(), done
        if self.bar is not None:
            self.bar.update(self.task, completed=done, description=jobs)
        elif self.begun and done > self.first and (now := monotonic()) - self.last_line > SECONDS_BETWEEN_LINES:
            self.last_line = now
            left = (now - self.begun) * (self.total - done) / (done - self.first)
            console.print(f"{jobs} done, {100 * done / self.total:.0f} %, about {duration(left)} left")

    def correct(self, done: float) -> None:
        """Say once what the sweep will take where that is far from what was foretold."""
        if self.expected is None or not self.begun or done < self.first + KNOWN * self.total:
            return
        likely = (monotonic() - self.begun) * self.total / (done - self.first)
        if likely > SECONDS_BETWEEN_LINES and not self.expected / WRONG < likely < self.expected * WRONG:
            console.print(f"at this pace it takes {duration(likely)} in all, not {duration(self.expected)}")
        self.expected = None
