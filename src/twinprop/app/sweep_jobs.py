"""The jobs of a sweep, composed as Hydra composes them and written as Hydra writes them, without its cost.

What jobs select of config groups is composed once, and so is Hydra's own part of the configuration with it: of that,
only a few fields are a job's own. An override of `hydra` itself counts as a selection.
"""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import DictConfig, OmegaConf, open_dict, read_write

from twinprop.app.composer import HYDRA_ERRORS, Composer, text_of
from twinprop.app.diagnose import diagnose, in_a_line, problems_of
from twinprop.app.hydra_internals import HydraYaml, JobFields, publish, set_job_fields
from twinprop.app.hydra_part import job_problems
from twinprop.config import schema
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
        files: what `.hydra` holds, by path; nothing where the job asks for none.
        config: what to train; None where the configuration cannot be composed or is wrong.
        problems: why not.
        composed: the configuration as Hydra composes it, without Hydra's own part.
        log: the file of its log; None where it keeps none.
        log_format: the format of a line in it.
    """

    number: int
    overrides: list[str]
    task_overrides: list[str]
    directory: Path
    files: dict[Path, str]
    config: schema.Config | None
    problems: list[str]
    composed: DictConfig
    log: Path | None = None
    log_format: str = "%(message)s"

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

    def job(self, number: int, overrides: Sequence[str]) -> SweepJob:
        """Job `number`, which the sweeper describes by its overrides."""
        task_overrides = [word for word in overrides if not word.startswith("hydra.")]
        fields: JobFields = {"overrides": {"task": task_overrides}, "job": {"id": str(number), "num": number}}
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
        files, log = {}, None if outside else log
        if hydra.output_subdir is not None and not outside:
            folder = directory / hydra.output_subdir
            files = {
                folder / "config.yaml": OmegaConf.to_yaml(config),
                folder / "hydra.yaml": shared.yaml.of({**fields, "runtime": {"output_dir": str(directory)}}),
                folder / "overrides.yaml": OmegaConf.to_yaml(hydra.overrides.task),
            }
        problems += outside
        typed = None if problems else schema.typed(config)
        job = SweepJob(number, list(overrides), task_overrides, directory, files, typed, problems, config, log)
        if log is not None:
            job.log_format = hydra.job_logging.formatters[handler.formatter].format
        return job

    def compose(self, overrides: Sequence[str]) -> tuple[SharedConfig, DictConfig, DictConfig]:
        """What a job shares with others, a configuration to name its files with, and its own without Hydra's part."""
        parsed = OverridesParser.create().parse_overrides(list(overrides))
        selects = [each.key_or_group.startswith("hydra") or self.composer.selects(each) for each in parsed]
        selections = [each for each, yes in zip(parsed, selects, strict=True) if yes]
        values = [each for each, yes in zip(parsed, selects, strict=True) if not yes]
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
        directory = os.path.abspath(os.path.join(str(self.master.hydra.sweep.dir), str(whole.hydra.sweep.subdir)))
        set_job_fields(whole, {"runtime": {"output_dir": directory}})
        publish(whole)
        return Path(directory)


def without_hydra(whole: DictConfig) -> DictConfig:
    """A copy of a configuration without Hydra's own part."""
    task = copy.deepcopy(whole)
    with read_write(task), open_dict(task):
        del task["hydra"]
    return task
