"""One run from start to end: check, load, train, record."""

from __future__ import annotations

import dataclasses
import logging
import time
from itertools import groupby
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from twinprop.config import registry
from twinprop.config.schema import Config, check, data_size_problems
from twinprop.data.base import Dataset
from twinprop.data.batches import EVALUATION_BATCH
from twinprop.errors import ConfigError
from twinprop.learners import BACKENDS
from twinprop.learners.footprint import footprint
from twinprop.run.console import Display, log, log_row, shown, table
from twinprop.run.directory import RunDirectory
from twinprop.training.convergence import converged_epoch
from twinprop.training.learner import Learner
from twinprop.training.monitor import Monitor, Row
from twinprop.training.plan import Plan


def results(row: Row | None, split: str) -> dict[str, float | None]:
    """Loss and accuracy of a split at an evaluation."""
    if row is None:
        return {"loss": None, "accuracy": None}
    return {"loss": getattr(row, f"{split}_loss"), "accuracy": getattr(row, f"{split}_accuracy")}


def best_results(row: Row | None) -> dict[str, Any] | None:
    """The epoch that validation chose, with its validation results and, apart, its test results."""
    if row is None:
        return None
    return {"epoch": row.epoch, **results(row, "val"), "test": results(row, "test")}


class RunRecorder:
    """Writes the results of one network into its directory, and sums them up.

    Args:
        directory: the run's.
        config: the run's.
        dataset: what it trains on.
        display: where a person sees it.
        plan: how long it trains.
        environment: for summary.json.
    """

    def __init__(
        self,
        directory: RunDirectory,
        config: Config,
        dataset: Dataset,
        display: Display,
        plan: Plan,
        environment: dict[str, Any],
    ) -> None:
        from twinprop.run.tensorboard import TensorBoard

        self.directory, self.config, self.dataset, self.display = directory, config, dataset, display
        self.environment = environment
        self.board = TensorBoard(directory.path, config, -(-plan.epochs // config.train.eval_every))
        self.parameter_count = 0
        self.start = time.perf_counter()
        self.summary: dict[str, Any] = {}

    def evaluated(self, row: Row, learner: Learner, member: int) -> None:
        self.directory.row(row)
        self.board.evaluated(row, learner, member)
        self.display.evaluated(row)

    def checkpoint(self, name: str, state: dict[str, Any]) -> None:
        self.directory.checkpoint(name, {**state, "config": dataclasses.asdict(self.config)})

    def finished(self, monitor: Monitor, parameters: dict[str, Any], predicted: Any) -> None:
        data = self.dataset
        about = {"shape": data.shape, "classes": data.classes, "mean": data.mean, "std": data.std}
        self.directory.model(parameters, dataclasses.asdict(self.config), about)
        layers = self.config.model.layers(data.shape, len(data.classes))
        self.parameter_count = footprint(layers, data.shape).parameters
        if predicted is not None:
            self.board.pictures(data.test, predicted, data.shape, data.classes, monitor.rows[-1].epoch)
        self.conclude(monitor)

    def conclude(self, monitor: Monitor) -> None:
        """Write the end of the event file, and summary.json."""
        rows = monitor.rows
        last = rows[-1] if rows else None
        train_seconds = sum(row.seconds for row in rows)
        samples = sum(row.seconds * row.samples_per_second for row in rows)
        per_epoch = train_seconds * len(self.dataset.train) / samples if samples else None
        self.board.finished(monitor, per_epoch)
        self.summary = {
            "status": monitor.status,
            "reason": monitor.reason,
            "epochs": last.epoch if last else 0,
            "steps": last.step if last else 0,
            "train": results(last, "train"),
            "val": results(last, "val"),
            "test": results(last, "test"),
            "best": best_results(monitor.best),
            "converged_epoch": converged_epoch(
                [row.epoch for row in rows], [row.val_accuracy for row in rows if np.isfinite(row.val_accuracy)]
            ),
            "parameters": self.parameter_count,
            "seconds": {
                "total": time.perf_counter() - self.start,
                "train": train_seconds,
                "per_epoch": per_epoch,
            },
            "samples_per_second": samples / train_seconds if train_seconds else None,
            "environment": self.environment,
        }
        self.directory.summary(self.summary)


MANY = 6
"""Layers of one width in a row that are counted, and not listed."""


def shape_of_network(config: Config, dataset: Dataset) -> str:
    """`784-1024-10 relu`: the features or channels from layer to layer, and what else names the network."""
    shape = dataset.shape
    first = {"cnn": shape[0] if len(shape) == 3 else 1, "rnn": prod(shape[1:])}.get(config.model.name, prod(shape))
    widths: list[Any] = [first]
    layers = config.model.layers(dataset.shape, len(dataset.classes))
    for _, kind, arguments in layers:
        widths += [arguments[key] for key in ("out_features", "out_channels", "hidden_size") if key in arguments]
        if kind == "max_pool2d":
            widths.append("pool")
    short: list[str] = []
    for width, same in groupby(widths):
        count = len(list(same))
        short += [str(width)] * count if count < MANY else [f"{width}×{count}"]
    name = {"mlp": "", "rnn": f"{getattr(config.model, 'cell', '')} "}.get(config.model.name, f"{config.model.name} ")
    activation = f" {config.model.activation}" if any(kind in registry.ACTIVATIONS for _, kind, _ in layers) else ""
    return f"{name}{'-'.join(short)}{activation}"


def report(recorder: RunRecorder, monitor: Monitor, dataset: Dataset) -> str:
    """What was trained, on what, how well, how fast, where it is saved."""
    config, summary = recorder.config, recorder.summary
    sizes = [f"{len(split):,} {name}" for name, split in zip(("train", "val", "test"), dataset[:3], strict=True)]
    model = f"{shape_of_network(config, dataset)}, {summary['parameters']:,} parameters"
    where = f"{config.model.backend}, {config.model.dtype}, {recorder.environment['device']}"
    lines = {"trained": f"{model} ({where})", "on": f"{config.data.name}: {' / '.join(sizes)}"}
    status = monitor.status if not monitor.reason else f"{monitor.status}: {monitor.reason}"
    lines["status"] = f"{status}; {summary['epochs']} epochs, {summary['steps']:,} steps"
    if monitor.rows:
        last = monitor.rows[-1]
        lines["test"] = f"accuracy {last.test_accuracy:.4f}, loss {last.test_loss:.4f}"
        seconds = summary["seconds"]
        rate = f"{summary['samples_per_second']:,.0f} samples/s"
        lines["speed"] = f"{seconds['per_epoch']:.3g} s an epoch, {rate}, {seconds['total']:.3g} s in all"
    if monitor.best is not None:
        best = monitor.best
        lines["best"] = f"validation accuracy {best.val_accuracy:.4f} at epoch {best.epoch}"
    lines["saved"] = shown(recorder.directory.path)
    return table(lines)


def placement(config: Config, device: str) -> tuple[str, str, bool]:
    """Precision, device and kind of array that a network trains with, as `Batches` takes them."""
    return config.model.dtype, device, config.model.backend == "scratch" and device == "cpu"


class Setting:
    """What runs on the same data have in common: the samples, on the device that trains.

    Raises:
        TwinpropError: the data or the device is not usable.
    """

    def __init__(self, config: Config) -> None:
        from twinprop.data.batches import Batches
        from twinprop.run.device import compute_exactly, resolve

        self.device = resolve(config.device)
        compute_exactly(self.device)
        self.dataset = config.data.load()
        train, val, test = self.dataset[:3]
        augment = config.data.augment(self.dataset)
        wanted = placement(config, self.device)
        workers = getattr(config.data, "workers", 0)
        self.splits = (
            Batches(train, *wanted, augment, workers),
            Batches(val, *wanted, workers=workers),
            Batches(test, *wanted, workers=workers),
        )

    def plan(self, config: Config) -> Plan:
        """How long a run trains.

        Raises:
            ConfigError: its batches or its schedule do not fit the data.
        """
        found = list(data_size_problems(config, len(self.dataset.train)))
        if found:
            raise ConfigError(found)
        return Plan.of(config.train, len(self.dataset.train))

    def make(self, configs: list[Config], plan: Plan) -> Learner:
        """The learner of one network, or of several that can be stacked."""
        shape, classes = self.dataset.shape, len(self.dataset.classes)
        backend = BACKENDS[configs[0].model.backend]
        kind = registry.load(backend.learner if len(configs) == 1 else backend.stack)
        learner: Learner = kind(configs, shape, classes, plan, self.device)
        need = footprint(configs[0].model.layers(shape, classes), shape)
        learner.evaluation_batch = need.evaluated_at_once(EVALUATION_BATCH)
        return learner


def execute(config: Config, path: Path) -> dict[str, Any]:
    """Train what `config` describes and write everything about it into the directory `path`.

    Returns:
        The contents of summary.json.

    Raises:
        TwinpropError: the configuration, the data or the device is not usable, or `path` holds a run.
    """
    check(config)
    directory = RunDirectory(path)
    monitor = Monitor(config.seed, config.train)
    recorder: RunRecorder | None = None
    try:
        from twinprop.run.device import threads_for, use_threads
        from twinprop.run.environment import environment
        from twinprop.training.loop import train

        setting = Setting(config)
        dataset, plan = setting.dataset, setting.plan(config)
        registry.load(BACKENDS[config.model.backend].learner)  # imports, before time is taken
        threads = threads_for(config, dataset.shape, len(dataset.train))
        use_threads(threads)
        display = Display(plan.total_steps, log_row)
        recorder = RunRecorder(directory, config, dataset, display, plan, environment(setting.device, threads))
        log.info(f"training {shape_of_network(config, dataset)} on {config.data.name} in {shown(path)}")
        with display():
            train(
                lambda stack: setting.make([config], plan),
                setting.splits,
                [monitor],
                [recorder],
                plan,
                display.progress,
            )
    except BaseException as error:
        fail(monitor, directory, recorder, error)
        raise
    log.info(report(recorder, monitor, dataset))
    return recorder.summary


def fail(
    monitor: Monitor, directory: RunDirectory, recorder: RunRecorder | None, error: BaseException
) -> dict[str, Any]:
    """Leave a summary that says why the run ended, and return it; the error itself goes on to whoever called."""
    reason = (str(error) or type(error).__name__).splitlines()[0]
    monitor.stop("interrupted" if isinstance(error, KeyboardInterrupt) else "failed", reason)
    try:
        if recorder is not None:
            recorder.conclude(monitor)
            return recorder.summary
    except Exception as second:  # a full disk stops the event file too, but perhaps not a few lines
        logging.getLogger("twinprop").debug(f"the summary is without results: {second}")
    summary = {"status": monitor.status, "reason": monitor.reason}
    try:
        directory.summary(summary)
    except Exception as second:
        logging.getLogger("twinprop").error(f"the summary could not be written either: {second}")
    return summary
