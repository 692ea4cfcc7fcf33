"""What Hydra runs for each job: train what was composed, and note how it ended."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinprop.config.plugins import fault
from twinprop.errors import explain

if TYPE_CHECKING:
    from hydra.core.utils import JobReturn
    from omegaconf import DictConfig

    from twinprop.config.schema import Config

DIVERGED = 3
"""Exit status where every job diverged, be it one or many; that some do is a result of a sweep."""


def checked(config: DictConfig) -> Config:
    """What Hydra composed for the job that runs, checked; its paths do not depend on the folder that it runs in.

    Raises:
        ConfigError: it is not sound.
    """
    from hydra.core.hydra_config import HydraConfig

    from twinprop.config.problems import check
    from twinprop.config.schema import typed

    sound, hydra = check(typed(config)), HydraConfig.get()
    if hydra.job.chdir:
        # a path that was typed is meant from where the command was started
        for key in sound.data.paths():
            setattr(sound.data, key, os.path.join(hydra.runtime.cwd, os.path.expanduser(getattr(sound.data, key))))
        if sound.init_from is not None:
            sound.init_from = os.path.join(hydra.runtime.cwd, os.path.expanduser(sound.init_from))
    return sound


class TrainingTask:
    """A task function of Hydra.

    Args:
        full_errors: whether mistakes are shown with their traceback.

    Attributes:
        statuses: how jobs ended, by their numbers.
        directory: of the sweep that our launcher trained.
        elsewhere: whether this is a copy in the process of a launcher, where a signal ends a job and not the sweep.
    """

    def __init__(self, full_errors: bool = False) -> None:
        self.full_errors = full_errors
        self.statuses: dict[int, str] = {}
        self.directory: Path | None = None
        self.elsewhere = False

    def __call__(self, config: DictConfig) -> float:
        from hydra.core.hydra_config import HydraConfig
        from hydra.types import RunMode

        from twinprop.run.summary import objective

        hydra = HydraConfig.get()
        try:
            summary = self.train(config, Path(hydra.runtime.output_dir))
        except Exception as error:
            if isinstance(error, OSError) and error.filename is None:
                error.filename = hydra.runtime.output_dir
            message = None if self.full_errors else explain(error) or fault(error)
            if message is None:
                raise
            from twinprop.run.console import log

            if hydra.mode != RunMode.MULTIRUN:
                log.error(message)
                sys.exit(1)
            log.error(f"Job {hydra.job.num} failed. {message}")
            summary = {"status": "failed", "reason": message.splitlines()[0]}
        self.ended(0 if hydra.mode != RunMode.MULTIRUN else hydra.job.num, summary["status"])
        if summary["status"] == "interrupted" and not self.elsewhere:
            raise KeyboardInterrupt  # or the sweep would go on with its next job
        return objective(summary, config.metric)

    def __getstate__(self) -> dict[str, Any]:
        from twinprop.config.plugins import loaded

        # there, plugins are known by then, and names are made of what this command varies
        return {**self.__dict__, "elsewhere": True, "plugins": loaded(), "words": sys.argv[1:]}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """In the process of a launcher, where nothing was registered, jobs are guarded as here."""
        from twinprop.app.hydra_internals import guard_jobs, guard_logging
        from twinprop.app.hydra_part import guarded_job
        from twinprop.app.log_files import guarded

        guard_logging(guarded)
        guard_jobs(guarded_job)
        sys.argv[1:] = state["words"]
        self.__dict__.update(state)

    def ended(self, number: int, status: str) -> None:
        """Note how a job ended."""
        self.statuses[number] = status

    def note(self, job: JobReturn) -> None:
        """Note how a job ended that a launcher of Hydra's ran in another process."""
        from twinprop.run.console import errors
        from twinprop.run.directory import summary_of

        hydra: Any = job.hydra_cfg and job.hydra_cfg.hydra
        if hydra is None or hydra.job.num in self.statuses:
            return
        summary = summary_of(Path(hydra.runtime.output_dir))
        status = summary.get("status", "failed")
        if status in ("failed", "interrupted"):  # which was told where nobody looked
            errors.print(f"Job {hydra.job.num} {status}. {summary.get('reason', '')}")
        self.ended(hydra.job.num, status)

    def train(self, config: DictConfig, directory: Path) -> dict[str, Any]:
        sound = checked(config)

        from twinprop.run.single import execute

        return execute(sound, directory)

    def exit(self) -> None:
        """End the process with what became of the jobs."""
        failed = [number for number, status in self.statuses.items() if status == "failed"]
        if failed:
            from twinprop.text import ranges

            numbers = ranges(failed)
            sys.exit(f"{len(failed)} of {len(self.statuses)} jobs failed: {numbers}. The reasons are above.")
        if set(self.statuses.values()) == {"diverged"}:
            sys.exit(DIVERGED)
