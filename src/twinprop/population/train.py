"""One stack of networks from start to end, each with a directory of its own, as if it had been trained alone."""

from __future__ import annotations

import shutil
import traceback
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import psutil

from twinprop.config.schema import Config
from twinprop.errors import TwinpropError, explain
from twinprop.population.plan import Member, Stack, where
from twinprop.run.console import Display
from twinprop.run.describe import describe_run
from twinprop.run.device import use_threads
from twinprop.run.directory import RunDirectory
from twinprop.run.environment import environment
from twinprop.run.recorder import RunRecorder, record_failure
from twinprop.run.setup import Setup
from twinprop.training.interrupt import Interrupt
from twinprop.training.learner import Learner
from twinprop.training.loop import train
from twinprop.training.monitor import Monitor, Row

REHEARSAL, MOST_REHEARSED = 0.03, 30
"""Seconds and updates after which a rehearsal knows how fast a stack is."""

LEFT_FREE = 0.2
"""The share of the machine's memory that samples leave: where less is free, those that were used longest ago go."""

Ended = Callable[[Member, dict[str, Any]], None]
"""Told that a member has ended, with its summary."""


class MemberRecorder:
    """A run's recorder in a stack. What fails here, on a full disk say, stops this member and no other."""

    def __init__(self, member: Member, monitor: Monitor, directory: RunDirectory, ended: Ended) -> None:
        self.member, self.monitor, self.directory, self.ended = member, monitor, directory, ended
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
        self.ended(self.member, {**summary, "message": text or f"{type(error).__name__}: {error}"})

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
                self.ended(self.member, self.recorder.summary)


class Settings:
    """The samples of a sweep by what they are; a process that lacks some loads them, in place of others if need be."""

    def __init__(self) -> None:
        self.loaded: dict[Hashable, Setup | TwinpropError] = {}

    def of(self, config: Config) -> Setup:
        """The samples that a job trains on.

        Raises:
            TwinpropError: they cannot be loaded.
        """
        key = where(config)
        if key in self.loaded:
            self.loaded[key] = self.loaded.pop(key)  # the last used is the last to go
        else:
            self.make_room()
            try:
                self.loaded[key] = Setup(config)
            except TwinpropError as error:
                self.loaded[key] = error
        found = self.loaded[key]
        if isinstance(found, TwinpropError):
            raise found
        return found

    def make_room(self) -> None:
        """Let samples go that were used longest ago, as long as memory is short."""
        while self.loaded and (memory := psutil.virtual_memory()).available < LEFT_FREE * memory.total:
            del self.loaded[next(iter(self.loaded))]

    def __getstate__(self) -> dict[str, Any]:
        return {"loaded": {}}


def discard(member: Member) -> None:
    """Remove what an attempt to train a member left, so that it can be trained from the start."""
    for pattern in ("metrics.csv", "summary.json", "model.pt", "events.out.tfevents.*"):
        for path in member.path.glob(pattern):
            path.unlink()
    shutil.rmtree(member.path / "checkpoints", ignore_errors=True)


def train_stack(
    stack: Stack, settings: Settings, interrupt: Interrupt, progress: Callable[[int], None], ended: Ended
) -> None:
    """Train members that can be stacked, and write everything about each into its directory.

    Args:
        stack: jobs of one group.
        settings: where their samples are.
        interrupt: what a signal sets.
        progress: called with the number of steps done.
        ended: told of each member that has ended, whatever became of it.
    """
    use_threads(stack.threads)
    setting = settings.of(stack.members[0].config)
    plan = setting.plan(stack.members[0].config)
    about = environment(setting.device, stack.threads)
    monitors, recorders = [], []
    for member in stack.members:
        try:
            directory = RunDirectory(member.path)
        except TwinpropError as error:
            ended(member, {"status": "failed", "reason": str(error), "message": str(error)})
            continue
        own = MemberRecorder(member, Monitor(member.config.seed, member.config.train), directory, ended)
        with own.guarded():
            display = Display(plan.total_steps, member.log)
            own.recorder = RunRecorder(directory, member.config, setting.dataset, display, plan, about)
            monitors.append(own.monitor)
            recorders.append(own)
    if not monitors:
        return
    try:
        train(
            lambda places: setting.learner([recorders[place].member.config for place in places], plan),
            setting.splits,
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


def rehearse(stack: Stack, settings: Settings) -> float | None:
    """Seconds that a stack will take, from a few updates and one evaluation that leave nothing behind.

    None where they fail: training will meet the same, and tell.
    """
    try:
        with np.errstate(all="ignore"):
            return rehearsed(stack, settings)
    except Exception as error:
        if explain(error) is None and not isinstance(error, ArithmeticError):
            raise
        return None


def rehearsed(stack: Stack, settings: Settings) -> float:
    """`rehearse`, where nothing fails."""
    use_threads(stack.threads)
    config = stack.members[0].config
    setting = settings.of(config)
    plan = setting.plan(config)
    learner = setting.learner([member.config for member in stack.members], plan)
    seeds = [member.config.seed for member in stack.members]
    samples, val, test = setting.splits
    times: list[float] = []
    for x, y in islice(samples.epoch(seeds, 0, config.train.samples, config.train.drop_last), MOST_REHEARSED):
        start = perf_counter()
        learner.step(x, y)
        learner.synchronize()
        times.append(perf_counter() - start)
        if sum(times) > REHEARSAL:
            break
    start = perf_counter()
    x, y = next(test.chunks(learner.evaluation_batch))
    learner.fetch([learner.evaluate(x, y)[0]])
    evaluation = (perf_counter() - start) * (len(val) + len(test)) / y.shape[-1]
    return float(median(times) * plan.total_steps + evaluation * -(-plan.epochs // config.train.eval_every))
