"""Stacks on other machines: each is a job of submitit (SLURM) or a task of Ray, on a file system that all share.

What a local worker says through a pipe, a job appends to a file, where the process that sent it reads it. A signal goes
the other way as a file too, for schedulers deliver theirs in ways of their own, and not to every job.
"""

from __future__ import annotations

import inspect
import json
import os
import signal
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any, Protocol

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from twinprop.app.diagnose import in_a_line
from twinprop.errors import TwinpropError
from twinprop.population.plan import Stack
from twinprop.population.pool import Message, Pool, serve
from twinprop.population.train import Settings
from twinprop.run.device import cores
from twinprop.text import nearest
from twinprop.training.interrupt import Interrupt

SECONDS_BETWEEN_READS, SECONDS_BETWEEN_MESSAGES, SECONDS_BETWEEN_STATES = 0.5, 1.0, 10.0
"""Of a job's messages; between messages about its progress; of what the scheduler knows, which it is asked seldom."""

STOP = "stop"
"""The file that tells jobs of a signal, by its name."""


def train_job(stack: Stack, settings: Settings, messages: Path, directory: Path) -> None:
    """What a job does: train a stack, and append what there is to say to a file."""
    os.chdir(directory)  # paths of data may be relative to where the sweep was started
    with Interrupt() as interrupt:

        def send(message: Message) -> None:
            with suppress(FileNotFoundError):
                interrupt.requested = messages.with_name(STOP).read_text() or interrupt.requested
            try:
                with open(messages, "a", encoding="utf-8") as file:
                    file.write(f"{json.dumps(message)}\n")
            except FileNotFoundError:
                interrupt.requested = "the process that started the sweep is gone"

        send(("started", stack.number))
        try:
            serve(stack, settings, interrupt, send, SECONDS_BETWEEN_MESSAGES)
        except TwinpropError as error:
            # samples or a device that are not there would not be there for its halves either
            send(("refused", stack.number, str(error)))


class Job(Protocol):
    """A stack's job."""

    def lost(self) -> str:
        """How it ended; empty while it may still run."""

    def cancel(self) -> None:
        """Take it out of the queue."""


class Engine(ABC):
    """Where the stacks of a sweep train.

    Attributes:
        name: in messages.
        at_once: how many stacks; None is all.
        queues: whether it keeps to that itself, so that all can be sent.
        cpus: cores that a job was given in the settings; None is as many as its stack has threads.
        gpus: whether it was given any.
    """

    name: str
    at_once: int | None
    queues = False
    cpus: int | None
    gpus: bool

    @abstractmethod
    def submit(self, calls: Sequence[tuple[Any, ...]], directory: Path) -> Sequence[Job]:
        """Send calls of `train_job`, by their arguments; the first is the stack."""

    def on_cpu(self, device: str) -> bool:
        """Whether a configuration with this `device` trains on the CPU."""
        return device == "cpu" or (device == "auto" and not self.gpus)


@dataclass
class SubmititJob:
    engine: Submitit
    job: Any

    def lost(self) -> str:
        if not self.job.done(force_check=self.engine.may_ask()):
            return ""
        return f"its job {self.job.job_id} ended ({self.job.state}; see {self.job.paths.stderr})"

    def cancel(self) -> None:
        self.job.cancel(check=False)


