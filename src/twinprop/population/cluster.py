"""Stacks on other machines, side by side: a pool whose workers are jobs of an engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any

from twinprop.errors import TwinpropError
from twinprop.population.engine import Ending, Engine, RemoteJob, TooMany
from twinprop.population.pool import Pool, steps_done
from twinprop.population.remote import MessageFile, tell_to_stop
from twinprop.population.restart import attempt_file, from_checkpoints, next_attempt
from twinprop.population.stack import Stack
from twinprop.population.worker import Message
from twinprop.run.checkpoints import step_of
from twinprop.run.console import console, errors
from twinprop.text import plural

SECONDS_BETWEEN_READS = 0.5

SECONDS_BETWEEN_REMARKS = 30.0


@dataclass(eq=False)
class Running:
    """A stack, its job, and what that says.

    Attributes:
        stack: what it trains.
        job: the engine's.
        messages: what it says.
        signal: what ended its training before its time, and not from here.
        saved: summaries of the members that this left, by their numbers.
    """

    stack: Stack
    job: RemoteJob
    messages: MessageFile
    signal: str = ""
    saved: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def started(self) -> bool:
        """Whether the job has said anything yet."""
        return self.messages.position > 0


@dataclass
class Cluster(Pool):
    """A pool whose workers are jobs of an engine. `workers` is how many it takes, with those that wait there.

    Args:
        engine: where they run.
        directory: the sweep's.
    """

    engine: Engine
    directory: Path

    def train(self) -> None:
        self.running: list[Running] = []
        self.names = count()
        self.remark, self.remarked = "", monotonic() - SECONDS_BETWEEN_REMARKS
        told = False
        if self.queue and self.engine.remark:
            console.print(self.engine.remark)
        with TemporaryDirectory(prefix=".stacks.", dir=self.directory, ignore_cleanup_errors=True) as folder:
            while self.running or (self.queue and not self.interrupt.requested):
                if not self.interrupt.requested:
                    self.submit(Path(folder).absolute())
                sleep(SECONDS_BETWEEN_READS)
                self.tell_waiting(self.engine.refresh([each.job for each in self.running]))
                for each in list(self.running):
                    self.read_messages(each)
                if self.interrupt.requested and not told:
                    told = True
                    tell_to_stop(Path(folder), self.interrupt.requested)
                    for each in self.running:
                        if not each.started:
                            each.job.cancel()

    def tell_waiting(self, remark: str) -> None:
        """Tell of jobs that wait, when that changes, but not too often."""
        if remark != self.remark and (not remark or monotonic() - self.remarked > SECONDS_BETWEEN_REMARKS):
            self.remark = remark
            if remark:
                self.remarked = monotonic()
                console.print(remark)

    def room(self) -> int:
        """How many stacks of the queue to send now."""
        if self.workers is None or len(self.queue) + len(self.running) <= self.workers:
            return len(self.queue)
        free = self.workers - len(self.running)
        if not self.engine.arrays:
            return free
        # large arrays, and where these keep to a number of tasks at once, one after the other
        return free if free >= (self.workers if self.engine.at_once else self.workers / 2) else 0

    def submit(self, folder: Path) -> None:
        """Send as many stacks as may be there at once."""
        stacks = [self.next_stack() for _ in range(self.room())]
        if not stacks:
            return
        for stack in stacks:
            path = attempt_file(stack)
            stack.attempt = None if path is None else next_attempt(path)
        files = [MessageFile(folder / f"{next(self.names)}.jsonl") for _ in stacks]
        calls = [(stack, self.setups, file.path, Path.cwd()) for stack, file in zip(stacks, files, strict=True)]
        try:
            jobs = self.engine.submit(calls, self.directory)
        except TooMany as error:
            if not self.running and len(stacks) == 1:
                self.fail(stacks[0], str(error))
                return
            self.workers = max(1, len(self.running) + len(stacks) // 2)
            self.queue.extendleft(reversed(stacks))
            self.tell_waiting(f"{error}; no more than {self.workers} are sent at once")
        except TwinpropError as error:
            for stack in stacks:
                self.fail(stack, str(error))
        else:
            self.running += map(Running, stacks, jobs, files)

    def read_messages(self, running: Running) -> None:
        """Read what a job has said, and notice its end."""
        ending = running.job.ending(running.messages.alive())  # asked first, for what it says last counts
        last = False
        for message in running.messages.read():
            last = self.take(running, message)
        if last or ending is not None:
            self.running.remove(running)
        if ending is not None and not last:
            self.take_end(running, ending)

    def take(self, running: Running, message: Message) -> bool:
        """Take a message of a job; whether it is the last that counts."""
        kind, number, *more = message
        if kind == "signal":
            running.signal = more[0]
        elif kind == "ended" and more[0]["status"] == "interrupted" and not self.interrupt.requested:
            running.saved[number] = more[0]  # whether it goes on depends on how the job ends
        elif kind == "done" and running.saved:
            return False
        elif kind != "started":
            return self.handle(running.stack, message)
        return False

    def take_end(self, running: Running, ending: Ending) -> None:
        """Decide what becomes of a stack whose job ended before it was done."""
        stack, fate = running.stack, ending.fate
        warned = running.signal == self.engine.warning != ""
        if fate == "gone":  # nothing can be sent any more, and what runs is not heard of
            self.interrupt.requested = self.interrupt.requested or ending.reason
            self.leave(running, "interrupted", ending.reason)
        elif self.interrupt.requested:
            if not running.started:
                self.queue.append(stack)
            else:
                self.leave(running, "interrupted", ending.reason)
        elif fate == "cancelled":
            self.leave(running, "cancelled", ending.reason)
        elif fate == "limit" or (fate == "ended" and warned):
            self.go_on_after_limit(running, ending)
        elif fate == "ended" and running.saved:
            self.leave(running, "interrupted", ending.reason)
        else:
            self.retry(stack, ending.reason, fate == "memory")

    def leave(self, running: Running, status: str, reason: str) -> None:
        """End the members that a job has not finished, with what it saved of them."""
        left = self.unfinished(running.stack)
        if left and not self.interrupt.requested:
            errors.print(f"{plural(len(left), 'job')} {status}: {reason}.")
        for member in left:
            saved = running.saved.get(member.number, {})
            why = f"{reason}; {saved['reason']}" if saved else reason
            self.on_loss(member, {**saved, "status": status, "reason": why})

    def go_on_after_limit(self, running: Running, ending: Ending) -> None:
        """Send what a job saved when its time was over again; where that leads nowhere, say so."""
        stack = running.stack
        left = self.unfinished(stack)
        if not left:
            return
        parts = from_checkpoints(stack, [member.number for member in left])
        at, before = steps_done(parts), 0 if stack.start is None else step_of(stack.start)
        if at <= before or stack.limits >= self.engine.most_limits:
            often = f"after {plural(stack.limits + 1, 'job')}" if at > before else "before anything was saved"
            why = f"{self.engine.limit} was over {often}, at step {at:,}; go on with a longer time"
            self.leave(running, "interrupted", why)
            return
        for part in parts:
            again = part.again((), part.start)
            again.limits = stack.limits + 1
            self.queue.append(again)
        self.tell(f"{ending.reason}, for {self.engine.limit} was over", left, at)
