"""What is wrong with Hydra's own part of a configuration: it may write and call nothing outside of its place."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import is_dataclass
from pathlib import Path, PurePath
from typing import Any

from hydra.conf import HydraConf
from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from hydra.types import RunMode
from omegaconf import MISSING, DictConfig, OmegaConf, flag_override
from omegaconf.errors import OmegaConfBaseException

from twinprop.app.hydra_internals import JobFields, publish, set_job_fields
from twinprop.app.log_files import is_log_file, logging_problems
from twinprop.app.trusted import ALLOW, allowed, typed
from twinprop.errors import ConfigError
from twinprop.text import nearest

STARTS_PROGRAMS = re.compile(
    rf"{ALLOW}|XDG_STATE_HOME|PATH|IFS|ENV|BASH_ENV|SHELL|(LD|DYLD|GIT|PYTHON|CUDA_INJECTION)\w*|.*PRELOAD.*"
)
"""Environment variables that decide which programs, libraries and plugins are started."""

COMMANDS = ("python", "setup", "srun_args", "additional_parameters", "runtime_env", "address")
"""Keys of launchers that start programs, or that connect to a machine which may have them started."""


def run_problems(config: DictConfig, directory: Path, words: Sequence[str]) -> list[str]:
    """What is wrong with Hydra's part of a run that will have this directory.

    Args:
        config: the whole of it.
        directory: of the run.
        words: of the command line, as the user typed it.
    """
    return list(unknown_keys(config.hydra)) or problems_at(
        config, {"runtime": {"output_dir": str(directory.absolute())}}, words
    )


def sweep_problems(config: DictConfig, directory: Path, words: Sequence[str]) -> list[str]:
    """What is wrong with Hydra's part of a sweep that will have this directory, before its jobs are known."""
    found = [*unknown_keys(config.hydra), *plugin_problems(config.hydra, words)]
    place: JobFields = {"runtime": {"output_dir": str(directory.absolute() / "0")}, "job": {"id": "0", "num": 0}}
    return found + problems_at(config, place, words)


def problems_at(config: DictConfig, fields: JobFields, words: Sequence[str]) -> list[str]:
    """What is wrong with a job that has these fields, which are taken away again; what cannot be told yet is not."""
    hydra = config.hydra
    set_job_fields(config, fields)
    publish(config)
    try:
        log: Any = OmegaConf.to_container(hydra.job_logging, resolve=True)
        place = Path(hydra.runtime.output_dir)
        found = list(place_problems(hydra)) or list(logging_problems("hydra.job_logging", log, place))
        if "job" in fields:
            found += subdir_problems(hydra.sweep.subdir)
        return [*found, *environment_problems(hydra, words)]
    except OmegaConfBaseException:
        return []
    finally:
        set_job_fields(config, {group: dict.fromkeys(values, MISSING) for group, values in fields.items()})


def place_problems(hydra: DictConfig) -> Iterator[str]:
    """Names of files that lead out of the run's directory."""
    name, subdir = hydra.job.name, hydra.output_subdir
    if not is_plain(str(name)):
        yield f"hydra.job.name={name}: must be a plain name, for it names the log file."
    if subdir is not None and not leads_inside(subdir):
        yield f"hydra.output_subdir={subdir}: must be a folder within the run's directory, such as .hydra, or null."


def subdir_problems(subdir: str) -> Iterator[str]:
    """A directory of a job that is outside that of its sweep."""
    if not leads_inside(subdir):
        yield f"hydra.sweep.subdir={subdir}: must be a folder within hydra.sweep.dir."


def job_problems(hydra: DictConfig, log: Path | None, directory: Path) -> list[str]:
    """The same for a job of a sweep that trains together with others, whose log is no more than a file."""
    found = [*place_problems(hydra), *subdir_problems(hydra.sweep.subdir)]
    if log is not None and not is_log_file(str(log), directory):
        found.append(f"hydra.job_logging.handlers.file.filename={log}: must end in .log and be in {directory}.")
    return found


def is_plain(name: str) -> bool:
    """Whether this names something in a folder, and leads nowhere else."""
    return name not in ("", ".", "..") and not set(name) & set("/\\\0") and name.isprintable()


def leads_inside(path: str) -> bool:
    """Whether a path stays in the folder that it is taken from, and is not that folder itself."""
    parts = PurePath(path).parts
    return bool(parts) and all(map(is_plain, parts))


