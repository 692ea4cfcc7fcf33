"""The jobs of a sweep, composed as Hydra composes them and written as Hydra writes them, without its cost.

What jobs select of config groups is composed once, and so is Hydra's own part of the configuration with it: of that,
only a few fields are a job's own. An override of `hydra` itself counts as a selection. Jobs that give the same keys
plain values are filled into a form of the first of them (plain_jobs.py).
"""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from hydra.core.override_parser.types import Override
from omegaconf import DictConfig, OmegaConf, open_dict, read_write
from omegaconf.errors import OmegaConfBaseException

from twinprop.app.composer import HYDRA_ERRORS, Composer, text_of
from twinprop.app.diagnose import diagnose, in_a_line, problems_of, value_problems
from twinprop.app.hydra_internals import HydraYaml, JobFields, list_in_yaml, publish, set_job_fields
from twinprop.app.hydra_part import job_problems, leads_inside
from twinprop.app.log_files import is_log_file
from twinprop.app.plain_jobs import Form, Names, is_plain, parsed
from twinprop.config import schema
from twinprop.config.problems import key_problems
from twinprop.errors import ConfigError
from twinprop.run.directory import claim

OUTSIDE_HYDRA = re.compile(r"\$\{\s*(?!hydra[.:\[])\w[\w.\[\]]*\s*\}")
"""An interpolation of a key that is not Hydra's."""


@dataclass
class SweepJob:
    """One job of a sweep.

    Attributes:
        number: its place in the sweep.
        overrides: all of them, those of Hydra's own part too.
        task_overrides: those of what is trained.
        directory: where its results go.
        config: what to train; None where the configuration cannot be composed or is wrong.
        problems: why not.
        render: makes what `.hydra` holds, by path; nothing where the job asks for none. A sweep may have 100,000 jobs,
            so texts are not kept.
        log: the file of its log; None where it keeps none.
        log_format: the format of a line in it.
    """

    number: int
    overrides: list[str]
    task_overrides: list[str]
    directory: Path
    config: schema.Config | None
    problems: list[str]
    render: Callable[[], dict[Path, str]] = field(compare=False)
    log: Path | None = None
    log_format: str = "%(message)s"

    @property
    def files(self) -> dict[Path, str]:
        """What `.hydra` holds, by path."""
        return self.render()

    def write(self) -> None:
        """Make the directory with what Hydra writes into it.

        Raises:
            OutputError: it holds results, another job has it, or it cannot be made.
        """
        claim(self.directory, "hydra.sweep.subdir")
        for path, text in self.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


class SharedConfig:
    """The configuration of the jobs that select the same options, before their values are set.

    Args:
        whole: what Hydra composes for the selections. In Hydra's part of it, the fields of each job are set in turn.

    Attributes:
        task: the same without Hydra's part.
        yaml: writes hydra.yaml.
        names_have_values: whether names of files refer to keys outside Hydra's part, as `${seed}` does.
    """

    def __init__(self, whole: DictConfig) -> None:
        self.whole, self.task, self.yaml = whole, without_hydra(whole), HydraYaml(whole)
        hydra: Any = OmegaConf.to_container(whole.hydra, resolve=False)
        names = [hydra["sweep"]["subdir"], hydra["output_subdir"], hydra["job_logging"]]
        self.names_have_values = OUTSIDE_HYDRA.search(repr(names)) is not None

    def files(self, folder: Path, text: str, fields: JobFields) -> dict[Path, str]:
        """What `.hydra` of a job holds.

        Args:
            folder: its own.
            text: of config.yaml.
            fields: what is the job's own in Hydra's part of its configuration.
        """
        return {
            folder / "config.yaml": text,
            folder / "hydra.yaml": self.yaml.of(fields),
            folder / "overrides.yaml": list_in_yaml(fields["overrides"]["task"]),
        }


@dataclass
class Pattern:
    """The jobs that select the same options and give the same keys plain values: a form for each, and their names."""

    shared: SharedConfig
    form: Form
    names: Names

    def files(self, folder: Path, values: Sequence[Override], fields: JobFields) -> dict[Path, str]:
        """What `.hydra` of a job with these values holds."""
        return self.shared.files(folder, self.form.yaml(values), fields)


