"""A run's summary.json, metrics.csv and .hydra/config.yaml, read back.

Whatever is wrong with one of them ends in a message that names it, and within bounds: a file may come from anywhere.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import yaml
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from twinprop.config import schema
from twinprop.config.registry import GROUPS
from twinprop.errors import TwinpropError, first_line
from twinprop.run.directory import read_text
from twinprop.task import METRICS, SPLITS, TASKS, task_named

COMMAND = "checkpoints/command.json"
"""Of a sweep, what it was begun with: the words of the command line, the folder, and the launcher."""

LARGEST = 1e300
"""Beyond, sums and squares are no floats."""

NUMBERS = ("epochs", "steps", "converged_epoch", "parameters", "samples_per_second")
"""What a summary.json gives as numbers, beside its groups."""

COUNTED = ("epoch", "step")
NEEDED = {name: [*COUNTED, *task.results()] for name, task in TASKS.items()}
"""Columns of metrics.csv that others are told from, for each task."""

NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?|nan|[-+]?inf", re.ASCII | re.IGNORECASE)
FROM_ENVIRONMENT = re.compile(r"(?<=: )\$\{oc\.env:(\w+)(?:,([\w./~-]+))?\}$", re.MULTILINE)
"""The value of a key that is a variable of the environment, as `data.root` is unless it was given."""

COUNT = re.compile(r"\d{1,18}", re.ASCII)
"""As they are written in metrics.csv."""


def read_summary(path: Path) -> dict[str, Any]:
    """What a summary.json holds.

    Raises:
        TwinpropError: it cannot be read, or is not as a run writes it.
    """
    text = read_text(path)
    try:
        summary = json.loads(text)
    except (ValueError, RecursionError) as error:
        why = "is empty" if not text.strip() else f"is no JSON ({str(error)[:100]})"
        raise TwinpropError(f"{path}: {why}; the run was cut off, or the file was changed.") from error
    problem = summary_problem(summary)
    if problem is not None:
        raise TwinpropError(f"{path}: {problem}, so it is no summary of a run, or of another version.")
    return dict(summary)


def summary_problem(summary: Any) -> str | None:
    """What is not as a run writes it; None where all is."""
    if not isinstance(summary, Mapping):
        return f"holds a {type(summary).__name__}"
    if not isinstance(summary.get("status"), str):
        return "has no status"
    groups: dict[str, Any] = {name: summary.get(name) for name in (*SPLITS, "best", "seconds")}
    if isinstance(groups["best"], Mapping):
        groups["best.test"] = groups["best"].get("test")
    for name, group in groups.items():
        if group is not None and not isinstance(group, Mapping):
            return f"has {name} as a {type(group).__name__}"
        for key, value in (group or {}).items():
            if not (value is None or isinstance(value, Mapping) or is_number(value)):
                return f"has {name}.{key} as {what_is(value)}"
    for name in NUMBERS:
        if not (summary.get(name) is None or is_number(summary[name])):
            return f"has {name} as {what_is(summary[name])}"
    measures = task_named(summary.get("task")).measures()
    for name in SPLITS:
        if groups[name] and not set(measures) <= set(groups[name]):
            return f"has no {' and '.join(measures)} of {name}"
    stopped = summary.get("stopped")
    if stopped is not None and not (isinstance(stopped, Mapping) and is_number(stopped.get("epoch"))):
        return "has stopped without an epoch"
    if groups["test"] and not {"train", "per_epoch"} <= set(groups["seconds"] or {}):
        return "has no times"
    return None


def is_number(value: Any) -> bool:
    """Whether this is a number that floats can hold."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST


def what_is(value: Any) -> str:
    """What stands in place of a number."""
    return "a number that no run writes" if isinstance(value, int | float) else f"a {type(value).__name__}"


