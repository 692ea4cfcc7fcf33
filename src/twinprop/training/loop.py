"""The training loop: the only one, for both twins, and for one network or many.

Epochs are trained until an evaluation is due; then every network is evaluated, judged, recorded, and perhaps stopped.
Nothing waits for the device before: losses stay there. At an evaluation a network is no more than its state, from which
it goes on in a smaller stack, or alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from time import perf_counter
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from twinprop.data.batches import Batches
from twinprop.errors import out_of_memory
from twinprop.task import Predicted
from twinprop.training.evaluation import evaluated_rows, first_bad_step, whole
from twinprop.training.interrupt import Interrupt
from twinprop.training.learner import Learner
from twinprop.training.monitor import Monitor, Row
from twinprop.training.plan import Plan
from twinprop.training.position import Checkpoints, NoCheckpoints, Position, Tally

log = logging.getLogger("twinprop")

WORTH_DROPPING = 0.75
"""A stack is made anew when no larger share of it is still in training, or when a judge has dropped some of it."""

ENDING_AT_ONCE = 8
"""Networks of a stack whose ends are recorded at a time. What is written waits for the disk, and a file system keeps
several files in one go: measured on ext4, 14 ms a network one by one, and 0.7 by eight."""

Judge = Callable[[Sequence[Monitor]], None]
"""Takes the monitors of networks that were just evaluated, and drops some of those that are in training."""

Weights = dict[str, dict[str, NDArray[Any]]]
"""The parameters of one network by their names: the `last` ones, and the `best` where validation chose any."""


class Recorder(Protocol):
    """Where the results of one network go."""

    def evaluated(self, row: Row, learner: Learner, member: int) -> dict[str, Any]:
        """Record an evaluation; return how far that was written, for whoever goes on from here."""

    def checkpoint(self, name: str, position: Position) -> None:
        """Keep the position of this network under a name of its own."""

    def finished(self, monitor: Monitor, weights: Weights, predicted: Predicted | None) -> None:
        """Record the end: finite parameters, and what the last ones predict for the test split, if anything.

        Called for several networks of a stack at once, each in a thread of its own.
        """


def train(
    make: Callable[[Sequence[int]], Learner],
    splits: tuple[Batches, Batches, Batches],
    monitors: Sequence[Monitor],
    recorders: Sequence[Recorder],
    plan: Plan,
    progress: Callable[[int], None] = lambda steps: None,
    interrupt: Interrupt | None = None,
    checkpoints: Checkpoints | None = None,
    position: Position | None = None,
    judge: Judge = lambda monitors: None,
) -> None:
    """Train until the plan is done or every network has stopped; results are in the monitors.

    Where memory does not suffice for all networks at once, or arithmetic fails for one of them, each half goes on by
    itself from where it was, and so on down to single networks.

    Args:
        make: builds the learner of one or several networks, by their places in `monitors`.
        splits: training, validation and test samples.
        monitors: one for each network; those with a `last` state go on from it, and all from the same step.
        recorders: one for each network.
        plan: how long to train.
        progress: called with the number of steps done.
        interrupt: what a signal sets; without one, training listens for signals itself.
        checkpoints: where positions are kept; None keeps nothing.
        position: where to go on from, in place of the monitors' own.
        judge: decides after each evaluation which networks are worth going on with.
    """
    if interrupt is None:
        with Interrupt() as own:
            return train(make, splits, monitors, recorders, plan, progress, own, checkpoints, position, judge)
    checkpoints = checkpoints or NoCheckpoints()
    if position is not None:
        for monitor, state in zip(monitors, position.monitors, strict=True):
            monitor.load_state(state)
            if monitor.ended_with_the_plan and position.steps < plan.total_steps:
                monitor.stop("running", "")
    try:
        with np.errstate(all="ignore"):
            return train_together(
                make, splits, monitors, recorders, plan, progress, interrupt, checkpoints, position, judge
            )
    except Exception as error:
        # a number of one network that Python cannot compute with concerns no other
        if not (out_of_memory(error) or isinstance(error, ArithmeticError)) or len(monitors) == 1:
            raise
        log.warning(f"{type(error).__name__} with {len(monitors)} networks: each half of them goes on by itself.")
    middle = len(monitors) // 2
    for half in (range(middle), range(middle, len(monitors))):
        part, some = partial(made_from, make, half.start), slice(half.start, half.stop)
        kept = checkpoints.part(half)
        train(part, splits, monitors[some], recorders[some], plan, progress, interrupt, kept, judge=judge)
    return None


def train_together(
    make: Callable[[Sequence[int]], Learner],
    splits: tuple[Batches, Batches, Batches],
    monitors: Sequence[Monitor],
    recorders: Sequence[Recorder],
    plan: Plan,
    progress: Callable[[int], None],
    interrupt: Interrupt,
    checkpoints: Checkpoints,
    position: Position | None,
    judge: Judge,
) -> None:
    """`train`, with all networks in one learner, from which those that stopped are dropped now and then."""
    stack = running(monitors)
    if not stack:
        return
    if position is None:
        learner = start(make, stack, monitors)
    else:
        stack = position.stack
        learner = make(stack)
        learner.load_state(position.states)
    tally = Tally.of(position.tally) if position and position.tally else Tally(learner.steps)

    def keep(states: list[dict[str, Any]] | None = None) -> None:
        states = states or [learner.state(place) for place in range(len(stack))]
        told = tally.state(learner) if tally.updates else None
        checkpoints.write(Position(stack, states, [monitor.state() for monitor in monitors], told))

    while running(monitors) and learner.steps < plan.total_steps and not interrupt.requested:
        active = [monitors[number] for number in stack]
        if not train_epochs(learner, splits[0], active, plan, tally, interrupt, progress, checkpoints.due, keep):
            break
        rows, predicted, losses = evaluated_rows(learner, splits, active, tally, plan)
        # what wants memory comes before anything is recorded, so that the epochs can be trained again
        states = [learner.state(place) for place in range(len(stack))]
        in_training = running(active)
        for place in in_training:
            bad_step = first_bad_step(losses[:, place], tally.first_step, rows[place])
            update_status(active[place], rows[place], bad_step, learner.steps >= plan.total_steps)
        judge([active[place] for place in in_training if active[place].status != "diverged"])
        found, ends = whole(predicted, len(stack)), []
        for place in in_training:
            monitor, recorder, row = active[place], recorders[stack[place]], rows[place]
            if monitor.status == "diverged":
                recorder.checkpoint("last_finite", alone(monitor))
                ends.append(partial(recorder.finished, monitor, weights_of(learner, monitor), None))
                continue
            monitor.evaluated(states[place], recorder.evaluated(row, learner, place), found[place])
            every = monitor.train.checkpoint_every
            if every is not None and row.epoch // every > tally.first_step // plan.steps_per_epoch // every:
                recorder.checkpoint(f"epoch_{row.epoch}", alone(monitor))
            if monitor.status in ("completed", "dropped"):
                last = found[place] if monitor.status == "completed" else None
                ends.append(partial(recorder.finished, monitor, weights_of(learner, monitor), last))
        several_at_once(ends)
        tally = Tally(learner.steps)
        still = [number for number in stack if monitors[number].running]
        dropped = any(monitor.status == "dropped" for monitor in active)
        if still and (dropped or len(still) <= WORTH_DROPPING * len(stack)):
            stack, learner = still, start(make, still, monitors)
            states = [monitors[number].last for number in still]
        if not still or checkpoints.due():
            keep(states)
    if running(monitors):
        keep()
    ends = []
    for place, number in enumerate(stack):
        monitor = monitors[number]
        if monitor.running:
            monitor.stop("interrupted", f"{interrupt.requested} at step {learner.steps}")
            now = learner.state(place)
            if all(np.isfinite(value).all() for value in learner.state_dict_of(now).values()):
                monitor.last = now
            ends.append(partial(recorders[number].finished, monitor, weights_of(learner, monitor), None))
    several_at_once(ends)


def several_at_once(work: Sequence[Callable[[], None]]) -> None:
    """Do all of it; an error of one is raised when the others are done."""
    if len(work) <= 1:  # nothing to wait for meanwhile
        for each in work:
            each()
        return
    with ThreadPoolExecutor(ENDING_AT_ONCE) as pool:
        begun = [pool.submit(copy_context().run, each) for each in work]
    for end in begun:
        end.result()


def weights_of(learner: Learner, monitor: Monitor) -> Weights:
    """The parameters of a network that has ended: after its last evaluation, or now, and after its best one."""
    states = {"last": monitor.last} | ({"best": monitor.best_state} if monitor.best_state else {})
    return {name: learner.state_dict_of(state) for name, state in states.items()}


def alone(monitor: Monitor) -> Position:
    """The position of one network at its last evaluation, from which it goes on by itself."""
    return Position([0], [monitor.last], [monitor.state()], None)


def made_from(make: Callable[[Sequence[int]], Learner], first: int, stack: Sequence[int]) -> Learner:
    """The learner of networks whose places are counted from `first` on."""
    return make([first + number for number in stack])


def running(monitors: Sequence[Monitor]) -> list[int]:
    """The places of the networks that have not stopped."""
    return [place for place, monitor in enumerate(monitors) if monitor.running]


def start(make: Callable[[Sequence[int]], Learner], stack: Sequence[int], monitors: Sequence[Monitor]) -> Learner:
    """A learner of the networks in `stack`, each where its monitor says that it was, or at its beginning."""
    learner, active = make(stack), [monitors[number] for number in stack]
    if active[0].last:
        learner.load_state([monitor.last for monitor in active])
    else:
        for place, monitor in enumerate(active):
            monitor.last = learner.state(place)
    return learner


def update_status(monitor: Monitor, row: Row, bad_step: int | None, is_last: bool) -> None:
    """Take an evaluation in, and stop the network if it diverged, or if this was the last one."""
    if bad_step is not None:
        monitor.stop("diverged", f"the loss was not finite at step {bad_step}")
        return
    monitor.add(row)
    if is_last and monitor.running:
        monitor.stop("completed", "")


def train_epochs(
    learner: Learner,
    samples: Batches,
    monitors: Sequence[Monitor],
    plan: Plan,
    tally: Tally,
    interrupt: Interrupt,
    progress: Callable[[int], None],
    due: Callable[[], bool],
    keep: Callable[[], None],
) -> bool:
    """Train up to the next evaluation; whether it was reached, for a signal may come before."""
    train, seeds = monitors[0].train, [monitor.seed for monitor in monitors]
    reached = False
    start = perf_counter()
    while not (reached or interrupt.requested):
        epoch, skip = divmod(learner.steps, plan.steps_per_epoch)
        if not skip:
            tally.start_epoch()
        for x, y in samples.epoch(seeds, epoch, train.samples, train.drop_last, skip):
            tally.add(*learner.step(x, y), y.shape[-1])
            progress(learner.steps)
            if learner.steps >= plan.total_steps or interrupt.requested:
                break
            if due() and learner.steps % plan.steps_per_epoch:
                learner.synchronize()
                tally.seconds += perf_counter() - start
                keep()
                start = perf_counter()
        reached = learner.steps >= plan.total_steps
        if learner.steps % plan.steps_per_epoch == 0:
            learner.end_epoch()
            reached |= (epoch + 1) % train.eval_every == 0
            tally.samples += sum(tally.sizes)
    learner.synchronize()
    tally.seconds += perf_counter() - start
    return reached
