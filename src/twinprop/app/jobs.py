"""The jobs of a sweep, composed as Hydra composes them and written as Hydra writes them, without its cost.

Hydra reads every file of the configuration again for each job. Here it does so once for each distinct
choice of groups, and what a job only gives other values is set in a copy. An override of `hydra` itself
or with an interpolation counts as a choice, so that Hydra's own order of things decides.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from omegaconf import OmegaConf, open_dict, read_write

from twinprop.app.diagnose import HYDRA_ERRORS, Bases, diagnose, in_a_line, spell
from twinprop.config import schema


@dataclass
class Job:
    """One job of a sweep.

    Attributes:
        number: its place in the sweep.
        given: its overrides, those of Hydra's own part among them.
        overrides: those of what is trained.
        directory: where its results go.
        files: what `.hydra` holds, by file name; nothing where the job asks for none.
        config: what to train; None where the configuration cannot be composed or is wrong.
        problems: why not.
        log_format: the format of a line in its log; None where it keeps none.
        log: the name of that log.
    """

    number: int
    given: list[str]
    overrides: list[str]
    directory: Path
    files: dict[Path, str]
    config: schema.Config | None
    problems: list[str]
    composed: Any = None
    log: Path | None = None
    log_format: str = "%(message)s"

    def write(self) -> None:
        """Make the directory with what Hydra writes into it."""
        self.directory.mkdir(parents=True, exist_ok=True)
        for path, text in self.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


@dataclass
class Choice:
    """What Hydra composes for one choice of groups: the whole, the job's own part, and hydra.yaml with marks in it."""

    composed: Any
    own: Any
    text: str


Own = dict[str, dict[str, Any]]

MARKS: Own = {
    "overrides": {"task": ["MARK-TASK"]},
    "job": {"id": "MARK-ID", "num": 909090},
    "runtime": {"output_dir": "MARK"},
}
"""Where hydra.yaml differs between jobs of one choice: dumping it anew for each would take longer than all the rest."""


class Composer:
    """Composes the jobs of a sweep.

    Args:
        loader: Hydra's.
        master: the configuration of the sweep itself.
    """

    def __init__(self, loader: Any, master: Any) -> None:
        self.loader, self.master = loader, master
        self.groups = Bases(master.hydra.job.config_name, with_hydra=True)
        self.known: dict[tuple[str, ...], Choice] = {}

    def job(self, number: int, overrides: Sequence[str]) -> Job:
        """Job `number`, which the sweeper describes by its overrides."""
        problems: list[str] = []
        try:
            choice, config = self.compose(overrides)
            problems = schema.composed_problems(config)
        except HYDRA_ERRORS as error:
            (found,) = diagnose(overrides, self.master.hydra.job.config_name)
            problems = found.problems or [in_a_line(error)]
            choice, config = self.compose([])  # what it can be written and named with
        hydra = choice.composed.hydra
        own: Own = {
            "overrides": {"task": [word for word in overrides if not word.startswith("hydra.")]},
            "job": {"id": str(number), "num": number},
        }
        directory = self.place(choice, own)
        own["runtime"] = {"output_dir": str(directory)}
        files = {}
        if hydra.output_subdir is not None:
            folder = directory / hydra.output_subdir
            files = {
                folder / "config.yaml": OmegaConf.to_yaml(config),
                folder / "hydra.yaml": filled(choice.text, own),
                folder / "overrides.yaml": OmegaConf.to_yaml(hydra.overrides.task),
            }
        typed = None if problems else schema.typed(config)
        job = Job(number, list(overrides), own["overrides"]["task"], directory, files, typed, problems, config)
        handler = OmegaConf.select(hydra, "job_logging.handlers.file")
        if handler is not None:
            job.log = Path(handler.filename)
            job.log_format = hydra.job_logging.formatters[handler.formatter].format
        return job

    def compose(self, overrides: Sequence[str]) -> tuple[Choice, Any]:
        """The choice that a job makes, and its own part of the configuration."""
        fixed: list[Override] = []
        values: list[Override] = []
        for override in OverridesParser.create().parse_overrides(list(overrides)):
            special = override.key_or_group.startswith("hydra") or "${" in spell(override)
            (fixed if special or self.groups.is_choice(override) else values).append(override)
        key = tuple(map(spell, fixed))
        if key not in self.known:
            self.known[key] = self.choose(list(key))
        config = copy.deepcopy(self.known[key].own)
        ConfigLoaderImpl._apply_overrides_to_config(values, config)
        return self.known[key], config

    def choose(self, overrides: list[str]) -> Choice:
        """What Hydra composes for a choice of groups."""
        composed = self.loader.load_sweep_config(self.master, overrides)
        own = copy.deepcopy(composed)
        with read_write(own), open_dict(own):
            del own["hydra"]
        set_own(composed.hydra, MARKS)
        return Choice(composed, own, OmegaConf.to_yaml(OmegaConf.masked_copy(composed, "hydra")))

    def place(self, choice: Choice, own: Own) -> Path:
        """The directory of a job, which may depend on anything that Hydra knows of it."""
        set_own(choice.composed.hydra, own)
        HydraConfig.instance().cfg = choice.composed  # for ${hydra:...}
        sweep = choice.composed.hydra.sweep
        directory = os.path.abspath(os.path.join(str(self.master.hydra.sweep.dir), str(sweep.subdir)))
        set_own(choice.composed.hydra, {"runtime": {"output_dir": directory}})
        return Path(directory)


def set_own(hydra: Any, own: Own) -> None:
    """Set what is a job's own in Hydra's part of a configuration."""
    for group, values in own.items():
        with read_write(hydra[group]), open_dict(hydra[group]):
            for key, value in values.items():
                hydra[group][key] = value


def pieces(own: Own) -> list[str]:
    """The lines of hydra.yaml for the task overrides, the job's id and number, and the directory."""
    text = OmegaConf.to_yaml(OmegaConf.create({"hydra": own}))
    task, _, rest = text.removeprefix("hydra:\n  overrides:\n").partition("  job:\n")
    job, _, runtime = rest.partition("  runtime:\n")
    return [task, job, runtime]


def filled(text: str, own: Own) -> str:
    """hydra.yaml of a job, from that of its choice."""
    for mark, piece in zip(pieces(MARKS), pieces(own), strict=True):
        assert text.count(mark) == 1, f"hydra.yaml should have one place for {mark!r}"
        text = text.replace(mark, piece)
    return text
