"""The training loop: the only one, for both twins, and for one network or many.

Epochs are trained in rounds; after each round every network is evaluated, recorded, and perhaps
stopped. Nothing in a round waits for the device: losses stay there until the round is over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from math import isfinite
from time import perf_counter
from typing import Any, Protocol

import numpy as np

from twinprop.data.batches import Batches
from twinprop.scratch.arrays import to_numpy
from twinprop.training.interrupt import Interrupt
from twinprop.training.learner import Learner, Numbers, Plan
from twinprop.training.monitor import Monitor, Row


class Recorder(Protocol):
    """Where the results of one network go."""

    def evaluated(self, row: Row, learner: Learner, member: int) -> None:
        """Record an evaluation."""

    def checkpoint(self, name: str, state: dict[str, Any]) -> None:
        """Keep a state to return to."""

    def finished(self, monitor: Monitor, parameters: dict[str, Numbers], predicted: Numbers | None) -> None:
        """Record the end: the last finite parameters, and the classes predicted for the test split, if any."""


def evaluate(learner: Learner, split: Batches, members: int) -> tuple[Numbers, Numbers]:
    """Mean loss and accuracy of each network on a split, (members,) each; NaN where the split is empty."""
    if not len(split):
        return np.full(members, np.nan), np.full(members, np.nan)
    losses, corrects, sizes = [], [], []
    for x, y in split.chunks():
        loss, correct = learner.evaluate(x, y)
        losses.append(loss)
        corrects.append(correct)
        sizes.append(y.shape[-1])
    weights = np.array(sizes)[:, None] / len(split)
    return (learner.numbers(losses) * weights).sum(0), learner.numbers(corrects).sum(0) / len(split)


def predict_classes(learner: Learner, split: Batches, members: int) -> Numbers:
    """The predicted class of every sample of a split, (members, n)."""
    parts = [to_numpy(learner.predict(x).argmax(-1)).reshape(members, -1) for x, _ in split.chunks()]
    return np.concatenate(parts, axis=1)


def train(
    learner: Learner,
    splits: tuple[Batches, Batches, Batches],
    monitors: Sequence[Monitor],
    recorders: Sequence[Recorder],
    plan: Plan,
    progress: Callable[[int], None] = lambda steps: None,
) -> None:
    """Train until the plan is done or every network has stopped; results are in the monitors.

    Args:
        learner: one or several networks; it may have done some steps already.
        splits: training, validation and test samples.
        monitors: one for each network.
        recorders: one for each network.
        plan: how long to train.
        progress: called with the number of steps done.
    """
    with Interrupt() as interrupt, np.errstate(all="ignore"):
        members = range(len(monitors))
        finite = [learner.state(member) for member in members]
        while learner.steps < plan.total_steps and any(monitor.running for monitor in monitors):
            if interrupt.requested:
                break  # a signal that came while the last round was evaluated
            round_ = train_round(learner, splits[0], monitors, plan, interrupt, progress)
            if interrupt.requested:
                break
            rows = evaluated_rows(learner, splits, monitors, round_)
            predicted = cache(lambda: predict_classes(learner, splits[2], len(monitors)))
            for member in members:
                monitor = monitors[member]
                if not monitor.running:
                    continue
                bad = first_bad_step(round_, rows[member], member)
                if bad is not None:
                    monitor.stop("diverged", f"the loss was not finite at step {bad}")
                    recorders[member].checkpoint("last_finite", {**finite[member], "monitor": monitor.state()})
                    recorders[member].finished(monitor, learner.named(finite[member]["parameters"]), None)
                    continue
                monitor.add(rows[member])
                recorders[member].evaluated(rows[member], learner, member)
                if learner.steps >= plan.total_steps and monitor.running:
                    monitor.stop("completed", "")
                finite[member] = learner.state(member)
                every = monitor.config.train.checkpoint_every
                before = round_.first_step // plan.steps_per_epoch
                if every is not None and rows[member].epoch // every > before // every:
                    name = f"epoch_{rows[member].epoch}"
                    recorders[member].checkpoint(name, {**finite[member], "monitor": monitor.state()})
                if not monitor.running:
                    parameters = learner.named(finite[member]["parameters"])
                    recorders[member].finished(monitor, parameters, predicted()[member])
        for member in members:
            monitor = monitors[member]
            if monitor.running:
                monitor.stop("interrupted", f"{interrupt.requested} at step {learner.steps}")
                now = learner.state(member)
                if not all(np.isfinite(value).all() for value in learner.named(now["parameters"]).values()):
                    now = finite[member]
                recorders[member].checkpoint("interrupted", {**now, "monitor": monitor.state()})
                recorders[member].finished(monitor, learner.named(now["parameters"]), None)


class Round:
    """What was trained since the last evaluation."""

    def __init__(self, first_step: int) -> None:
        self.first_step = first_step
        self.samples = 0
        self.epoch = 0
        self.losses: Numbers
        self.train_loss: Numbers
        self.train_accuracy: Numbers
        self.seconds = 0.0


def train_round(
    learner: Learner,
    samples: Batches,
    monitors: Sequence[Monitor],
    plan: Plan,
    interrupt: Interrupt,
    progress: Callable[[int], None],
) -> Round:
    """Train up to the next evaluation; means of the training loss and accuracy are over the last epoch."""
    config = monitors[0].config
    seeds = [monitor.config.seed for monitor in monitors]
    result = Round(learner.steps)
    losses: list[Any] = []
    start = perf_counter()
    while learner.steps < plan.total_steps and not interrupt.requested:
        epoch, skip = divmod(learner.steps, plan.steps_per_epoch)
        first, corrects, sizes = len(losses), [], []
        for x, y in samples.epoch(seeds, epoch, config, skip):
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
        if result.epoch % config.train.eval_every == 0:
            break
    learner.finish()
    result.seconds = perf_counter() - start
    result.losses = learner.numbers(losses)
    weights = np.array(sizes)[:, None] / sum(sizes)
    result.train_loss = (result.losses[first:] * weights).sum(0)
    result.train_accuracy = learner.numbers(corrects).sum(0) / sum(sizes)
    return result


def evaluated_rows(
    learner: Learner, splits: tuple[Batches, Batches, Batches], monitors: Sequence[Monitor], round_: Round
) -> list[Row]:
    """Evaluate every network, and let schedules see the result."""
    count = len(monitors)
    norm, lr = learner.grad_norm(), learner.lr()
    val_loss, val_accuracy = evaluate(learner, splits[1], count)
    test_loss, test_accuracy = evaluate(learner, splits[2], count)
    if len(splits[1]):
        learner.observe(val_loss, val_accuracy)
    else:
        learner.observe(round_.train_loss, round_.train_accuracy)
    return [
        Row(
            epoch=round_.epoch,
            step=learner.steps,
            lr=float(lr[member]),
            train_loss=float(round_.train_loss[member]),
            train_accuracy=float(round_.train_accuracy[member]),
            val_loss=float(val_loss[member]),
            val_accuracy=float(val_accuracy[member]),
            test_loss=float(test_loss[member]),
            test_accuracy=float(test_accuracy[member]),
            grad_norm=float(norm[member]),
            seconds=round_.seconds,
            samples_per_second=round_.samples / max(round_.seconds, 1e-9),
        )
        for member in range(count)
    ]


def first_bad_step(round_: Round, row: Row, member: int) -> int | None:
    """The first step whose loss was not finite; the last one if only the evaluation shows it."""
    bad = ~np.isfinite(round_.losses[:, member])
    if bad.any():
        return round_.first_step + int(bad.argmax()) + 1
    return None if isfinite(row.test_loss) else row.step
