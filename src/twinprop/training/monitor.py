"""What the loop knows of one network: its rows so far, its best epoch, and whether it should stop."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import numpy as np

from twinprop.task import CLASSIFICATION, Predicted, Task, higher_is_better
from twinprop.training.plan import TrainConfig


@dataclass
class Row:
    """An evaluation: a line of metrics.csv.

    Losses are means over samples, accuracies fractions, errors in the units of the data, times seconds.

    Attributes:
        results: what the task measures, in the order of `Task.results`: `train_loss`, ..., `test_accuracy`.
    """

    epoch: int
    step: int
    lr: float
    results: dict[str, float]
    grad_norm: float
    seconds: float
    samples_per_second: float

    def cells(self) -> dict[str, float]:
        """Its values by column, in order."""
        found: dict[str, Any] = {}
        for name, value in vars(self).items():
            found |= value if name == "results" else {name: value}
        return found


def columns(task: type[Task]) -> list[str]:
    """The columns of metrics.csv."""
    return list(Row(0, 0, 0.0, dict.fromkeys(task.results(), 0.0), 0.0, 0.0, 0.0).cells())


@dataclass
class Monitor:
    """The course of one network's training.

    Attributes:
        seed: of the network, which decides the order of its batches.
        train: how long it trains, and when it is evaluated, kept and stopped.
        task: what it learns.
        metric: a result such as `val_accuracy`; by that of the validation split, the best evaluation is chosen. None is
            what the task says.
    """

    seed: int
    train: TrainConfig
    task: Task = CLASSIFICATION
    metric: str | None = None
    rows: list[Row] = field(default_factory=list)
    best: Row | None = None
    best_val_loss: float = float("inf")
    without_improvement: int = 0
    status: str = "running"
    reason: str = ""
    stopped: dict[str, Any] | None = None
    """Of a network that was dropped: by whom, after which epoch, and what they say of it."""
    last: dict[str, Any] = field(default_factory=dict)
    """The state of the learner's network after the last evaluation: where to go on from."""
    best_state: dict[str, Any] = field(default_factory=dict)
    """The same after the best one; empty until there is one."""
    best_predicted: dict[str, Any] = field(default_factory=dict)
    """What it took the test split for at the best one, as `Predicted`; empty until there is one."""
    recorded: dict[str, Any] = field(default_factory=dict)
    """How far the recorder had written at the last evaluation."""

    def add(self, row: Row) -> None:
        """Take in an evaluation. The best has the best metric on validation, then the lowest loss there."""
        self.rows.append(row)
        val_loss = row.results["val_loss"]
        if not isfinite(val_loss):
            return
        if self.best is None or self.rank(row) < self.rank(self.best):
            self.best = row
        improved = val_loss < self.best_val_loss
        self.best_val_loss = min(val_loss, self.best_val_loss)
        self.without_improvement = 0 if improved else self.without_improvement + 1
        patience = self.train.patience
        if patience is not None and self.without_improvement >= patience:
            self.stop("completed", f"stopped early: no lower validation loss in {patience} evaluations")

    @property
    def chosen_by(self) -> str:
        """The result by which the best evaluation is chosen: the metric's, but always of the validation split."""
        return f"val_{(self.metric or self.task.metric()).partition('_')[2]}"

    def rank(self, row: Row) -> tuple[float, float]:
        """What to sort evaluations by for the best first: the metric, then the loss."""
        value = row.results[self.chosen_by]
        return (-value if higher_is_better(self.chosen_by) else value), row.results["val_loss"]

    def stop(self, status: str, reason: str) -> None:
        self.status, self.reason = status, reason

    def drop(self, by: str, reason: str, **more: Any) -> None:
        """Stop a network after its last evaluation, for others are better."""
        self.stop("dropped", f"by {by} after epoch {self.rows[-1].epoch}: {reason}")
        self.stopped = {"by": by, "epoch": self.rows[-1].epoch, **more}

    @property
    def running(self) -> bool:
        return self.status == "running"

    @property
    def ended_with_the_plan(self) -> bool:
        """Whether a longer plan would train it further."""
        return self.status == "completed" and not self.reason

    def evaluated(self, state: dict[str, Any], recorded: dict[str, Any], predicted: Predicted) -> None:
        """Note the evaluation that was added last.

        Args:
            state: of the network.
            recorded: how far it was written down.
            predicted: for the test split.
        """
        self.last, self.recorded = state, recorded
        if self.best is self.rows[-1]:
            self.best_state = state
            if self.task == CLASSIFICATION:  # of numbers nothing is told by class
                values = predicted.values
                # a copy, where theirs is of a whole stack, and small, for it is in every checkpoint
                self.best_predicted = {"values": values.astype(np.min_scalar_type(int(values.max(initial=0))))}
                if predicted.margin is not None:
                    self.best_predicted["margin"] = predicted.margin.copy()

    def state(self) -> dict[str, Any]:
        """Everything that goes on, as plain arrays and numbers."""
        names = columns(type(self.task))
        return {
            "rows": np.array([list(row.cells().values()) for row in self.rows]).reshape(len(self.rows), len(names)),
            "best": self.rows.index(self.best) if self.best else None,
            "best_val_loss": self.best_val_loss,
            "without_improvement": self.without_improvement,
            "status": self.status,
            "reason": self.reason,
            "last": self.last,
            "best_state": self.best_state,
            "best_predicted": self.best_predicted,
            "recorded": self.recorded,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Continue from what `state` handed out."""
        names = self.task.results()
        self.rows = []
        for epoch, step, lr, *more in state["rows"].tolist():
            results = dict(zip(names, more, strict=False))
            self.rows.append(Row(int(epoch), int(step), lr, results, *more[len(names) :]))
        self.best = None if state["best"] is None else self.rows[state["best"]]
        for name in ("best_val_loss", "without_improvement", "status", "reason", "last", "best_state", "recorded"):
            setattr(self, name, state[name])
        self.best_predicted = state.get("best_predicted", {})  # which earlier versions did not keep
