"""What the loop does when an evaluation is due: every network on every split, a row for each."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinprop.data.batches import Batches
from twinprop.training.learner import Learner
from twinprop.training.monitor import Monitor, Row
from twinprop.training.plan import Plan
from twinprop.training.position import Tally


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


def evaluated_rows(
    learner: Learner, splits: tuple[Batches, Batches, Batches], monitors: Sequence[Monitor], tally: Tally, plan: Plan
) -> tuple[list[Row], list[Any], NDArray[Any]]:
    """Evaluate every network, and let schedules see the result.

    Returns:
        A row for each; the classes predicted for the test split, in parts; the loss of each update, (updates, members).
    """
    count = len(monitors)
    losses, train_loss, train_accuracy = tally.means(learner)
    norm, lr = learner.grad_norm(), learner.lr()
    val_loss, val_accuracy, _ = evaluate(learner, splits[1], count)
    test_loss, test_accuracy, predicted = evaluate(learner, splits[2], count)
    if len(splits[1]):
        learner.observe(val_loss, val_accuracy)
    else:
        learner.observe(train_loss, train_accuracy)
    unfinished = learner.steps % plan.steps_per_epoch != 0
    samples = tally.samples + (sum(tally.sizes) if unfinished else 0)
    rows = [
        Row(
            epoch=learner.steps // plan.steps_per_epoch + unfinished,
            step=learner.steps,
            lr=float(lr[member]),
            train_loss=float(train_loss[member]),
            train_accuracy=float(train_accuracy[member]),
            val_loss=float(val_loss[member]),
            val_accuracy=float(val_accuracy[member]),
            test_loss=float(test_loss[member]),
            test_accuracy=float(test_accuracy[member]),
            grad_norm=float(norm[member]),
            seconds=tally.seconds / count,
            samples_per_second=samples * count / max(tally.seconds, 1e-9),
        )
        for member in range(count)
    ]
    return rows, predicted, losses


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
    return None if isfinite(row.test_loss) else row.step
