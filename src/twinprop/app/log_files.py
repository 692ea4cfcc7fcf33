"""What the log may be set up with: lines on the console, and files with the ending .log in a run's own directory.

Python's logging opens any file that a configuration names, and with `mode: w` empties it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from omegaconf import OmegaConf

from twinprop.app.trusted import allowed, refused
from twinprop.errors import ConfigError

CLASSES = {
    "handlers": (
        "logging.StreamHandler",
        "logging.FileHandler",
        "twinprop.run.console.ConsoleHandler",
        "twinprop.run.console.LogFileHandler",
        "twinprop.run.console.StreamHandler",
    ),
    "formatters": ("logging.Formatter", "colorlog.ColoredFormatter"),
    "filters": ("logging.Filter",),
}
"""What each part of the log's configuration may name; `colorlog` is what Hydra's own plugin for colours names."""

ONCE = {
    "logging.FileHandler": "twinprop.run.console.LogFileHandler",
    "logging.StreamHandler": "twinprop.run.console.StreamHandler",
}
"""Handlers of ours that do the same as Python's, and say once where they cannot."""

STREAMS = ("ext://sys.stdout", "ext://sys.stderr")

ELSEWHERE = re.compile(r"[a-z]+://")
"""How a value begins that logging replaces: by an object of Python's, or by another part of the configuration."""


def logging_problems(key: str, config: Mapping[str, Any] | None, directory: Path | None) -> Iterator[str]:
    """What in a configuration of the log may not be.

    Args:
        key: which one, `hydra.job_logging` or `hydra.hydra_logging`.
        config: as `logging.config.dictConfig` takes it, resolved.
        directory: the run's; None where there is none, and so no file.
    """
    if config is None or config.get("root", "") is None:
        return  # nothing is set up
    if config.get("version") != 1:
        yield f"{key}.version={config.get('version')}: must be 1."
    if "root" not in config:
        yield f"{key}.root: must be there, or null for no log."
    names = allowed()
    for kind, classes in CLASSES.items():
        for name, part in parts_of(config, kind):
            where = f"{key}.{kind}.{name}"
            if not isinstance(part, Mapping):
                yield f"{where}: must be a group of keys."
                continue
            for word in ("()", "class"):
                called = part.get(word)
                if called is not None and called not in (*classes, *names):
                    yield refused(f"{where}.{word}", str(called))
            if "." in part:
                yield f"{where}: may not set attributes by '.'."
            if "filename" in part:
                yield from file_problems(where, part, directory)
    objects = (*STREAMS, *(f"ext://{name}" for name in names))
    for where, value in leaves(key, config):
        if isinstance(value, str) and ELSEWHERE.match(value) and value not in objects:
            yield f"{where}={value}: must be {' or '.join(STREAMS)}."


def parts_of(config: Mapping[str, Any], kind: str) -> list[tuple[str, Any]]:
    """The handlers, formatters or filters by name."""
    found = config.get(kind)
    return list(found.items()) if isinstance(found, Mapping) else []


def leaves(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every value in nested groups and lists, with its key."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from leaves(f"{key}.{name}", item)
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value):
            yield from leaves(f"{key}.{place}", item)
    else:
        yield key, value


def file_problems(where: str, handler: Mapping[str, Any], directory: Path | None) -> Iterator[str]:
    """What is wrong with the file of a handler."""
    filename, mode = handler["filename"], handler.get("mode", "a")
    if mode != "a":
        yield f"{where}.mode={mode}: must be a, which adds to a file and never empties it."
    if directory is None:
        yield f"{where}.filename={filename}: only a job has a log file; give it to hydra.job_logging."
    elif not is_log_file(filename, directory):
        yield f"{where}.filename={filename}: must end in .log and be in the run's directory, {directory}."


def is_log_file(filename: Any, directory: Path) -> bool:
    """Whether this is a log file within a directory, wherever links lead."""
    return (
        isinstance(filename, str)
        and filename.endswith(".log")
        and "\0" not in filename
        and Path(os.path.realpath(filename)).is_relative_to(os.path.realpath(directory))
    )


def run_directory() -> Path | None:
    """The directory of the job that is about to run; None before there is one."""
    if not HydraConfig.initialized():
        return None
    runtime: Any = HydraConfig.get().runtime
    return None if OmegaConf.is_missing(runtime, "output_dir") else Path(runtime.output_dir)


def telling_once(config: dict[str, Any]) -> dict[str, Any]:
    """A configuration of the log with our handlers in place of Python's, which print a traceback for each line lost."""
    handlers = {
        name: {key: ONCE.get(value, value) if key in ("()", "class") else value for key, value in part.items()}
        for name, part in parts_of(config, "handlers")
    }
    return {**config, "handlers": handlers} if handlers else config


def guarded(configure: Callable[..., None], config: dict[str, Any], *arguments: Any) -> None:
    """Set up the log by `configure(config, *arguments)` if it may be set up so.

    Raises:
        ConfigError: it may not, or it cannot.
    """
    directory = run_directory()
    key = "hydra.hydra_logging" if directory is None else "hydra.job_logging"
    found = list(logging_problems(key, config, directory))
    if found:
        raise ConfigError(found)
    try:
        configure(telling_once(config), *arguments)
    except (ValueError, TypeError, AttributeError, LookupError) as error:
        first: BaseException = error
        while first.__cause__ is not None:
            first = first.__cause__
        told = dict.fromkeys(" ".join(str(each).split()) for each in (error, first))
        raise ConfigError([f"{key}: {': '.join(told)}"]) from error