def read_record(path: Path, is_right: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """What a file holds in which a sweep notes what it goes on by.

    Args:
        path: of the file.
        is_right: whether a group of values is one that a sweep notes.

    Raises:
        TwinpropError: it cannot be read, or is not as a sweep writes it.
    """
    text = read_text(path)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not is_right(found):
        raise TwinpropError(
            f"{path}: is not as a sweep wrote it, so nothing can go on by it; its runs stay as they are. Restore the "
            "file, or begin the sweep anew in another folder."
        )
    return found


def read_command(directory: Path) -> dict[str, Any]:
    """What a sweep was begun with: `words`, `folder`, `launcher`, and what it was repeated `from`.

    Raises:
        TwinpropError: that cannot be read.
    """
    return read_record(directory / COMMAND, is_command)


def is_command(found: dict[str, Any]) -> bool:
    words, kept = found.get("words"), found.get("from", {})
    return (
        isinstance(words, list)
        and all(isinstance(word, str) for word in words)
        and isinstance(found.get("folder"), str)
        and isinstance(found.get("launcher"), str)
        and isinstance(kept, dict)
        and all(isinstance(keys, dict) for keys in kept.values())
    )


def metrics_problem(path: Path) -> str | None:
    """What is wrong with a metrics.csv; None where nothing is."""
    try:
        read_metrics(path)
    except TwinpropError as error:
        return str(error)
    return None


def read_metrics(path: Path) -> dict[str, list[float]]:
    """The columns of a metrics.csv, NaN where a cell is empty.

    Raises:
        TwinpropError: it cannot be read, or is not as a run writes it.
    """
    text = read_text(path)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise TwinpropError(f"{path}: is no table ({error}).") from error
    if not lines:
        raise TwinpropError(f"{path}: is empty; the run was cut off.")
    head, *rows = lines
    lacking = min(([name for name in needed if name not in head] for needed in NEEDED.values()), key=len)
    if lacking:
        lack = f"has no column {', '.join(lacking)}"
        raise TwinpropError(f"{path}: {lack}, so it is no table of a run, or of another version.")
    if not text.endswith("\n"):
        raise TwinpropError(f"{path}: its last line was cut off.")
    counts = [head.index(name) for name in COUNTED]
    for number, row in enumerate(rows, start=2):
        if len(row) != len(head):
            raise TwinpropError(f"{path}: line {number} has {len(row)} values in place of {len(head)}.")
        if not all(cell == "" or NUMBER.fullmatch(cell) for cell in row):
            raise TwinpropError(f"{path}: line {number} holds what is no number.")
        if not all(COUNT.fullmatch(row[place]) for place in counts):
            raise TwinpropError(f"{path}: line {number} has no whole number of {' and '.join(COUNTED)}.")
    columns = zip(*rows, strict=True) if rows else [()] * len(head)
    return {name: [float(cell or "nan") for cell in column] for name, column in zip(head, columns, strict=True)}


def read_config(path: Path) -> dict[str, Any]:
    """What `.hydra/config.yaml` holds, flat: `{"optimizer.lr": 0.1, ...}`.

    Raises:
        Unresolved: it refers to what only Hydra knows.
        TwinpropError: it cannot be read, or is no configuration of a run.
    """
    return schema.flatten(read_groups(path))


def read_groups(path: Path) -> dict[str, Any]:
    """The same in its groups, as it stands there.

    Raises:
        Unresolved: it refers to what only Hydra knows.
        TwinpropError: it cannot be read, or is no configuration of a run.
    """
    text = read_text(path)
    try:
        # a few lines of aliases can stand for a billion values; Hydra writes none
        if "*" in text and any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):
            raise TwinpropError(f"{path}: has aliases, which no run writes.")
        plain = plain_yaml(FROM_ENVIRONMENT.sub(in_environment, text))
        if plain is None:
            loaded = OmegaConf.load(io.StringIO(text))
            try:
                plain = OmegaConf.to_container(loaded, resolve=True)
            except OmegaConfBaseException as error:
                raise Unresolved(f"{path}: cannot be resolved ({first_line(error)}).") from error
    except (yaml.YAMLError, OmegaConfBaseException, ValueError, OSError, RecursionError) as error:
        why = f"is no YAML ({first_line(error)})"
        raise TwinpropError(f"{path}: {why}; the run was cut off, or the file was changed.") from error
    if isinstance(plain, dict) and isinstance(plain.get("loss"), str):  # as earlier versions wrote it
        plain["loss"] = {"name": plain["loss"]}
    problem = config_problem(plain)
    if problem is not None:
        raise TwinpropError(f"{path}: {problem}, so it is no configuration of a run, or of another version.")
    return {str(key): value for key, value in cast(dict[str, Any], plain).items()}


def in_environment(reference: re.Match[str]) -> str:
    """What `${oc.env:NAME,DEFAULT}` stands for, as YAML; unchanged where that is not there or no text."""
    value = os.environ.get(reference[1], reference[2])
    return reference[0] if value in (None, "null") else json.dumps(value)


def plain_yaml(text: str) -> Any:
    """What YAML holds, where OmegaConf would read the same in ten times the time; None where it has to read it.

    It knows references within a file, and words that are numbers to it alone, as 1e-3.
    """
    try:
        plain = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return plain if isinstance(plain, dict) and all(is_plain(value) for value in leaves(plain)) else None
    except (yaml.YAMLError, ValueError, RecursionError):  # OmegaConf says what is wrong
        return None


def is_plain(value: Any) -> bool:
    """Whether a value of YAML is the same to OmegaConf."""
    if isinstance(value, str):
        return "${" not in value and not NUMBER.fullmatch(value)
    return value is None or isinstance(value, bool | int | float)


class Unresolved(TwinpropError):
    """A configuration refers to what is not there."""


def config_problem(config: Any) -> str | None:
    """What is not as a run writes it; None where all is."""
    if not isinstance(config, dict) or not config:
        return "is empty" if not config else f"holds a {type(config).__name__}"
    if not set(GROUPS) & set(config):
        return f"has none of {', '.join(GROUPS)}"
    for group in GROUPS:
        if group in config and not isinstance(config[group], dict):
            return f"has {group} as a {type(config[group]).__name__}"
    for value in leaves(list(config.values())):
        if isinstance(value, int | float) and not isinstance(value, bool) and not abs(value) < LARGEST:
            return "has a number that no run takes"
    metric = config.get("metric")
    if metric is not None and metric not in METRICS:
        return f"has the metric {str(metric)[:50]}"
    return None


def leaves(value: Any) -> Iterator[Any]:
    """The values in nested groups and lists."""
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, dict | list):
            yield from leaves(item)
        else:
            yield item
