"""One stack of networks from start to end, each with a directory of its own, as if it had been trained alone."""

from __future__ import annotations

import shutil
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from twinprop.errors import TwinpropError, explain
from twinprop.population.setups import SetupCache
from twinprop.population.stack import Member, Stack
from twinprop.run.console import Display
from twinprop.run.describe import describe_run
from twinprop.run.device import use_threads
from twinprop.run.directory import RunDirectory
from twinprop.run.environment import environment
from twinprop.run.recorder import RunRecorder, record_failure
from twinprop.training.interrupt import Interrupt
from twinprop.training.learner import Learner
from twinprop.training.loop import train
from twinprop.training.monitor import Monitor, Row

OnEnd = Callable[[Member, dict[str, Any]], None]
"""Told that a member has ended, with its summary."""


class MemberRecorder:
    """A run's recorder in a stack. What fails here, on a full disk say, stops this member and no other."""

    def __init__(self, member: Member, monitor: Monitor, directory: RunDirectory, on_end: OnEnd) -> None:
        self.member, self.monitor, self.directory, self.on_end = member, monitor, directory, on_end
        self.recorder: RunRecorder | None = None

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Do nothing for a member that failed, and let one fail by itself."""
        try:
            yield
        except Exception as error:
            self.fail(error)

    def fail(self, error: BaseException) -> None:
        """End this member with the reason, and leave what can be left."""
        text = explain(error)
        with suppress(OSError):  # a full disk takes no more lines; the console has the reason too
            self.member.log(text or "".join(traceback.format_exception(error)))
        summary = record_failure(self.monitor, self.directory, self.recorder, error)
        self.on_end(self.member, {**summary, "message": text or f"{type(error).__name__}: {error}"})

    @property
    def failed(self) -> bool:
        return self.monitor.status == "failed"

    def evaluated(self, row: Row, learner: Learner, member: int) -> None:
        with self.guarded():
            assert self.recorder is not None
            self.recorder.evaluated(row, learner, member)

    def checkpoint(self, name: str, state: dict[str, Any]) -> None:
        if not self.failed:
            with self.guarded():
                assert self.recorder is not None
                self.recorder.checkpoint(name, state)

    def finished(self, monitor: Monitor, parameters: dict[str, Any], predicted: Any) -> None:
        if not self.failed:
            with self.guarded():
                assert self.recorder is not None
                self.recorder.finished(monitor, parameters, predicted)
                self.member.log(describe_run(self.recorder, monitor, self.recorder.dataset))
                self.on_end(self.member, self.recorder.summary)


def discard(member: Member) -> None:
    """Remove what an attempt to train a member left, so that it can be trained from the start."""
    for pattern in ("metrics.csv", "summary.json", "model.pt", "events.out.tfevents.*"):
        for path in member.path.glob(pattern):
            path.unlink()
    shutil.rmtree(member.path / "checkpoints", ignore_errors=True)


def train_stack(
    stack: Stack, setups: SetupCache, interrupt: Interrupt, progress: Callable[[int], None], on_end: OnEnd
) -> None:
    """Train members that can be stacked, and write everything about each into its directory.

    Args:
        stack: jobs of one group.
        setups: where their samples are.
        interrupt: what a signal sets.
        progress: called with the number of steps done.
        on_end: told of each member that has ended, whatever became of it.
    """
    use_threads(stack.threads)
    setup = setups.get(stack.members[0].config)
    plan = setup.plan(stack.members[0].config)
    about = environment(setup.device, stack.threads)
    monitors, recorders = [], []
    for member in stack.members:
        try:
            directory = RunDirectory(member.path)
        except TwinpropError as error:
            on_end(member, {"status": "failed", "reason": str(error), "message": str(error)})
            continue
        own = MemberRecorder(member, Monitor(member.config.seed, member.config.train), directory, on_end)
        with own.guarded():
            display = Display(plan.total_steps, member.log)
            own.recorder = RunRecorder(directory, member.config, setup.dataset, display, plan, about)
            monitors.append(own.monitor)
            recorders.append(own)
    if not monitors:
        return
    try:
        train(
            lambda numbers: setup.learner([recorders[number].member.config for number in numbers], plan),
            setup.splits,
            monitors,
            recorders,
            plan,
            progress,
            interrupt,
        )
    except BaseException as error:
        for own in recorders:
            if own.monitor.running:
                own.fail(error)
        if not isinstance(error, Exception):
            raise
