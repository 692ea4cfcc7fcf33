"""A network in a few words, and a finished run in a few lines."""

from __future__ import annotations

from itertools import groupby
from math import prod
from typing import Any

from twinprop.config import registry
from twinprop.config.schema import Config
from twinprop.data.base import Dataset
from twinprop.run.console import display_path, two_columns
from twinprop.run.recorder import RunRecorder
from twinprop.run.showing import only_shows
from twinprop.task import told
from twinprop.training.monitor import Monitor

MANY = 6
"""Layers of one width in a row that are counted, and not listed."""


def describe_network(config: Config, dataset: Dataset) -> str:
    """`784-1024-10 relu`: the features or channels from layer to layer, and what else names the network."""
    with only_shows("the network in words"):
        return in_words(config, dataset)
    return config.model.name


def in_words(config: Config, dataset: Dataset) -> str:
    """`describe_network`, where nothing fails."""
    shape = dataset.shape
    first = {"cnn": shape[0] if len(shape) == 3 else 1, "rnn": prod(shape[1:])}.get(config.model.name, prod(shape))
    widths: list[Any] = [first]
    layers = config.model.layers(dataset.shape, dataset.outputs)
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


def describe_run(recorder: RunRecorder, monitor: Monitor, dataset: Dataset) -> str:
    """What was trained, on what, how well, how fast, where it is saved."""
    with only_shows("the run in words"):
        return two_columns(facts(recorder, monitor, dataset))
    return two_columns({"saved": display_path(recorder.directory.path)})


def facts(recorder: RunRecorder, monitor: Monitor, dataset: Dataset) -> dict[str, str]:
    """What `describe_run` tells, by name."""
    config, summary = recorder.config, recorder.summary
    sizes = [f"{len(split):,} {name}" for name, split in zip(("train", "val", "test"), dataset[:3], strict=True)]
    model = f"{describe_network(config, dataset)}, {summary['parameters']:,} parameters"
    where = f"{config.model.backend}, {config.model.dtype}, {recorder.environment['device']}"
    lines = {"trained": f"{model} ({where})", "on": f"{config.data.name}: {' / '.join(sizes)}"}
    status = monitor.status if not monitor.reason else f"{monitor.status}: {monitor.reason}"
    lines["status"] = f"{status}; {summary['epochs']} epochs, {summary['steps']:,} steps"
    if monitor.rows:
        results = monitor.rows[-1].results
        told_ = [told(results, f"test_{what}") for what in (*dataset.task.scores, "loss")]
        lines["test"] = ", ".join(text.removeprefix("test ") for text in told_)
        seconds = summary["seconds"]
        rate = f"{summary['samples_per_second']:,.0f} samples/s"
        lines["speed"] = f"{seconds['per_epoch']:.3g} s an epoch, {rate}, {seconds['total']:.3g} s in all"
    if monitor.best is not None:
        best = monitor.best
        score = told(best.results, monitor.chosen_by).removeprefix("val ")
        lines["best"] = f"validation {score} at epoch {best.epoch}"
        if summary["weights"]["kept"] == "best":
            lines["best"] += ", which the model is of"
    lines["saved"] = display_path(recorder.directory.path)
    return lines
