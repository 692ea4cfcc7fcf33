"""What a network is to learn: classes, or a number. It decides which results there are, and which of them are better.

Everything that names a result asks here: columns of metrics.csv and summary.json, TensorBoard's curves, tables of
sweeps, what the best epoch is chosen by. A result is a split and what is measured on it: `val_accuracy`, `test_rmse`.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

SPLITS = ("train", "val", "test")


class Measure(NamedTuple):
    """What is measured on a split: how people write it, whether more of it is better, how it is printed."""

    label: str
    higher: bool
    form: str


MEASURES = {
    "loss": Measure("loss", False, ".4f"),
    "accuracy": Measure("accuracy", True, ".4f"),
    "rmse": Measure("RMSE", False, ".5g"),
    "mae": Measure("MAE", False, ".5g"),
    "r2": Measure("R²", True, ".4f"),
}
"""Of all tasks, by their names in metrics.csv."""


class Predicted(NamedTuple):
    """What a network takes samples for.

    Attributes:
        values: the class of each, or its number, (..., n).
        margin: of two classes, by how much the output of the second is above that of the first, (..., n); else None.
    """

    values: Any
    margin: Any = None


@dataclass(frozen=True)
class Task:
    """What a network is to learn.

    Attributes:
        name: in summary.json.
        scores: what is measured beside the loss.
        chief: the score by which the best epoch and, without another metric, the best run are chosen.
        watched: the score that schedules and convergence look at, of which more is better.
    """

    name: ClassVar[str]
    scores: ClassVar[tuple[str, ...]]
    chief: ClassVar[str]
    watched: ClassVar[str]

    @classmethod
    def measures(cls) -> tuple[str, ...]:
        """What is measured on each split."""
        return "loss", *cls.scores

    @classmethod
    def results(cls) -> list[str]:
        """All results of an evaluation, in the order of their columns."""
        return [f"{split}_{what}" for split in SPLITS for what in cls.measures()]

    @classmethod
    def metric(cls) -> str:
        """What runs are compared by where nobody says it."""
        return f"val_{cls.chief}"

    def predicted(self, outputs: Any) -> Predicted:
        """What outputs (..., batch, outputs) say of each sample."""
        raise NotImplementedError

    def told(self, values: Any) -> Any:
        """Targets, or what is predicted of them, in the units of the data."""
        return values

    def sums(self, outputs: Any, y: Any) -> tuple[Any, ...]:
        """Of a batch (..., batch), for each network what scores are made of, (...) each."""
        raise NotImplementedError

    def measured(self, sums: Sequence[Any], count: int, variance: float) -> list[Any]:
        """The scores of `count` samples whose targets have this variance, from the sums over them; NaN where none."""
        raise NotImplementedError


@dataclass(frozen=True)
class Classification(Task):
    """Which of some classes a sample belongs to; an output for each."""

    name = "classification"
    scores = ("accuracy",)
    chief = watched = "accuracy"

    def predicted(self, outputs: Any) -> Predicted:
        margin = outputs[..., 1] - outputs[..., 0] if outputs.shape[-1] == 2 else None
        return Predicted(outputs.argmax(-1), margin)

    def sums(self, outputs: Any, y: Any) -> tuple[Any, ...]:
        return ((outputs.argmax(-1) == y).sum(-1),)

    def measured(self, sums: Sequence[Any], count: int, variance: float) -> list[Any]:
        return [sums[0] / count]


@dataclass(frozen=True)
class Regression(Task):
    """Which number belongs to a sample; one output.

    Attributes:
        origin, unit: what 0 in the targets that are trained on is in the units of the data, and what 1 is more than
            that: their mean and standard deviation, where they were scaled. Errors are told in the units of the data.
    """

    name = "regression"
    scores = ("rmse", "mae", "r2")
    chief, watched = "rmse", "r2"
    origin: float = 0.0
    unit: float = 1.0

    def told(self, values: Any) -> Any:
        return self.origin + self.unit * values

    def predicted(self, outputs: Any) -> Predicted:
        return Predicted(outputs[..., 0])

    def sums(self, outputs: Any, y: Any) -> tuple[Any, ...]:
        errors = outputs[..., 0] - y
        return (errors * errors).sum(-1), abs(errors).sum(-1)

    def measured(self, sums: Sequence[Any], count: int, variance: float) -> list[Any]:
        mean_square = sums[0] / count
        # R² = 1 − Σ (y − a)² / Σ (y − mean of y)²; where all y are equal, there is none
        r2 = 1 - mean_square / (variance or float("nan"))
        return [self.unit * mean_square**0.5, self.unit * sums[1] / count, r2]


TASKS: dict[str, type[Task]] = {task.name: task for task in (Classification, Regression)}
CLASSIFICATION = Classification()

METRICS = [f"{split}_{what}" for split in SPLITS for what in MEASURES]
"""What `metric` may be, whatever the task."""


def task_named(name: object) -> type[Task]:
    """The task that a summary.json names; runs of earlier versions name none, and learnt classes."""
    return TASKS.get(str(name), Classification)


def task_of(saved: Mapping[str, Any] | None) -> Task:
    """What a network learnt, as its model tells; of classes it tells nothing."""
    return CLASSIFICATION if saved is None else Regression(saved["origin"], saved["unit"])


def measure_of(metric: str) -> Measure:
    """What a result measures."""
    return MEASURES[metric.partition("_")[2]]


def higher_is_better(name: str) -> bool:
    """Whether the best result of a name, such as `val_accuracy` or `best_test_rmse`, is the highest."""
    measure = MEASURES.get(name.rpartition("_")[2])
    return measure is not None and measure.higher


def usual_metric(results: Container[str]) -> str:
    """What a run with these results is compared by where nobody says it."""
    return next((task.metric() for task in TASKS.values() if task.metric() in results), Classification.metric())


def label_of(metric: str) -> str:
    """A result as people write it: `val RMSE`."""
    return f"{metric.partition('_')[0]} {measure_of(metric).label}"


def told(results: Mapping[str, float], metric: str) -> str:
    """A result in a sentence: `val RMSE 53.1`."""
    return f"{label_of(metric)} {results[metric]:{measure_of(metric).form}}"


def told_all(results: Mapping[str, float]) -> str:
    """What was measured, by its name: `RMSE 53.1, MAE 41.2`."""
    return ", ".join(f"{MEASURES[name].label} {value:{MEASURES[name].form}}" for name, value in results.items())
