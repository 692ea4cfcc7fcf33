"""The results of one network as they come: into its directory, TensorBoard's file, and before a person's eyes."""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Callable
from typing import Any

from twinprop.config.schema import Config
from twinprop.data.base import Dataset
from twinprop.learners.footprint import footprint
from twinprop.run import checkpoints
from twinprop.run.by_class import by_class
from twinprop.run.checkpoints import FOLDER, SUFFIX
from twinprop.run.console import Display
from twinprop.run.directory import RunDirectory, is_sweep
from twinprop.run.model_file import write_models
from twinprop.run.pace import Pace
from twinprop.run.plugin_record import write_record
from twinprop.run.showing import tell
from twinprop.run.summary import summarize, summarize_failure
from twinprop.task import Predicted
from twinprop.training.learner import Learner
from twinprop.training.loop import Weights
from twinprop.training.monitor import Monitor, Row, columns
from twinprop.training.plan import Plan
from twinprop.training.position import Position


class RunRecorder:
    """Writes the results of one network into its directory, and sums them up.

    Args:
        directory: the run's.
        config: the run's.
        dataset: what it trains on.
        display: where a person sees it.
        plan: how long it trains.
        environment: for summary.json.
        about: what its checkpoints say of it.
        monitor: the run's; where it has recorded anything, that is gone on with.
        pace: how much time it may take to show its network as it learns.

    Attributes:
        summary: what summary.json holds; empty until the run has ended.
    """

    def __init__(
        self,
        directory: RunDirectory,
        config: Config,
        dataset: Dataset,
        display: Display,
        plan: Plan,
        environment: dict[str, Any],
        about: Callable[[], dict[str, Any]],
        monitor: Monitor,
        pace: Pace,
    ) -> None:
        from twinprop.run.glimpses import Glimpses
        from twinprop.run.tensorboard import TensorBoard

        self.directory, self.config, self.dataset, self.display = directory, config, dataset, display
        self.environment, self.about = environment, about
        write_record(directory.path)
        evaluations, recorded = -(-plan.epochs // config.train.eval_every), monitor.recorded
        wanted = config.train.pictures
        if wanted is None:
            wanted = not is_sweep(directory.path.parent)
        glimpses = Glimpses(config, dataset, pace, recorded.get("after", 0.0)) if wanted else None
        self.board = TensorBoard(directory.path, config, evaluations, recorded, dataset.task, environment, glimpses)
        self.plan, self.monitor = plan, monitor
        self.weights: dict[str, Any] | None = None
        self.parameter_count = 0
        self.by_class: dict[str, Any] | None = None
        self.start = time.perf_counter() - monitor.recorded.get("seconds", 0.0)
        self.summary: dict[str, Any] = {}
        directory.begin(columns(type(dataset.task)))
        monitor.recorded = self.recorded()

    def recorded(self) -> dict[str, Any]:
        """How far everything is written."""
        return {**self.board.recorded(), "seconds": time.perf_counter() - self.start}

    def evaluated(self, row: Row, learner: Learner, member: int) -> dict[str, Any]:
        self.directory.row(row)
        self.board.evaluated(row, learner, member, ended=not self.monitor.running)
        self.display.evaluated(row)
        return self.recorded()

    def checkpoint(self, name: str, position: Position) -> None:
        checkpoints.write(self.directory.path / FOLDER / f"{name}{SUFFIX}", [0], self.about(), position)

    def finished(self, monitor: Monitor, weights: Weights, predicted: Predicted | None) -> None:
        data = self.dataset
        self.weights = self.epochs_of(monitor)
        config, about = dataclasses.asdict(self.config), data.preparation()
        write_models(self.directory.path, weights, self.weights, config, about)
        layers = self.config.model.layers(data.shape, data.outputs)
        self.parameter_count = footprint(layers, data.shape).parameters
        if predicted is not None:
            self.board.pictures(data.test, predicted, data.shape, data.classes, monitor.rows[-1].epoch)
            self.by_class = self.classes_of(predicted)
        self.conclude(monitor)

    def classes_of(self, predicted: Predicted) -> dict[str, Any] | None:
        """What was right of each class of the test split; None of numbers."""
        return by_class(self.dataset.test.y, predicted, self.dataset.classes) if self.dataset.classes else None

    def epochs_of(self, monitor: Monitor) -> dict[str, Any]:
        """Of which epochs there are weights, and which of them the model has."""
        best, step = monitor.best, monitor.last["steps"]
        return {
            "kept": self.config.train.keep if best is not None else "last",
            "best": None if best is None else {"epoch": best.epoch, "step": best.step},
            "last": {"epoch": -(-step // self.plan.steps_per_epoch), "step": step},
        }

    def conclude(self, monitor: Monitor) -> None:
        """Write the end of the event file, and summary.json."""
        seconds = time.perf_counter() - self.start
        summary = summarize(monitor, self.dataset, self.parameter_count, self.weights, seconds, self.environment)
        best = self.classes_of(Predicted(**monitor.best_predicted)) if monitor.best_predicted else None
        if self.by_class is not None:
            summary["test_by_class"] = self.by_class
        if best is not None:
            summary["best"]["test_by_class"] = best
        self.board.finished(monitor, summary["seconds"]["per_epoch"])
        self.summary = summary
        self.directory.summary(summary)


def record_failure(
    monitor: Monitor, directory: RunDirectory, recorder: RunRecorder | None, error: BaseException
) -> dict[str, Any]:
    """Leave a summary that says why the run ended, and return it; the error itself goes on to whoever called.

    Args:
        monitor: the run's.
        directory: the run's.
        recorder: the run's; None where it failed before it had one.
        error: what ended it.
    """
    reason = (str(error) or type(error).__name__).splitlines()[0]
    monitor.stop("interrupted" if isinstance(error, KeyboardInterrupt) else "failed", reason)
    try:
        if recorder is not None:
            recorder.conclude(monitor)
            return recorder.summary
    except Exception as second:  # a full disk stops the event file too, but perhaps not a few lines
        logging.getLogger("twinprop").debug(f"the summary is without results: {second}")
    summary = summarize_failure(monitor)
    try:
        directory.summary(summary)
    except Exception as second:
        tell("summary.json", second, directory.path.parent, then="what ended the run is told on the console alone")
    return summary
