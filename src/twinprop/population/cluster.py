"""Stacks on other machines, side by side: a pool whose workers are jobs of an engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

from twinprop.errors import TwinpropError
from twinprop.population.engine import Engine, RemoteJob
from twinprop.population.pool import Pool
from twinprop.population.remote import MessageFile, tell_to_stop
from twinprop.population.restart import attempt_file, next_attempt
from twinprop.population.stack import Stack

SECONDS_BETWEEN_READS = 0.5


@dataclass(eq=False)
class Running:
    """A stack, its job, and what that says."""

    stack: Stack
    job: RemoteJob
    messages: MessageFile

    @property
    def started(self) -> bool:
        """Whether the job has said anything yet."""
        return self.messages.position > 0


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
                    self.read_messages(each)
                if self.interrupt.requested and not told:
                    told = True
                    tell_to_stop(Path(folder), self.interrupt.requested)
                    for each in self.running:
                        if not each.started:
                            each.job.cancel()

    def submit(self, folder: Path) -> None:
        """Send as many stacks as may train at once."""
        room = len(self.queue) if self.workers is None else self.workers - len(self.running)
        stacks = [self.next_stack() for _ in range(min(room, len(self.queue)))]
        if stacks:
            for stack in stacks:
                path = attempt_file(stack)
                stack.attempt = None if path is None else next_attempt(path)
            files = [MessageFile(folder / f"{stack.number}.jsonl") for stack in stacks]
            calls = [(stack, self.setups, file.path, Path.cwd()) for stack, file in zip(stacks, files, strict=True)]
            try:
                jobs = self.engine.submit(calls, self.directory)
            except TwinpropError as error:
                for stack in stacks:
                    self.fail(stack, str(error))
            else:
                self.running += map(Running, stacks, jobs, files)

    def read_messages(self, running: Running) -> None:
        """Read what a job has said, and notice its end."""
        lost = running.job.exit_reason()  # asked first, for what it says last counts
        last = False
        for message in running.messages.read():
            if message[0] != "started":
                last = self.handle(running.stack, message)
        if last or lost:
            self.running.remove(running)
        if lost and not last:
            if self.interrupt.requested and not running.started:
                self.queue.append(running.stack)
            else:
                self.retry(running.stack, lost)