class SweepComposer:
    """Composes the jobs of a sweep.

    Args:
        loader: Hydra's.
        master: the configuration of the sweep itself.
    """

    def __init__(self, loader: Any, master: DictConfig) -> None:
        self.master = master
        self.composer = Composer(partial(loader.load_sweep_config, master))
        self.shared: dict[tuple[str, ...], SharedConfig] = {}
        self.words: dict[str, tuple[bool, Override]] = {}
        self.patterns: dict[tuple[tuple[str, ...], tuple[str, ...]], Pattern | None] = {}

    @cached_property
    def sweep_directory(self) -> str:
        return str(self.master.hydra.sweep.dir)

    def job(self, number: int, overrides: Sequence[str]) -> SweepJob:
        """Job `number`, which the sweeper describes by its overrides."""
        task_overrides = [word for word in overrides if not word.startswith("hydra.")]
        fields: JobFields = {"overrides": {"task": task_overrides}, "job": {"id": str(number), "num": number}}
        filled = self.filled(number, overrides, fields)
        return self.composed(number, overrides, fields) if filled is None else filled

    def filled(self, number: int, overrides: Sequence[str], fields: JobFields) -> SweepJob | None:
        """A job that differs from earlier ones in plain values alone; None where it has to be composed."""
        try:
            selections, values = self.sorted(overrides)
            pattern = self.pattern(selections, values)
            if pattern is None:
                return None
            config = pattern.form.fill(values)
            problems = value_problems(config)
        except (*HYDRA_ERRORS, ConfigError):
            return None  # composed as a whole, it says what is wrong
        names, task = pattern.names, fields["overrides"]["task"]
        directory = Path(names.directory(self.sweep_directory, number, task))
        log = names.log(str(directory), number)
        if problems or not (log is None or is_log_file(log, directory)):
            return None
        own = {**fields, "runtime": {"output_dir": str(directory)}}
        render: Callable[[], dict[Path, str]] = dict
        if names.folder is not None:
            render = partial(pattern.files, directory / names.folder, values, own)
        log_path = None if log is None else Path(log)
        return SweepJob(number, list(overrides), task, directory, config, [], render, log_path, names.log_format)

    def pattern(self, selections: Sequence[Override], values: Sequence[Override]) -> Pattern | None:
        """What a job has in common with others; None where it is like no other."""
        keys = tuple(each.key_or_group for each in values)
        at = tuple(map(text_of, selections)), keys
        if not all(map(is_plain, values)) or len({*keys}) < len(keys):
            return None
        if at not in self.patterns:
            shared, _, task = self.compose([*at[0], *map(text_of, values)])
            try:
                form = Form(task, keys)
                if key_problems(task, form.config) or shared.names_have_values:
                    raise ValueError("some of it cannot be filled in")
                self.patterns[at] = Pattern(shared, form, Names(shared.whole))
            except (ValueError, OmegaConfBaseException):
                self.patterns[at] = None
        return self.patterns[at]

    def composed(self, number: int, overrides: Sequence[str], fields: JobFields) -> SweepJob:
        """A job as Hydra composes it."""
        try:
            shared, whole, config = self.compose(overrides)
            directory = self.place(whole, fields)
            problems = problems_of(config)
        except HYDRA_ERRORS as error:
            (diagnosis,) = diagnose(overrides, self.master.hydra.job.config_name)
            problems = diagnosis.problems or [in_a_line(error)]
            shared, whole, config = self.compose([])  # what it can be written and named with
            directory = self.place(whole, fields)
        hydra = whole.hydra
        handler = OmegaConf.select(hydra, "job_logging.handlers.file")
        log = None if handler is None else Path(handler.filename)
        outside = job_problems(hydra, log, directory)
        if not leads_inside(hydra.sweep.subdir):  # its own is not to be made, and what failed is told in one
            directory = Path(self.sweep_directory).absolute() / str(number)
        log = None if outside else log
        render: Callable[[], dict[Path, str]] = dict
        if hydra.output_subdir is not None and not outside:
            own = {**fields, "runtime": {"output_dir": str(directory)}}
            render = partial(shared.files, directory / hydra.output_subdir, OmegaConf.to_yaml(config), own)
        problems += outside
        typed = None if problems else schema.typed(config)
        task = fields["overrides"]["task"]
        job = SweepJob(number, list(overrides), task, directory, typed, problems, render, log)
        if log is not None:
            job.log_format = hydra.job_logging.formatters[handler.formatter].format
        return job

    def sorted(self, overrides: Sequence[str]) -> tuple[list[Override], list[Override]]:
        """The overrides of a job that select options or are of Hydra's own part, and those that give keys values."""
        for word in overrides:
            if word not in self.words:
                override = parsed(word)
                selects = override.key_or_group.startswith("hydra") or self.composer.selects(override)
                self.words[word] = selects, override
        found = [self.words[word] for word in overrides]
        return [each for selects, each in found if selects], [each for selects, each in found if not selects]

    def compose(self, overrides: Sequence[str]) -> tuple[SharedConfig, DictConfig, DictConfig]:
        """What a job shares with others, a configuration to name its files with, and its own without Hydra's part."""
        selections, values = self.sorted(overrides)
        key = tuple(map(text_of, selections))
        if key not in self.shared:
            self.shared[key] = SharedConfig(self.composer.selected(selections))
        shared = self.shared[key]
        task = self.composer.set_values(copy.deepcopy(shared.task), selections, values)
        whole = shared.whole
        if shared.names_have_values or any(map(OUTSIDE_HYDRA.search, overrides)):
            whole = self.composer.set_values(copy.deepcopy(whole), selections, values)
        return shared, whole, without_hydra(task) if "hydra" in task else task

    def place(self, whole: DictConfig, fields: JobFields) -> Path:
        """The directory of a job, which may depend on anything that Hydra knows of it."""
        set_job_fields(whole, fields)
        publish(whole)
        directory = os.path.abspath(os.path.join(self.sweep_directory, str(whole.hydra.sweep.subdir)))
        set_job_fields(whole, {"runtime": {"output_dir": directory}})
        publish(whole)
        return Path(directory)


def without_hydra(whole: DictConfig) -> DictConfig:
    """A copy of a configuration without Hydra's own part."""
    task = copy.deepcopy(whole)
    with read_write(task), open_dict(task):
        del task["hydra"]
    return task
