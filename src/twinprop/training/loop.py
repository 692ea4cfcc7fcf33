"""The training loop: the only one, for both twins, and for one network or many.

Epochs are trained until an evaluation is due; then every network is evaluated, recorded, and perhaps stopped. Nothing
waits for the device before: losses stay there. At an evaluation a network is no more than its state, from which it goes
on in a smaller stack, or alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from math import isfinite
from time import perf_counter
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from twinprop.arrays.namespace import to_numpy
from twinprop.data.batches import Batches
from twinprop.errors import out_of_memory
from twinprop.training.interrupt import Interrupt
from twinprop.training.learner import Learner
from twinprop.training.monitor import Monitor, Row
from twinprop.training.plan import Plan

log = logging.getLogger("twinprop")

WORTH_DROPPING = 0.75
"""A stack is made anew when no larger share of it is still in training."""


class Recorder(Protocol):
    """Where the results of one network go."""

    def evaluated(self, row: Row, learner: Learner, member: int) -> None:
        """Record an evaluation."""

    def checkpoint(self, name: str, state: dict[str, Any]) -> None:
        """Keep a state to return to."""

    def finished(self, monitor: Monitor, parameters: dict[str, NDArray[Any]], predicted: NDArray[Any] | None) -> None:
        """Record the end: the last finite parameters, and the classes predicted for the test split, if any."""


def evaluate(learner: Learner, split: Batches, members: int) -> tuple[NDArray[Any], NDArray[Any], list[Any]]:
    """Mean loss and accuracy of each network on a split, (members,) each, and what it takes each sample for, in parts.

    Loss and accuracy are NaN where the split is empty.
    """
    if not len(split):
        return np.full(members, np.nan), np.full(members, np.nan), []
    losses, corrects, sizes, predicted = [], [], [], []
    for x, y in split.chunks(learner.evaluation_batch):
        loss, classes = learner.evaluate(x, y)
        losses.append(loss)
        corrects.append((classes == y).sum(-1))
        sizes.append(y.shape[-1])
        predicted.append(classes)
    weights = np.array(sizes)[:, None] / len(split)
    return (learner.fetch(losses) * weights).sum(0), learner.fetch(corrects).sum(0) / len(split), predicted


def train(
    make: Callable[[Sequence[int]], Learner],
    splits: tuple[Batches, Batches, Batches],
    monitors: Sequence[Monitor],
    recorders: Sequence[Recorder],
    plan: Plan,
    progress: Callable[[int], None] = lambda steps: None,
    interrupt: Interrupt | None = None,
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
    """
    if interrupt is None:
        with Interrupt() as own:
            return train(make, splits, monitors, recorders, plan, progress, own)
    try:
        with np.errstate(all="ignore"):
            return train_together(make, splits, monitors, recorders, plan, progress, interrupt)
    except Exception as error:
        # a number of one network that Python cannot compute with concerns no other
        if not (out_of_memory(error) or isinstance(error, ArithmeticError)) or len(monitors) == 1:
            raise
        log.warning(f"{type(error).__name__} with {len(monitors)} networks: each half of them goes on by itself.")
    middle = len(monitors) // 2
    for half in (slice(None, middle), slice(middle, None)):
        first = half.start or 0
        part = partial(made_from, make, first)
        train(part, splits, monitors[half], recorders[half], plan, progress, interrupt)
    return None


def train_together(
    make: Callable[[Sequence[int]], Learner],
    splits: tuple[Batches, Batches, Batches],
    monitors: Sequence[Monitor],
    recorders: Sequence[Recorder],
    plan: Plan,
    progress: Callable[[int], None],
    interrupt: Interrupt,
) -> None:
    """`train`, with all networks in one learner, from which those that stopped are dropped now and then."""
    stack = running(monitors)
    if not stack:
        return
    learner = start(make, stack, monitors)
    while running(monitors) and learner.steps < plan.total_steps and not interrupt.requested:
        active = [monitors[number] for number in stack]
        trained = train_epochs(learner, splits[0], active, plan, interrupt, progress)
        if interrupt.requested:
            break
        rows, predicted = evaluated_rows(learner, splits, active, trained)
        # what wants memory comes before anything is recorded, so that the epochs can be trained again
        states = [learner.state(place) for place in range(len(stack))]
        in_training = running(active)
        for place in in_training:
            update_status(
                active[place],
                rows[place],
                first_bad_step(trained, rows[place], place),
                learner.steps >= plan.total_steps,
            )
        if any(active[place].status == "completed" for place in in_training):
            classes = np.concatenate([to_numpy(part).reshape(len(stack), -1) for part in predicted], axis=1)
        for place in in_training:
            monitor, recorder, row = active[place], recorders[stack[place]], rows[place]
            if monitor.status == "diverged":
                recorder.checkpoint("last_finite", monitor.checkpoint())
                recorder.finished(monitor, learner.state_dict_of(monitor.last), None)
                continue
            monitor.last = states[place]
            recorder.evaluated(row, learner, place)
            every = monitor.train.checkpoint_every
            if every is not None and row.epoch // every > trained.first_step // plan.steps_per_epoch // every:
                recorder.checkpoint(f"epoch_{row.epoch}", monitor.checkpoint())
            if monitor.status == "completed":
                recorder.finished(monitor, learner.state_dict_of(monitor.last), classes[place])
        still = [number for number in stack if monitors[number].running]
        if still and len(still) <= WORTH_DROPPING * len(stack):
            stack, learner = still, start(make, still, monitors)
    for place, number in enumerate(stack):
        monitor = monitors[number]
        if monitor.running:
            monitor.stop("interrupted", f"{interrupt.requested} at step {learner.steps}")
            now = learner.state(place)
            if all(np.isfinite(value).all() for value in learner.state_dict_of(now).values()):
                monitor.last = now
            recorders[number].checkpoint("interrupted", monitor.checkpoint())
            recorders[number].finished(monitor, learner.state_dict_of(monitor.last), None)


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


