"""Stacks as jobs of a SLURM cluster, through submitit."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from twinprop.errors import TwinpropError
from twinprop.population.engine import Engine, RemoteJob
from twinprop.population.remote import train_job
from twinprop.run.device import cores

SECONDS_BETWEEN_STATES = 10.0
"""Of jobs: the scheduler is asked for them seldom."""


@dataclass
class SubmititJob:
    engine: Submitit
    job: Any

    def exit_reason(self) -> str:
        if not self.job.done(force_check=self.engine.may_ask()):
            return ""
        return f"its job {self.job.job_id} ended ({self.job.state}; see {self.job.paths.stderr})"

    def cancel(self) -> None:
        self.job.cancel(check=False)


class Submitit(Engine):
    """Jobs of a SLURM cluster, or processes of this machine, sent as one array.

    Args:
        settings: `cluster`, which is `slurm` or `local`; a value for each key of Hydra's submitit plugin, None for
            `array_parallelism` where nobody gave one; and `general_keys`, those keys that any cluster takes, where
            the others are SLURM's.
        workers: how many stacks train at once; None is as many as the settings say.
    """

    def __init__(self, settings: dict[str, Any], workers: int | None) -> None:
        self.settings = {key: value for key, value in settings.items() if key not in ("cluster", "general_keys")}
        self.cluster, self.general_keys = settings["cluster"], settings["general_keys"]
        self.name = f"submitit ({self.cluster})"
        self.at_once = workers or settings["array_parallelism"] or (cores() if self.cluster == "local" else None)
        self.queues = self.cluster == "slurm"
        self.cpus = settings["cpus_per_task"]
        self.gpus = any(settings[key] for key in ("gpus_per_node", "gpus_per_task", "gres"))
        self.asked = 0.0

    def submit(self, calls: Sequence[tuple[Any, ...]], directory: Path) -> Sequence[RemoteJob]:
        import submitit

        settings = dict(self.settings)
        start = {f"slurm_{key}": settings.pop(key) for key in ("max_num_timeout", "python")}
        executor = submitit.AutoExecutor(settings.pop("submitit_folder"), self.cluster, **start)
        settings["cpus_per_task"] = self.cpus or max(stack.threads for stack, *_ in calls)
        settings["array_parallelism"] = self.at_once or len(calls)
        # started anew by SLURM, a job would find its members' directories taken; here it is lost, and halved
        settings["additional_parameters"] = {"no-requeue": True, **settings["additional_parameters"]}
        prefix = {key: key if key in self.general_keys else f"slurm_{key}" for key in settings}
        executor.update_parameters(**{prefix[key]: value for key, value in settings.items()})
        # Ctrl-C reaches every process of a terminal, but only the one that was started shall act on it
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return [SubmititJob(self, job) for job in executor.map_array(in_submitit, *zip(*calls, strict=True))]
        except RuntimeError as error:
            raise TwinpropError(f"hydra.launcher.submitit: {'; '.join(str(error).splitlines())}") from error
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def may_ask(self) -> bool:
        """Whether it is time to ask the scheduler again; it answers for all jobs at once."""
        if (now := monotonic()) - self.asked < SECONDS_BETWEEN_STATES:
            return False
        self.asked = now
        return True


def in_submitit(*arguments: Any) -> None:
    """`train_job`, as submitit calls it."""
    import submitit

    # what submitit does before a time limit would fail all members; a job that is killed is lost, and halved
    signal.signal(getattr(signal, f"SIG{submitit.JobEnvironment.USR_SIG}"), signal.SIG_DFL)
    train_job(*arguments)