def guarded_job(run: Callable[..., Any], *, config: DictConfig, **named: Any) -> Any:
    """Run a job by `run`, if its own part is as it may be: a job of a sweep may choose files that others do not.

    Raises:
        ConfigError: it is not.
    """
    hydra = config.hydra
    found = [*place_problems(hydra), *program_problems(hydra)]
    if hydra.mode == RunMode.MULTIRUN:
        found += subdir_problems(hydra.sweep.subdir)
    if found:
        raise ConfigError(found)
    return run(config=config, **named)


def typed_for(hydra: DictConfig, words: Sequence[str]) -> list[str]:
    """The overrides of Hydra's part that the user typed; with --experimental-rerun, Hydra adds those of another run."""
    whole: Any = OmegaConf.to_container(hydra.overrides.hydra, resolve=False)
    return [word for word in whole if word in words]


def environment_problems(hydra: DictConfig, words: Sequence[str]) -> Iterator[str]:
    """Environment variables that decide which programs are started, or that a file sets."""
    names, given = allowed(), typed_for(hydra, words)
    yield from program_problems(hydra)
    for name in changed(hydra.job.env_set):
        key = f"hydra.job.env_set.{name}"
        if key in names:
            continue
        if not STARTS_PROGRAMS.fullmatch(name) and not typed(key, given):
            yield f"{key}: must be typed on the command line, not stand in a file; or set {ALLOW}={key}."


def changed(variables: DictConfig) -> list[str]:
    """The environment variables that are not set to what they are already, as hydra.job.env_copy does."""
    return [name for name in map(str, variables) if os.environ.get(name) != variables[name]]


def program_problems(hydra: DictConfig) -> Iterator[str]:
    """Environment variables that decide which programs are started."""
    for name in changed(hydra.job.env_set):
        key = f"hydra.job.env_set.{name}"
        if STARTS_PROGRAMS.fullmatch(name) and key not in allowed():
            yield f"{key}: decides which programs are started; set {name} before the command, or {ALLOW}={key}."


def unknown_keys(hydra: DictConfig) -> Iterator[str]:
    """Keys that were added by `+`, and that nothing reads."""
    known = OmegaConf.structured(HydraConf)
    with flag_override(known, "struct", False):
        known.env = {}  # Hydra's own group `hydra/env`, which its schema leaves out
    yield from added("hydra", hydra, known)
    store = ConfigStore.instance()
    for part in ("launcher", "sweeper"):
        group, chosen = f"hydra/{part}", hydra[part]
        nodes = [store.load(f"{group}/{name}").node for name in store.list(group) if name.endswith(".yaml")]
        for node in nodes:
            if isinstance(chosen, DictConfig) and node["_target_"] == chosen.get("_target_"):
                yield from added(f"hydra.{part}", chosen, node)


def added(key: str, given: DictConfig, known: DictConfig) -> Iterator[str]:
    """The keys within `key` that what is known there does not have; any may be where no type is known."""
    names = set(map(str, known))  # `in` would not see what has no value yet
    for name in map(str, given):
        if name not in names:
            yield f"{key}.{name}: there is no such key.{nearest(name, names)}"
            continue
        if is_dataclass(OmegaConf.get_type(known, name)) and OmegaConf.is_dict(given[name]):
            yield from added(f"{key}.{name}", given[name], known[name])


def plugin_problems(hydra: DictConfig, words: Sequence[str]) -> Iterator[str]:
    """What is wrong with the launcher and the sweeper of a sweep."""
    store = ConfigStore.instance()
    for part, kind in {"launcher": Launcher, "sweeper": Sweeper}.items():
        known = [f"{each.__module__}.{each.__name__}" for each in Plugins.instance().discover(kind)]
        group = f"hydra/{part}"
        known += [
            store.load(f"{group}/{name}").node["_target_"] for name in store.list(group) if name.endswith(".yaml")
        ]
        target = OmegaConf.select(hydra, f"{part}._target_")
        if target not in known:
            yield f"hydra.{part}._target_={target}: is no {part} that is installed; choose one by hydra/{part}=NAME."
    names, given = allowed(), typed_for(hydra, words)
    launcher: Any = OmegaConf.to_container(hydra.launcher, resolve=False)
    for key in commands("hydra.launcher", launcher):
        if key not in names and not typed(key, given):
            yield f"{key}: starts programs, so it must be typed on the command line, or set {ALLOW}={key}."


def commands(key: str, value: Any) -> Iterator[str]:
    """The keys of a launcher that start programs, with a value."""
    for name, item in value.items() if isinstance(value, dict) else ():
        if name in COMMANDS:
            if item not in (None, {}, []):
                yield f"{key}.{name}"
        else:
            yield from commands(f"{key}.{name}", item)