class TrainResults:
    """What was trained since the last evaluation."""

    def __init__(self, first_step: int) -> None:
        self.first_step = first_step
        self.samples = 0
        self.epoch = 0
        self.losses: NDArray[Any]
        self.train_loss: NDArray[Any]
        self.train_accuracy: NDArray[Any]
        self.seconds = 0.0


def train_epochs(
    learner: Learner,
    samples: Batches,
    monitors: Sequence[Monitor],
    plan: Plan,
    interrupt: Interrupt,
    progress: Callable[[int], None],
) -> TrainResults:
    """Train up to the next evaluation; means of the training loss and accuracy are over the last epoch."""
    train, seeds = monitors[0].train, [monitor.seed for monitor in monitors]
    result = TrainResults(learner.steps)
    losses: list[Any] = []
    start = perf_counter()
    while learner.steps < plan.total_steps and not interrupt.requested:
        epoch, skip = divmod(learner.steps, plan.steps_per_epoch)
        first, corrects, sizes = len(losses), [], []
        for x, y in samples.epoch(seeds, epoch, train.samples, train.drop_last, skip):
            loss, correct = learner.step(x, y)
            losses.append(loss)
            corrects.append(correct)
            sizes.append(y.shape[-1])
            progress(learner.steps)
            if learner.steps >= plan.total_steps or interrupt.requested:
                break
        result.epoch = epoch + 1
        result.samples += sum(sizes)
        if learner.steps % plan.steps_per_epoch == 0:
            learner.end_epoch()
        if result.epoch % train.eval_every == 0:
            break
    learner.synchronize()
    result.seconds = perf_counter() - start
    result.losses = learner.fetch(losses)
    weights = np.array(sizes)[:, None] / sum(sizes)
    result.train_loss = (result.losses[first:] * weights).sum(0)
    result.train_accuracy = learner.fetch(corrects).sum(0) / sum(sizes)
    return result


def evaluated_rows(
    learner: Learner, splits: tuple[Batches, Batches, Batches], monitors: Sequence[Monitor], trained: TrainResults
) -> tuple[list[Row], list[Any]]:
    """Evaluate every network, and let schedules see the result; with the classes predicted for the test split."""
    count = len(monitors)
    norm, lr = learner.grad_norm(), learner.lr()
    val_loss, val_accuracy, _ = evaluate(learner, splits[1], count)
    test_loss, test_accuracy, predicted = evaluate(learner, splits[2], count)
    if len(splits[1]):
        learner.observe(val_loss, val_accuracy)
    else:
        learner.observe(trained.train_loss, trained.train_accuracy)
    rows = [
        Row(
            epoch=trained.epoch,
            step=learner.steps,
            lr=float(lr[member]),
            train_loss=float(trained.train_loss[member]),
            train_accuracy=float(trained.train_accuracy[member]),
            val_loss=float(val_loss[member]),
            val_accuracy=float(val_accuracy[member]),
            test_loss=float(test_loss[member]),
            test_accuracy=float(test_accuracy[member]),
            grad_norm=float(norm[member]),
            seconds=trained.seconds / count,
            samples_per_second=trained.samples * count / max(trained.seconds, 1e-9),
        )
        for member in range(count)
    ]
    return rows, predicted


def first_bad_step(trained: TrainResults, row: Row, member: int) -> int | None:
    """The first step whose loss was not finite; the last one if only the evaluation shows it."""
    bad = ~np.isfinite(trained.losses[:, member])
    if bad.any():
        return trained.first_step + int(bad.argmax()) + 1
    return None if isfinite(row.test_loss) else row.step
