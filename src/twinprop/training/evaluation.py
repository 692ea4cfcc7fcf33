"""What the loop does when an evaluation is due: every network on every split, a row for each."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinprop.arrays.namespace import to_numpy
from twinprop.data.batches import Batches
from twinprop.task import Predicted
from twinprop.training.learner import Learner
from twinprop.training.monitor import Monitor, Row
from twinprop.training.plan import Plan
from twinprop.training.position import Tally


def evaluate(learner: Learner, split: Batches, members: int) -> tuple[list[NDArray[Any]], list[Predicted]]:
    """What the task measures on a split for each network, (members,) each, and what it takes each sample for, in parts.

    The measures are NaN where the split is empty.
    """
    task = learner.task
    if not len(split):
        return [np.full(members, np.nan) for _ in task.measures()], []
    losses, masses, sums, predicted = [], [], [], []
    for x, y in split.chunks(learner.evaluation_batch):
        loss, outputs = learner.evaluate(x, y)
        predicted.append(task.predicted(outputs))
        losses.append(loss)
        masses.append(learner.mass(y))
        sums.append(task.sums(outputs, y))
    mass = np.array(masses)[:, None] if learner.class_weights is None else learner.fetch(masses)
    loss = (learner.fetch(losses) * (mass / mass.sum(0))).sum(0)
    totals = [learner.fetch(list(each)).sum(0) for each in zip(*sums, strict=True)]
    return [loss, *task.measured(totals, len(split), split.samples.variance)], predicted


def evaluated_rows(
    learner: Learner, splits: tuple[Batches, Batches, Batches], monitors: Sequence[Monitor], tally: Tally, plan: Plan
) -> tuple[list[Row], list[Predicted], NDArray[Any]]:
    """Evaluate every network, and let schedules see the result.

    Returns:
        A row for each; what is predicted for the test split, in parts; the loss of each update, (updates, members).
    """
    count, task = len(monitors), learner.task
    losses, train_loss, totals = tally.means(learner)
    measured = [train_loss, *task.measured(totals, sum(tally.sizes), splits[0].samples.variance)]
    norm, lr = learner.grad_norm(), learner.lr()
    measured += evaluate(learner, splits[1], count)[0]
    test, predicted = evaluate(learner, splits[2], count)
    results = dict(zip(task.results(), [*measured, *test], strict=True))
    watched = "val" if len(splits[1]) else "train"
    learner.observe(results[f"{watched}_loss"], results[f"{watched}_{task.watched}"])
    unfinished = learner.steps % plan.steps_per_epoch != 0
    samples = tally.samples + (sum(tally.sizes) if unfinished else 0)
    rows = [
        Row(
            epoch=learner.steps // plan.steps_per_epoch + unfinished,
            step=learner.steps,
            lr=float(lr[member]),
            results={name: float(values[member]) for name, values in results.items()},
            grad_norm=float(norm[member]),
            seconds=tally.seconds / count,
            samples_per_second=samples * count / max(tally.seconds, 1e-9),
        )
        for member in range(count)
    ]
    return rows, predicted, losses


def whole(parts: list[Predicted], members: int) -> list[Predicted]:
    """What each network predicts for a split, from its parts; as NumPy arrays."""
    columns = [
        None if column[0] is None else np.concatenate([to_numpy(part).reshape(members, -1) for part in column], axis=1)
        for column in zip(*parts, strict=True)
    ]
    return [Predicted(*(None if column is None else column[member] for column in columns)) for member in range(members)]


def first_bad_step(losses: NDArray[Any], steps_before: int, row: Row) -> int | None:
    """The first step whose loss was not finite; the last one if only the evaluation shows it.

    Args:
        losses: of each update since the last evaluation, (updates,).
        steps_before: updates before these.
        row: the evaluation.
    """
    bad = ~np.isfinite(losses)
    if bad.any():
        return steps_before + int(bad.argmax()) + 1
    return None if isfinite(row.results["test_loss"]) else row.step
