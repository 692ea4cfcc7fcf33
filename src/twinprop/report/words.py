"""Words in place of keys: `learning rate` for optimizer.lr, `validation accuracy` for val_accuracy."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from twinprop.population.compare import short_value
from twinprop.task import MEASURES

KEYS = {
    "optimizer.lr": "learning rate",
    "optimizer.name": "optimizer",
    "scheduler.name": "schedule",
    "data.name": "data",
    "data.normalize": "scaling of the inputs",
    "data.length": "length of the sequence",
    "data.root": "folder of the data",
    "data.seed": "seed of the data",
    "model.name": "kind of network",
    "model.depth": "hidden layers",
    "model.width": "units in each layer",
    "model.hidden": "units of the hidden layers",
    "model.backend": "twin",
    "model.init": "initialisation",
    "model.init_std": "deviation of the first weights",
    "model.batch_norm": "batch norm",
    "model.dtype": "precision",
    "train.batch_size": "batch size",
    "train.steps": "updates",
    "train.max_grad_norm": "largest norm of the gradient",
}
"""Of other keys, the last part."""

SPLITS = {"train": "training", "val": "validation", "test": "test"}
VALUES = {"model.backend": {"scratch": "by hand", "torch": "PyTorch"}}

LONGEST = 32
"""Letters of a value in a figure."""


def key_words(key: str) -> str:
    """A key in words."""
    return KEYS.get(key, key.removesuffix(".name").rpartition(".")[2].replace("_", " "))


def value_words(key: str, value: Any) -> str:
    """A value beside an axis or a line, in a line of ordinary length."""
    text = VALUES.get(key, {}).get(value) if isinstance(value, str) else None
    text = text or short_value(value).replace("\n", "\\n").replace("\t", "\\t")
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def variant_words(values: Mapping[str, Any]) -> str:
    """A choice of values: `0.1, tanh`; a number that could be anything with its name."""
    if len(values) == 1:
        return ", ".join(value_words(*pair) for pair in values.items())
    return ", ".join(
        value_words(key, value) if isinstance(value, str) else f"{key_words(key)} {value_words(key, value)}"
        for key, value in values.items()
    )


def measure_words(measure: str) -> str:
    """`accuracy`, `loss`, `RMSE`."""
    return MEASURES[measure].label


def metric_words(metric: str) -> str:
    """`validation accuracy` for val_accuracy."""
    split, _, measure = metric.partition("_")
    return f"{SPLITS.get(split, split)} {measure_words(measure)}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """`a, b and c`"""
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""


OWN = {"csv": "data.file", "image_folder": "data.root"}
"""Keys that say where data of one's own are, by the name of their kind."""


def data_words(flat: Mapping[str, Any], varied: Sequence[str] = ()) -> str:
    """The data that all runs had: `digits`; of one's own, the name of the file or folder."""
    name = flat.get("data.name")
    own = OWN.get(str(name))
    if "data.name" in varied or name is None:
        return ""
    if own is None or own in varied or not flat.get(own):
        return value_words("data.name", name)
    return value_words(own, PurePath(str(flat[own])).name)


def network_words(flat: Mapping[str, Any], varied: Sequence[str]) -> str:
    """The data and the network that all runs had, without what varied: `digits, mlp 50-50 relu, sgd`."""

    def same(key: str) -> str:
        value = flat.get(key)
        return "" if key in varied or value is None else value_words(key, value)

    hidden = flat.get("model.hidden")
    shape = ""
    if isinstance(hidden, list | tuple) and "model.hidden" not in varied:
        shape = "-".join(map(str, hidden))
    elif hidden is None and {"model.depth", "model.width"} & {*flat} and "model.hidden" not in varied:
        depth, width = same("model.depth"), same("model.width")
        shape = f"{depth or 'n'}×{width or 'n'}" if depth or width else ""
    network = " ".join(filter(None, [same("model.name"), shape, same("model.activation")]))
    return ", ".join(filter(None, [data_words(flat, varied), network, same("optimizer.name")]))


def wrapped(text: str, width: int) -> str:
    """Text in lines of a figure."""
    return "\n".join(textwrap.wrap(text, width))
