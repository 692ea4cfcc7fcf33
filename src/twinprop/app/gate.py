"""What Hydra asks before it writes anything: whether the configuration is sound and its directory free."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.experimental.callback import Callback
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from twinprop.app.diagnose import diagnose, in_a_line, look, summary
from twinprop.config import schema
from twinprop.errors import ConfigError, TwinpropError
from twinprop.run.directory import check_unused, make_writable


class Gate(Callback):
    """Ends the process with a message where a run cannot start.

    Hydra turns the exceptions of a callback into warnings; SystemExit is the one that it lets through.
    """

    def on_run_start(self, config: DictConfig, **kwargs: Any) -> None:
        try:
            found = self.problems(config)
            if found:
                raise ConfigError(found)
            directory = self.directory(config, "hydra.run.dir")
            check_unused(directory, "hydra.run.dir", (".hydra", "metrics.csv", "summary.json"))
            make_writable(directory, "hydra.run.dir")
        except TwinpropError as error:
            sys.exit(str(error))

    def on_multirun_start(self, config: DictConfig, **kwargs: Any) -> None:
        try:
            self.sweep(config)
            check_unused(self.directory(config, "hydra.sweep.dir"), "hydra.sweep.dir", ("multirun.yaml",))
        except TwinpropError as error:
            sys.exit(str(error))

    def sweep(self, config: DictConfig) -> None:
        """Report the jobs that cannot be trained; end where no other is left, or Hydra would refuse them all."""
        words, name = self.words(config), config.hydra.job.config_name
        together = config.hydra.runtime.choices.get("hydra/launcher") == "population"
        if together and any(not job.problems for job in look(words, name, multirun=True)):
            return  # the launcher tells of each of the others at its own number
        jobs = diagnose(words, name, multirun=True)
        error = summary(jobs)
        if error is None:
            return
        sound = sum(not job.problems for job in jobs)
        if not sound:
            raise error
        if not all(job.composes for job in jobs):
            raise TwinpropError(f"{error}\nNone of the {len(jobs)} jobs was started.")
        print(f"{error}\nOf {len(jobs)} jobs, {sound} can be trained and will be.", file=sys.stderr)

    def words(self, config: DictConfig) -> list[str]:
        """The overrides that decide what is trained: of groups in Hydra, of a study, of the command line."""
        hydra: Any = OmegaConf.to_container(config.hydra, resolve=False)
        chosen = [word for word in hydra["overrides"]["hydra"] if "/" in word.partition("=")[0] or "searchpath" in word]
        task, params = hydra["overrides"]["task"], hydra["sweeper"].get("params") or {}
        # as in Hydra's sweeper, the command line replaces what a study gives for a key, at its place
        given = {word.partition("=")[0]: word for word in task}
        studied = [given.get(key, f"{key}={value}") for key, value in params.items()]
        return [*chosen, *studied, *(word for word in task if word.partition("=")[0] not in params)]

    def problems(self, config: DictConfig) -> list[str]:
        """What is wrong with a single run."""
        studies = [word for word in config.hydra.overrides.task if word.startswith("+sweeps=")]
        try:
            problems = schema.composed_problems(config)
            return [f"{word}: a study trains several times, which needs -m." for word in studies] + problems
        except OmegaConfBaseException as error:
            (job,) = diagnose(self.words(config), config.hydra.job.config_name)
            return job.problems or [in_a_line(error)]

    def directory(self, config: DictConfig, key: str) -> Path:
        """The directory that `key` names."""
        HydraConfig.instance().set_config(config)
        try:
            name = OmegaConf.select(config, key, throw_on_resolution_failure=True)
        except OmegaConfBaseException as error:
            raise ConfigError([in_a_line(error)]) from error
        if not name:
            raise ConfigError([f"{key}={name or ''}: must be the path of a new folder."])
        return Path(name)
