"""Stacks side by side: a process for each core, all reading the same samples in memory.

Processes and not threads, for small networks spend their time in Python as much as in matrix products.
Where the system can fork, a worker inherits the samples; elsewhere it loads them itself.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from typing import Any, NamedTuple

from twinprop.population.forks import FORKS, GROUPS
from twinprop.population.restart import from_checkpoints
from twinprop.population.setups import SetupCache
from twinprop.population.stack import Member, Stack
from twinprop.population.worker import Message, serve, work
from twinprop.run.checkpoints import step_of
from twinprop.run.console import errors
from twinprop.text import ranges
from twinprop.training.interrupt import Interrupt

log = logging.getLogger("twinprop")


class Worker(NamedTuple):
    process: Any
    pipe: Connection


@dataclass
class Pool:
    """Trains stacks on several workers, or in this process where one is enough.

    Args:
        setups: the samples that the stacks need.
        workers: how many processes; None trains in this one, as a GPU does.
        on_message: takes the messages.
        on_loss: told of members that can tell nothing themselves, with a summary.
        interrupt: what a signal sets.
    """

    setups: SetupCache
    workers: int | None
    on_message: Callable[[Message], None]
    on_loss: Callable[[Member, dict[str, Any]], None]
    interrupt: Interrupt

    def run(self, stacks: Iterable[Stack]) -> None:
        """Train all stacks, the longest first; an interrupt leaves the rest of them untrained."""
        self.queue = deque(sorted(stacks, key=lambda stack: -stack.cost))
        self.running_members: set[int] = set()
        self.train()
        for stack in self.queue:
            for member in stack.training:
                reason = f"{self.interrupt.requested} before it was started"
                self.on_loss(member, {"status": "interrupted", "reason": reason})

    def train(self) -> None:
        """Train what is in the queue, until it is empty or a signal comes."""
        # where several threads of OpenMP have worked, a fork that wants some waits for ever: so they work in a fork
        alone = self.workers == 1 and not (FORKS and any(stack.threads > 1 for stack in self.queue))
        if self.workers is None or alone:
            self.train_here()
        else:
            self.run_workers(self.workers)

    def run_workers(self, workers: int) -> None:
        self.busy: dict[Worker, Stack] = {}
        self.context = multiprocessing.get_context("fork" if FORKS else "spawn")
        passed_on = False
        try:
            for _ in range(min(workers, len(self.queue))):
                if not self.start_worker():
                    break
            while self.busy:
                wait([end for worker in self.busy for end in (worker.pipe, worker.process.sentinel)], timeout=0.5)
                for worker in list(self.busy):
                    self.poll(worker)
                if self.interrupt.requested and not passed_on:
                    passed_on = True
                    for worker in self.busy if GROUPS else ():
                        os.kill(worker.process.pid, signal.Signals[self.interrupt.requested])
        finally:
            for worker in self.busy:
                worker.process.kill()

    def start_worker(self) -> bool:
        """Start a worker with the next stack; whether it could be.

        Where the system allows no more processes, those that there are do the work; where none, this one.
        """
        ours, theirs = self.context.Pipe()
        inherited = [ours, *(worker.pipe for worker in self.busy)] if FORKS else []
        arguments = (theirs, self.setups, inherited)
        process: Any = self.context.Process(target=work, args=arguments, daemon=True)  # type: ignore[attr-defined]
        try:
            process.start()
        except OSError as error:
            theirs.close()
            ours.close()
            who = f"the {len(self.busy)} that there are train" if self.busy else "this process trains"
            log.warning(f"The system allows no more worker processes ({error.strerror}); {who} all stacks.")
            if not self.busy:
                self.train_here()
            return False
        theirs.close()
        self.assign(Worker(process, ours))
        return True

    def train_here(self) -> None:
        """Train the stacks in this process, one after the other."""
        while self.queue and not self.interrupt.requested:
            stack = self.next_stack()
            serve(stack, self.setups, self.interrupt, partial(self.handle, stack))

    def assign(self, worker: Worker) -> None:
        """Send a worker the next stack, or let it end."""
        self.busy.pop(worker, None)
        if not self.queue or self.interrupt.requested:
            with suppress(OSError):  # it may be gone already
                worker.pipe.send(None)
            return
        self.busy[worker] = self.next_stack()
        worker.pipe.send(self.busy[worker])

    def next_stack(self) -> Stack:
        """The next stack of the queue, whose members are running from now on."""
        stack = self.queue.popleft()
        self.running_members |= {member.number for member in stack.training}
        return stack

    def poll(self, worker: Worker) -> None:
        """Read what a worker sent, and notice its end."""
        gone = not worker.process.is_alive()
        try:
            while worker.pipe.poll():
                if self.handle(self.busy[worker], worker.pipe.recv()):
                    self.assign(worker)
                    return
        except (EOFError, OSError):
            gone = True
        if gone:
            worker.process.join()
            code = worker.process.exitcode
            end = signal.Signals(-code).name if code < 0 else f"status {code}"
            self.retry(self.busy.pop(worker), f"its process ended with {end}", code == -getattr(signal, "SIGKILL", 9))
            if self.queue and not self.interrupt.requested:
                self.start_worker()

    def handle(self, stack: Stack, message: Message) -> bool:
        """Take what is said of a stack, and pass it on; whether it is the last."""
        if message[0] == "refused":
            # samples or a device that are not there would not be there for its halves either
            self.fail(stack, message[2])
            return True
        if message[0] == "ended":
            self.running_members.discard(message[1])
        self.on_message(message)
        return bool(message[0] == "done")

    def unfinished(self, stack: Stack) -> list[Member]:
        """The members of a stack that have not ended."""
        return [member for member in stack.training if member.number in self.running_members]

    def fail(self, stack: Stack, reason: str) -> None:
        """End the unfinished members of a stack."""
        for member in self.unfinished(stack):
            self.on_loss(member, {"status": "failed", "reason": reason})

    def retry(self, stack: Stack, reason: str, memory: bool) -> None:
        """Train what a lost process left: from its last checkpoint, and in halves where it was lost there before.

        Args:
            stack: what it trained.
            reason: how it ended.
            memory: whether that may have been for want of memory.
        """
        left = self.unfinished(stack)
        if not left:
            return
        if self.interrupt.requested:
            self.fail(stack, f"{reason}; it goes on where the sweep is resumed")
            return
        parts = from_checkpoints(stack, [member.number for member in left])
        at = steps_done(parts)
        if stack.lost_at is None or at > stack.lost_at:
            self.queue += [part.again((), part.start, lost_at=at) for part in parts]
        elif len(stack.members) == 1:
            remedy = "; use a smaller network, batch or data set" if memory else ""
            self.fail(stack, f"{reason}, twice at one place{remedy}")
            return
        else:
            for part in parts:
                middle = len(part.training) // 2
                halves = filter(None, (part.training[:middle], part.training[middle:]))
                self.queue += [part.subset(half) for half in halves]
        self.tell(reason, left, at)

    def tell(self, reason: str, members: list[Member], at: int) -> None:
        """Tell why jobs go on elsewhere, and from where."""
        numbers = ranges([member.number for member in members])
        whose = f"Job {numbers} goes" if len(members) == 1 else f"Jobs {numbers} go"
        errors.print(f"{whose} on from step {at:,}: {reason}.")


def steps_done(parts: Iterable[Stack]) -> int:
    """The updates that were done at the checkpoint from which parts of a stack go on, the last one of them."""
    return max(0 if part.start is None else step_of(part.start) for part in parts)