class Submitit(Engine):
    """Jobs of a SLURM cluster, or processes of this machine, sent as one array."""

    def __init__(self, given: dict[str, Any], workers: int | None) -> None:
        import submitit
        from hydra_plugins.hydra_submitit_launcher.config import BaseQueueConf, SlurmQueueConf

        known = {item.name: item for item in fields(SlurmQueueConf) if item.name != "_target_"}
        refuse_unknown("hydra.launcher.submitit", given, ["cluster", *known])
        self.cluster = given.pop("cluster", None) or submitit.AutoExecutor.which()
        if self.cluster not in ("slurm", "local"):
            raise TwinpropError(f"hydra.launcher.submitit.cluster={self.cluster}: must be slurm, local or null.")
        if self.cluster == "slurm" and submitit.SlurmExecutor.affinity() < 0:
            raise TwinpropError("hydra.launcher.submitit.cluster=slurm: there is no srun here; choose local.")
        for key in ("nodes", "tasks_per_node"):
            if given.get(key, 1) != 1:
                raise TwinpropError(f"hydra.launcher.submitit.{key}={given[key]}: a stack is one task on one node.")
        try:
            self.settings = OmegaConf.merge(OmegaConf.structured(SlurmQueueConf), given)
        except OmegaConfBaseException as error:
            raise TwinpropError(f"hydra.launcher.submitit: {in_a_line(error)}") from error
        self.general = {item.name for item in fields(BaseQueueConf)}
        self.name = f"submitit ({self.cluster})"
        self.at_once = workers or given.get("array_parallelism") or (cores() if self.cluster == "local" else None)
        self.queues = self.cluster == "slurm"
        self.cpus = given.get("cpus_per_task")
        self.gpus = any(given.get(key) for key in ("gpus_per_node", "gpus_per_task", "gres"))
        self.asked = 0.0

    def submit(self, calls: Sequence[tuple[Any, ...]], directory: Path) -> Sequence[Job]:
        import submitit

        whole = OmegaConf.create({"hydra": {"sweep": {"dir": str(directory)}, "job": {"name": "twinprop"}}})
        whole.settings = self.settings  # which refers to the rest
        settings: Any = OmegaConf.to_container(whole.settings, resolve=True)
        del settings["_target_"]
        start = {f"slurm_{key}": settings.pop(key) for key in ("max_num_timeout", "python")}
        executor = submitit.AutoExecutor(settings.pop("submitit_folder"), self.cluster, **start)
        settings["cpus_per_task"] = self.cpus or max(stack.threads for stack, *_ in calls)
        settings["array_parallelism"] = self.at_once or len(calls)
        # started anew by SLURM, a job would find its members' directories taken; here it is lost, and halved
        settings["additional_parameters"] = {"no-requeue": True, **settings["additional_parameters"]}
        prefix = {key: key if key in self.general else f"slurm_{key}" for key in settings}
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


@dataclass
class RayJob:
    task: Any

    def lost(self) -> str:
        import ray

        if not ray.wait([self.task], timeout=0)[0]:
            return ""
        try:
            ray.get(self.task)
        except Exception as error:
            cause = getattr(error, "cause", None) or error
            return f"its task ended ({type(cause).__name__}: {str(cause).strip().partition(chr(10))[0]})"
        return "its task ended without a word"

    def cancel(self) -> None:
        import ray

        ray.cancel(self.task)


