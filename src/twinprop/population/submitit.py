"""Stacks as jobs of a SLURM cluster, through submitit."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from twinprop.errors import TwinpropError
from twinprop.population import slurm
from twinprop.population.engine import Ending, Engine, RemoteJob, TooMany
from twinprop.population.remote import train_job
from twinprop.run.device import cores
from twinprop.text import plural, ranges

SECONDS_OF_WARNING = 120
"""Before a time limit, at which a job is told to save; of a short job a quarter of its time."""

MOST_LIMITS = 20
"""How often a stack goes on in a new job after a time limit, unless `max_num_timeout` says it."""

FATES = {"CANCELLED": "cancelled", "TIMEOUT": "limit", "COMPLETED": "ended", "OUT_OF_MEMORY": "memory"}
"""What an end in a state of SLURM means; any other, such as NODE_FAIL or PREEMPTED, is a loss."""


@dataclass
class SubmititJob:
    """A process of this machine."""

    job: Any

    @property
    def name(self) -> str:
        return f"job {self.job.job_id}"

    def ending(self, alive: bool) -> Ending | None:
        if not self.job.done(force_check=True):
            return None
        return Ending(f"{self.name} ended ({self.job.state}; see {self.job.paths.stderr})", "ended")

    def cancel(self) -> None:
        self.job.cancel(check=False)


@dataclass
class SlurmJob:
    """A job of SLURM, which is asked for its state."""

    engine: Submitit
    job: Any

    @property
    def name(self) -> str:
        return f"SLURM job {self.job.job_id}"

    @property
    def state(self) -> slurm.JobState:
        return self.engine.queue.states.get(self.job.job_id, slurm.JobState("PENDING"))

    def ending(self, alive: bool) -> Ending | None:
        state = self.state.state
        if state in slurm.GOING or (state == "UNKNOWN" and alive):
            return None
        return Ending(f"{self.name} ended ({state}; see {self.job.paths.stderr})", FATES.get(state, "lost"))

    def cancel(self) -> None:
        self.job.cancel(check=False)


class Submitit(Engine):
    """Jobs of a SLURM cluster, or processes of this machine, sent as one array.

    Args:
        settings: `cluster`, which is `slurm` or `local`; a value for each key of Hydra's submitit plugin, None for
            `array_parallelism`, `signal_delay_s` and `max_num_timeout` where nobody gave one; and `general_keys`,
            those keys that any cluster takes, where the others are SLURM's.
        workers: how many stacks train at once; None is as many as the settings say.
    """

    def __init__(self, settings: dict[str, Any], workers: int | None) -> None:
        if not hasattr(signal, "pthread_sigmask"):
            raise TwinpropError("hydra.launcher.engine=submitit: needs Linux or macOS; use engine=local.")
        import submitit

        self.settings = {key: value for key, value in settings.items() if key not in ("cluster", "general_keys")}
        self.cluster, self.general_keys = settings["cluster"], settings["general_keys"]
        self.name, self.arrays = f"submitit ({self.cluster})", self.cluster == "slurm"
        self.at_once = workers or settings["array_parallelism"] or (cores() if self.cluster == "local" else None)
        self.cpus = settings["cpus_per_task"]
        self.gpus = any(settings[key] for key in ("gpus_per_node", "gpus_per_task", "gres"))
        self.warning = f"SIG{submitit.JobEnvironment.USR_SIG}"
        self.limit = f"hydra.launcher.submitit.timeout_min={settings['timeout_min']}"
        self.most_limits = MOST_LIMITS if settings["max_num_timeout"] is None else settings["max_num_timeout"]
        if settings["signal_delay_s"] is None:
            self.settings["signal_delay_s"] = min(SECONDS_OF_WARNING, 15 * settings["timeout_min"])
        elif settings["signal_delay_s"] >= 60 * settings["timeout_min"]:
            raise TwinpropError(
                f"hydra.launcher.submitit.signal_delay_s={settings['signal_delay_s']}: must be less than the time of a "
                f"job, {self.limit} minutes; a job is warned so long before its end."
            )

    @cached_property
    def queue(self) -> slurm.Queue:
        return slurm.Queue(slurm.keeps_accounts())

    @cached_property
    def most_tasks(self) -> int:
        return slurm.most_tasks()

    @cached_property
    def idle_cores(self) -> int | None:
        return slurm.idle_cores(self.settings["partition"])

    @property
    def most(self) -> int | None:
        return self.most_tasks if self.arrays else self.at_once

    @property
    def spread(self) -> int:
        if self.at_once is not None or self.gpus:
            return self.at_once or 1
        return max(1, (self.idle_cores or 1) // (self.cpus or 1))

    @property
    def remark(self) -> str:
        if self.cluster != "slurm" or self.queue.accounts:
            return ""
        return "SLURM keeps no accounts here (sacct fails): the states of jobs come from squeue and from signs of life."

    def submit(self, calls: Sequence[tuple[Any, ...]], directory: Path) -> Sequence[RemoteJob]:
        import submitit

        settings = dict(self.settings)
        del settings["max_num_timeout"]  # a job that met its limit is sent again from here, and not by itself
        executor = submitit.AutoExecutor(
            settings.pop("submitit_folder"), self.cluster, slurm_max_num_timeout=0, slurm_python=settings.pop("python")
        )
        settings["cpus_per_task"] = self.cpus or max(stack.threads for stack, *_ in calls)
        settings["array_parallelism"] = self.at_once or len(calls)
        # started anew by SLURM, a job would find its members' directories taken; here it goes on in a new one
        settings["additional_parameters"] = {"no-requeue": True, **settings["additional_parameters"]}
        prefix = {key: key if key in self.general_keys else f"slurm_{key}" for key in settings}
        executor.update_parameters(**{prefix[key]: value for key, value in settings.items()})
        # Ctrl-C reaches every process of a terminal, but only the one that was started shall act on it
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            jobs = executor.map_array(train_job, *zip(*calls, strict=True))
        except RuntimeError as error:
            told = f"hydra.launcher.submitit: {'; '.join(str(error).splitlines())}"
            raise (TooMany if "limit" in told.lower() else TwinpropError)(told) from error
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if self.cluster == "local":
            return [SubmititJob(job) for job in jobs]
        return [SlurmJob(self, job) for job in jobs]

    def refresh(self, jobs: Sequence[RemoteJob]) -> str:
        if self.cluster != "slurm":
            return ""
        self.queue.refresh(job.job.job_id for job in jobs if isinstance(job, SlurmJob))
        if not self.queue.answers:
            return "SLURM does not answer (squeue fails); it is asked again"
        waiting: dict[str, list[str]] = {}
        for job in jobs:
            if isinstance(job, SlurmJob) and job.state.state in slurm.WAITING:
                waiting.setdefault(job.state.why, []).append(job.job.job_id)
        if not waiting:
            return ""
        told = [listed(names) + (f" ({why})" if why not in ("", "None") else "") for why, names in waiting.items()]
        return f"{plural(sum(map(len, waiting.values())), 'job')} of SLURM still waiting: {'; '.join(told)}"


def listed(names: Sequence[str]) -> str:
    """`12_[0-3, 7], 15` for the names of jobs, of which those of an array stand together."""
    arrays: dict[str, list[int]] = {}
    for name in names:
        number, _, task = name.partition("_")
        arrays.setdefault(number, []).extend([int(task)] if task else [])
    return ", ".join(f"{number}_[{ranges(tasks)}]" if tasks else number for number, tasks in arrays.items())
