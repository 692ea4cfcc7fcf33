"""What trains stacks on other machines: an engine sends them as jobs, on a file system that all share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol


class RemoteJob(Protocol):
    """A stack's job."""

    def exit_reason(self) -> str:
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
    def submit(self, calls: Sequence[tuple[Any, ...]], directory: Path) -> Sequence[RemoteJob]:
        """Send calls of `remote.train_job`, by their arguments; the first is the stack.

        Raises:
            TwinpropError: they are not taken.
        """

    def on_cpu(self, device: str) -> bool:
        """Whether a configuration with this `device` trains on the CPU."""
        return device == "cpu" or (device == "auto" and not self.gpus)
