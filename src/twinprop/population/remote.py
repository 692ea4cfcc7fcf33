"""A stack's job on another machine, and the files through which it and the process that sent it talk.

What a local worker says through a pipe, a job appends to a file, where the process that sent it reads it. A signal goes
the other way as a file too, for schedulers deliver theirs in ways of their own, and not to every job. A third file,
which the job touches now and then, is its sign of life, where nobody else knows of it.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from twinprop.population.restart import Superseded, check_attempt
from twinprop.population.setups import SetupCache
from twinprop.population.stack import Stack
from twinprop.population.worker import Message, serve
from twinprop.training.interrupt import Interrupt

SECONDS_BETWEEN_MESSAGES = 1.0

SECONDS_BETWEEN_BEATS = 3.0

SECONDS_WITHOUT_LIFE = 60.0
"""After which a job of which nobody knows is lost."""

STOP = "stop"
"""The file that tells jobs of a signal, by its name; it lies beside those of messages."""


def train_job(stack: Stack, setups: SetupCache, messages: Path, directory: Path) -> None:
    """What a job does: train a stack, and append what there is to say to a file.

    Args:
        stack: what it trains.
        setups: empty, on another machine.
        messages: the file.
        directory: where the sweep was started.
    """
    os.chdir(directory)  # paths of data may be relative to it
    with Interrupt() as interrupt:

        def send(message: Message) -> None:
            check_attempt(stack)
            try:
                with open(messages, "a", encoding="utf-8") as file:
                    file.write(f"{json.dumps(message)}\n")
            except FileNotFoundError:
                interrupt.requested = "the process that started the sweep is gone"

        try:
            send(("started", stack.number))
            with beating(messages, interrupt):
                serve(stack, setups, interrupt, send, SECONDS_BETWEEN_MESSAGES)
        except Superseded as error:
            print(f"{error}: nothing more is written")


def beat_of(messages: Path) -> Path:
    """The file that a job touches as a sign of life."""
    return messages.with_suffix(".beat")


@contextmanager
def beating(messages: Path, interrupt: Interrupt) -> Iterator[None]:
    """Give signs of life, and look whether the process that sent this job tells it to stop."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(SECONDS_BETWEEN_BEATS):
            with suppress(OSError):  # the folder may be gone, as the next message will find
                beat_of(messages).touch()
            with suppress(OSError):
                interrupt.requested = messages.with_name(STOP).read_text() or interrupt.requested

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@dataclass
class MessageFile:
    """What a job says, as the process that sent it reads it: beside a worker's messages, `started`.

    Attributes:
        path: the file, which the job makes.
        position: bytes that were read.
        beat: when the job touched its sign of life, by its clock.
        seen: when that was seen to change, by ours.
    """

    path: Path
    position: int = 0
    beat: float = 0.0
    seen: float = field(default_factory=monotonic)

    def alive(self) -> bool:
        """Whether the job was seen to live in the last minute."""
        with suppress(OSError):
            beat = beat_of(self.path).stat().st_mtime
            if beat != self.beat:
                self.beat, self.seen = beat, monotonic()
        return monotonic() - self.seen < SECONDS_WITHOUT_LIFE

    def read(self) -> Iterator[Message]:
        """The messages that came since the last call."""
        with suppress(FileNotFoundError), open(self.path, "rb") as file:
            file.seek(self.position)
            for line in file:
                if not line.endswith(b"\n"):
                    return  # it is being written
                self.position += len(line)
                yield tuple(json.loads(line))


def tell_to_stop(folder: Path, name: str) -> None:
    """Tell the jobs whose messages are in a folder of a signal, by its name."""
    (folder / STOP).write_text(name)
