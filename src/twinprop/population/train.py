"""One stack of networks from start to end, each with a directory of its own, as if it had been trained alone."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from threading import Lock
from typing import Any

from twinprop.errors import TwinpropError, explain
from twinprop.population.restart import Superseded, check_attempt
from twinprop.population.setups import SetupCache
from twinprop.population.stack import Member, Stack
from twinprop.run import matching
from twinprop.run.checkpoints import CheckpointFolder, read_checkpoint
from twinprop.run.console import Display
from twinprop.run.describe import describe_run
from twinprop.run.device import use_threads
from twinprop.run.directory import RunDirectory, discard
from twinprop.run.environment import environment
from twinprop.run.initial import begin
from twinprop.run.pace import SHOWN, Pace
from twinprop.run.recorder import RunRecorder, record_failure
from twinprop.run.setup import Setup
from twinprop.task import Predicted
from twinprop.training.interrupt import Interrupt
from twinprop.training.learner import Learner
from twinprop.training.loop import Weights, train
from twinprop.training.monitor import Monitor, Row
from twinprop.training.plan import Plan
from twinprop.training.position import Position

OnEnd = Callable[[Member, dict[str, Any]], object]
"""Told that a member has ended, with its summary."""


class MemberRecorder:
    """A run's recorder in a stack. What fails here, on a full disk say, stops this member and no other."""

    def __init__(self, stack: Stack, member: Member, monitor: Monitor, directory: RunDirectory, on_end: OnEnd) -> None:
        self.stack, self.member, self.monitor = stack, member, monitor
        self.directory, self.on_end = directory, on_end
        self.recorder: RunRecorder | None = None

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Let a member fail by itself, in directories that are still this attempt's."""
        check_attempt(self.stack)
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

    def evaluated(self, row: Row, learner: Learner, member: int) -> dict[str, Any]:
        with self.guarded():
            assert self.recorder is not None
            return self.recorder.evaluated(row, learner, member)
        return {}

    def checkpoint(self, name: str, position: Position) -> None:
        if not self.failed:
            with self.guarded():
                assert self.recorder is not None
                self.recorder.checkpoint(name, position)

    def finished(self, monitor: Monitor, weights: Weights, predicted: Predicted | None) -> None:
        if not self.failed:
            with self.guarded():
                assert self.recorder is not None
                self.recorder.finished(monitor, weights, predicted)
                self.member.log(describe_run(self.recorder, monitor, self.recorder.dataset))
                self.on_end(self.member, self.recorder.summary)


class EndedRecorder:
    """Of a member that has ended before, and trains along for the shapes of the stack alone: records nothing."""

    def __init__(self, member: Member, monitor: Monitor) -> None:
        self.member, self.monitor = member, monitor

    def fail(self, error: BaseException) -> None:
        self.monitor.stop("failed", str(error))

    def evaluated(self, row: Row, learner: Learner, member: int) -> dict[str, Any]:
        return {}

    def checkpoint(self, name: str, position: Position) -> None:
        pass

    def finished(self, monitor: Monitor, weights: Weights, predicted: Predicted | None) -> None:
        pass


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
    use_threads(stack.threads, stack.members[0].config.model.backend)
    one_by_one = Lock()

    def ended(member: Member, summary: dict[str, Any]) -> None:
        with one_by_one:
            on_end(member, summary)

    setup = setups.get(stack.members[0].config)
    plan = setup.plan(stack.members[0].config)
    env = environment(setup.device, stack.threads)
    position = position_of(stack)
    initialised = any(member.config.init_from is not None for member in stack.members)
    monitors: list[Monitor] = []
    recorders: list[MemberRecorder | EndedRecorder] = []
    for place, member in enumerate(stack.members):
        monitor = Monitor(member.config.seed, member.config.train, setup.dataset.task, member.config.metric)
        if position is not None:
            monitor.load_state(position.monitors[place])
        recorder: MemberRecorder | EndedRecorder
        if member.number in stack.ended:
            recorder = EndedRecorder(member, monitor)
        else:
            try:
                recorder = open_recorder(stack, member, monitor, position is not None, setup, plan, env, ended)
                if position is None and initialised:
                    with recorder.guarded():
                        begin(monitor, setup, member.config, plan, member.log)
            except TwinpropError as error:
                ended(member, {"status": "failed", "reason": str(error), "message": str(error)})
                if position is None:
                    continue
                recorder = EndedRecorder(member, monitor)
        if monitor.status != "failed" or position is not None:
            monitors.append(monitor)
            recorders.append(recorder)
    if not any(isinstance(own, MemberRecorder) for own in recorders):
        return
    configs = [own.member.config for own in recorders]
    numbers = [own.member.number for own in recorders]
    kept = None
    if stack.checkpoints is not None:
        every = [seconds for config in configs if (seconds := config.train.checkpoint_seconds) is not None]
        about = partial(matching.about, setup, configs, env)
        kept = CheckpointFolder(stack.checkpoints, numbers, about, min(every, default=None))
    try:
        train(
            lambda places: setup.learner([configs[place] for place in places], plan),
            setup.splits,
            monitors,
            recorders,
            plan,
            progress,
            interrupt,
            kept,
            position,
            partial(judge, stack, {id(own.monitor): own.member for own in recorders}),
        )
    except Superseded:
        raise
    except BaseException as error:
        for own in recorders:
            if own.monitor.running:
                own.fail(error)
        if not isinstance(error, Exception):
            raise


def judge(stack: Stack, members: Mapping[int, Member], monitors: Sequence[Monitor]) -> None:
    """Ask a stack's judges which of its members are worth going on with; `members` are by the ids of their monitors."""
    for each in stack.judges:
        check_attempt(stack)
        each([(members[id(monitor)], monitor) for monitor in monitors])


def position_of(stack: Stack) -> Position | None:
    """Where a stack goes on from: a checkpoint of all its members, or of more."""
    if stack.start is None:
        return None
    checkpoint = read_checkpoint(stack.start)
    places = [checkpoint.members.index(member.number) for member in stack.members]
    whole = places == list(range(len(checkpoint.members)))
    return checkpoint.position if whole else checkpoint.position.part(places)


def open_recorder(
    stack: Stack,
    member: Member,
    monitor: Monitor,
    goes_on: bool,
    setup: Setup,
    plan: Plan,
    env: dict[str, Any],
    on_end: OnEnd,
) -> MemberRecorder:
    """The recorder of a member, in its directory.

    Raises:
        OutputError: the directory is another run's, or cannot be written.
    """
    if stack.begun and not goes_on:
        discard(member.path)
    directory = RunDirectory(member.path, monitor.rows if goes_on else None)
    own = MemberRecorder(stack, member, monitor, directory, on_end)
    with own.guarded():
        display = Display(plan.total_steps, member.log, setup.dataset.task)
        about = partial(matching.about, setup, [member.config], env)
        pace = Pace(SHOWN / len(stack.members))
        own.recorder = RunRecorder(directory, member.config, setup.dataset, display, plan, env, about, monitor, pace)
    return own
