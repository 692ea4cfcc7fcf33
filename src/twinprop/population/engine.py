"""What trains stacks on other machines: an engine sends them as jobs, on a file system that all share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from twinprop.errors import TwinpropError


class TooMany(TwinpropError):
    """An engine takes no more jobs now."""


class Ending(NamedTuple):
    """How a job ended.

    Attributes:
        reason: for people: what the job is called, what is known, and where its log is.
        fate: `ended` itself, `cancelled` by somebody, ended by a `limit` of time or for want of `memory`, or `lost`;
            or the engine is `gone`.
    """

    reason: str
    fate: str


class RemoteJob(Protocol):
    """A stack's job."""

    def ending(self, alive: bool) -> Ending | None:
        """How it ended; None while it may still run.

        Args:
            alive: whether it has given a sign of life lately, which counts where nobody else knows.
        """

    def cancel(self) -> None:
        """Take it out of the queue."""


class Engine(ABC):
    """Where the stacks of a sweep train.

    Attributes:
        name: in messages.
        at_once: how many stacks; None is all.
        arrays: whether it takes jobs as arrays, of which large ones are better.
        cpus: cores that a job was given in the settings; None is as many as its stack has threads.
        gpus: whether it was given any.
        warning: the signal that tells a job that its time is nearly over.
        limit: the key that says how long a job may run, and its value.
        most_limits: how often a stack goes on in a new job after that.
    """

    name: str
    at_once: int | None
    arrays = False
    cpus: int | None
    gpus: bool
    warning = ""
    limit = ""
    most_limits = 0

    @abstractmethod
    def submit(self, calls: Sequence[tuple[Any, ...]], directory: Path) -> Sequence[RemoteJob]:
        """Send calls of `remote.train_job`, by their arguments; the first is the stack.

        Raises:
            TooMany: they are not taken now.
            TwinpropError: they are not taken at all.
        """

    @property
    def spread(self) -> int:
        """Into how many stacks a group is cut at least, so that all machines have some."""
        return self.at_once or 1

    @property
    def most(self) -> int | None:
        """Jobs that it takes, with those that wait for others to end; None is any number."""
        return self.at_once

    @property
    def remark(self) -> str:
        """What is to be told of it at the start, if anything."""
        return ""

    def refresh(self, jobs: Sequence[RemoteJob]) -> str:
        """Learn how jobs are; what to tell of those that wait, empty if nothing."""
        return ""

    def on_cpu(self, device: str) -> bool:
        """Whether a configuration with this `device` trains on the CPU."""
        return device == "cpu" or (device == "auto" and not self.gpus)
