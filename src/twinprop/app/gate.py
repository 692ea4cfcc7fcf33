"""What Hydra asks before it writes anything: whether the configuration is sound and its directory free."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.core.plugins import Plugins
from hydra.experimental.callback import Callback
from hydra.utils import get_class
from omegaconf import DictConfig, OmegaConf, flag_override
from omegaconf.errors import OmegaConfBaseException

from twinprop.app.diagnose import diagnose, diagnose_jobs, in_a_line, problems_of, to_error
from twinprop.app.dropping import HALVING
from twinprop.app.home import quoted
from twinprop.app.hydra_part import run_problems, sweep_problems
from twinprop.app.resumption import current
from twinprop.app.run_source import FROM, runs_in
from twinprop.errors import ConfigError, OutputError, TwinpropError, explain
from twinprop.run.checkpoints import FOLDER
from twinprop.run.directory import RESULTS, claim, write_atomically
from twinprop.run.files import COMMAND
from twinprop.run.lock import Lock
from twinprop.run.plugin_record import FOLDER as PLUGINS
from twinprop.run.plugin_record import write_record
from twinprop.text import at_home

MOST_NAMES = 1000
"""Names that are tried for a directory, at most."""

MULTIRUN = "multirun.yaml"
"""The file by which a sweep takes its directory."""


@contextmanager
def ends_the_process() -> Iterator[None]:
    """Turn any exception into a message and the end of the process."""
    try:
        yield
    except OmegaConfBaseException as error:
        sys.exit(str(ConfigError([in_a_line(error)])))
    except Exception as error:
        sys.exit(explain(error) or f"{type(error).__name__}: {error}; nothing was started.")


def claim_sweep(path: Path, config: DictConfig, together: bool) -> None:
    """Take the directory of a sweep, and leave its configuration in it, as not all of Hydra's sweepers do.

    Args:
        path: the directory.
        config: of the sweep.
        together: whether our launcher trains it, which takes the directory of each job before it writes into it.

    Raises:
        OutputError: it is a sweep's, or cannot be written, or holds runs that Hydra's own launchers would write into.
    """
    if not together:
        held = next((each for name in RESULTS for each in path.glob(f"*/{name}")), None)
        if held is not None:
            raise OutputError(f"hydra.sweep.dir={path}: already holds {held.parent.name}; choose a new folder.")
    claim(path, "hydra.sweep.dir", OmegaConf.to_yaml(config))
    launcher = config.hydra.runtime.choices.get("hydra/launcher")
    words = sys.argv[1:]
    command = {"words": words, "folder": str(Path.cwd()), "launcher": launcher, FROM: runs_in(words)}
    (path / FOLDER).mkdir(exist_ok=True)
    write_atomically(path / COMMAND, json.dumps(command).encode())
    write_record(path)


class Gate(Callback):
    """Ends the process with a message where a run cannot start, whatever is the reason.

    Hydra turns the exceptions of a callback into warnings, and would go on; SystemExit is the one that it lets through.
    """

    def __init__(self) -> None:
        self.taken: Path | None = None
        self.made: list[Path] = []
        self.lock: Lock | None = None
        self.multirun: bytes | None = None

    def on_run_start(self, config: DictConfig, **kwargs: Any) -> None:
        with ends_the_process():
            found = self.problems(config) or run_problems(config, self.directory(config, "hydra.run.dir"), sys.argv)
            if found:
                raise ConfigError(found)
            self.claim(config, "hydra.run.dir", lambda path: claim(path, "hydra.run.dir"))

    def on_multirun_start(self, config: DictConfig, **kwargs: Any) -> None:
        with ends_the_process():
            # the words of a sweep that goes on come from its directory, which may be somebody else's
            typed = sys.argv if current() is None else []
            found = sweep_problems(config, self.directory(config, "hydra.sweep.dir"), typed)
            if found:
                raise ConfigError(found)
            self.sweep(config)
            # ours for Optuna is imported only now; that it is one of those that are installed was seen above
            Plugins.instance().register(get_class(config.hydra.sweeper["_target_"]))
            if (resumption := current()) is not None:
                self.multirun = (resumption.directory / MULTIRUN).read_bytes()
                return
            together = config.hydra.runtime.choices.get("hydra/launcher") == "population"

            def take(path: Path) -> None:
                self.made = [folder for folder in (path, *path.parents) if not folder.exists()]
                claim_sweep(path, config, together)
                self.taken = path
                self.lock = Lock(path).__enter__()

            self.claim(config, "hydra.sweep.dir", take)

    def on_multirun_end(self, config: DictConfig, **kwargs: Any) -> None:
        """Let the directory go; where nothing was started in it, as with a key that no launcher takes, remove it."""
        if self.lock is not None:
            self.lock.__exit__(None, None, None)
        if (resumption := current()) is not None and self.multirun is not None:
            write_atomically(resumption.directory / MULTIRUN, self.multirun)  # which Hydra's sweeper writes anew
        if self.taken is not None and {path.name for path in self.taken.iterdir()} <= {MULTIRUN, FOLDER, PLUGINS}:
            (self.taken / MULTIRUN).unlink()
            shutil.rmtree(self.taken / FOLDER)
            shutil.rmtree(self.taken / PLUGINS, ignore_errors=True)
            with suppress(OSError):  # another sweep may have begun beside it
                for folder in self.made:
                    folder.rmdir()

    def claim(self, config: DictConfig, key: str, take: Callable[[Path], None]) -> None:
        """Take the directory that `key` names; where we chose its name, and it was taken meanwhile, the next one."""
        part: Any = OmegaConf.to_container(config, resolve=False)
        for name in key.split("."):
            part = part[name]
        ours = "${unused:" in str(part)
        for _ in range(MOST_NAMES if ours else 1):
            try:
                return take(self.directory(config, key))
            except OutputError as error:
                refused = error
                OmegaConf.clear_cache(config)  # in which the name is remembered
        raise refused

    def sweep(self, config: DictConfig) -> None:
        """Report the jobs that cannot be trained; end where no other is left, or Hydra would refuse them all."""
        words, name = self.words(config), config.hydra.job.config_name
        together = config.hydra.runtime.choices.get("hydra/launcher") == "population"
        if together and any(not job.problems for job in diagnose_jobs(words, name, multirun=True)):
            return  # the launcher tells of each of the others at its own number
        jobs = diagnose(words, name, multirun=True)
        error = to_error(jobs)
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
        task: Any = OmegaConf.to_container(config.hydra.overrides.task, resolve=False)
        hydra: Any = OmegaConf.to_container(config.hydra.overrides.hydra, resolve=False)
        wants = {
            "+sweeps=": (task, "a study trains several times"),
            f"{HALVING}.": (hydra, "drops networks of a sweep"),
        }
        sweeps = [
            f"{word}: {what}, which needs -m."
            for start, (words, what) in wants.items()
            for word in words
            if word.startswith(start)
        ]
        try:
            return sweeps + problems_of(config)
        except OmegaConfBaseException as error:
            (job,) = diagnose(self.words(config), config.hydra.job.config_name)
            return job.problems or [in_a_line(error)]

    def directory(self, config: DictConfig, key: str) -> Path:
        """The directory that `key` names."""
        HydraConfig.instance().set_config(config)
        try:
            name = OmegaConf.select(config, key, throw_on_resolution_failure=True)
        except OmegaConfBaseException as error:
            # in a name that we make are values of keys, of which one may be at fault
            jobs = diagnose(self.words(config), config.hydra.job.config_name, multirun="sweep" in key)
            raise to_error(jobs) or ConfigError([in_a_line(error)]) from error
        if not name:
            raise ConfigError([f"{key}={name or ''}: must be the path of a new folder."])
        if name.startswith("~"):
            # of a file, for what is typed was expanded; as an override, it is what jobs are composed with
            name = at_home(name)
            with flag_override(config.hydra, ["readonly", "struct"], False):
                OmegaConf.update(config, key, name)
                config.hydra.overrides.hydra.append(f"{key}={quoted(name)}")
        return Path(name)