class Ray(Engine):
    """Tasks of a Ray cluster, or of one that is started on this machine."""

    name = "ray"

    def __init__(self, given: dict[str, Any], workers: int | None) -> None:
        import ray

        refuse_unknown("hydra.launcher.ray", given, ["init", "remote"])
        init, self.options = given.get("init") or {}, given.get("remote") or {}
        refuse_unknown("hydra.launcher.ray.init", init, inspect.signature(ray.init).parameters)
        try:
            self.remote = ray.remote(**{"num_cpus": 1, **self.options})(train_job)
        except (ValueError, TypeError) as error:
            raise TwinpropError(f"hydra.launcher.ray.remote: {error}") from error
        try:
            if not ray.is_initialized():
                ray.init(**init)
        except Exception as error:
            why = str(error).partition("\n")[0].rstrip(".")
            raise TwinpropError(f"hydra.launcher.ray.init: Ray cannot be started or reached ({why}).") from error
        self.cpus, self.gpus = self.options.get("num_cpus"), bool(self.options.get("num_gpus"))
        self.at_once = workers or max(1, int(ray.cluster_resources().get("CPU", 1) // (self.cpus or 1)))

    def submit(self, calls: Sequence[tuple[Any, ...]], directory: Path) -> Sequence[Job]:
        # tried again by Ray, a task would find its members' directories taken
        return [
            RayJob(self.remote.options(num_cpus=self.cpus or call[0].threads, max_retries=0).remote(*call))
            for call in calls
        ]


ENGINES = {"submitit": Submitit, "ray": Ray}


def engine_of(name: str, settings: dict[str, Any], workers: int | None) -> Engine | None:
    """The engine of this name; None is this machine.

    Args:
        name: `hydra.launcher.engine`.
        settings: what was given for an engine, by its name.
        workers: how many stacks may train at once; None is as many as the engine likes.

    Raises:
        TwinpropError: there is no such engine, it is not installed, or does not take the settings.
    """
    if name not in ("local", *ENGINES):
        among = ", ".join(("local", *ENGINES))
        raise TwinpropError(f"hydra.launcher.engine={name}: must be one of {among}.{nearest(name, ENGINES)}")
    for other in settings:
        if other != name:
            raise TwinpropError(f"hydra.launcher.{other}: is for hydra.launcher.engine={other}, which is {name}.")
    if name == "local":
        return None
    try:
        return ENGINES[name](settings.get(name, {}), workers)
    except ModuleNotFoundError as error:
        raise TwinpropError(
            f"hydra.launcher.engine={name}: {error.name} is not installed; pip install '.[{name}]' in the checkout."
        ) from error


def refuse_unknown(prefix: str, given: dict[str, Any], known: Any) -> None:
    """Refuse settings that an engine does not know."""
    for key in given:
        if key not in known:
            raise TwinpropError(f"{prefix}.{key}: there is no such key.{nearest(key, known)} See docs/sweeps.md.")


@dataclass(eq=False)
class Running:
    """A stack, its job, and how much of what it said was read."""

    stack: Stack
    job: Job
    messages: Path
    read: int = 0

    def news(self) -> Iterator[Message]:
        with suppress(FileNotFoundError), open(self.messages, "rb") as file:
            file.seek(self.read)
            for line in file:
                if not line.endswith(b"\n"):
                    return  # it is being written
                self.read += len(line)
                yield tuple(json.loads(line))


@dataclass
class Cluster(Pool):
    """A pool whose workers are jobs of an engine.

    Args:
        engine: where they run.
        directory: the sweep's.
    """

    engine: Engine
    directory: Path

    def train(self) -> None:
        self.running: list[Running] = []
        told = False
        with TemporaryDirectory(prefix=".stacks.", dir=self.directory, ignore_cleanup_errors=True) as folder:
            while self.running or (self.queue and not self.interrupt.requested):
                if not self.interrupt.requested:
                    self.submit(Path(folder).absolute())
                sleep(SECONDS_BETWEEN_READS)
                for each in list(self.running):
                    self.hear(each)
                if self.interrupt.requested and not told:
                    told = True
                    (Path(folder) / STOP).write_text(self.interrupt.requested)
                    for each in self.running:
                        if not each.read:
                            each.job.cancel()

    def submit(self, folder: Path) -> None:
        """Send as many stacks as may train at once."""
        free = len(self.queue) if self.workers is None else self.workers - len(self.running)
        stacks = [self.next() for _ in range(min(free, len(self.queue)))]
        if stacks:
            paths = [folder / f"{stack.number}.jsonl" for stack in stacks]
            calls = [(stack, self.settings, path, Path.cwd()) for stack, path in zip(stacks, paths, strict=True)]
            try:
                jobs = self.engine.submit(calls, self.directory)
            except TwinpropError as error:
                for stack in stacks:
                    self.fail(stack, str(error))
            else:
                self.running += map(Running, stacks, jobs, paths)

    def hear(self, each: Running) -> None:
        """Take what a job has to say, and notice its end."""
        lost = each.job.lost()  # asked first, for what it says last counts
        last = False
        for kind, number, *more in each.news():
            if kind == "refused":
                self.fail(each.stack, more[0])
                last = True
            elif kind != "started":
                last = self.take((kind, number, *more))
        if last or lost:
            self.running.remove(each)
        if lost and not last:
            if self.interrupt.requested and not each.read:
                self.queue.append(each.stack)  # it was never started
            else:
                self.bury(each.stack, lost)
