"""Stacks side by side: a process for each core, all reading the same samples in memory.

Processes and not threads, for small networks spend their time in Python as much as in matrix products.
Where the system can fork, a worker inherits the samples; elsewhere it loads them itself.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from time import monotonic
from typing import Any, NamedTuple

from twinprop.population.plan import Member, Stack
from twinprop.population.train import Settings, discard, train_stack
from twinprop.training.interrupt import Interrupt

SECONDS_BETWEEN_MESSAGES = 0.2

FORKS = sys.platform == "linux"
"""Elsewhere a forked process cannot rely on the system's libraries."""

Message = tuple[Any, ...]
"""("progress", stack, steps), ("ended", member, summary) or ("done", stack); each names its subject by number."""


def serve(
    stack: Stack,
    settings: Settings,
    interrupt: Interrupt,
    send: Callable[[Message], None],
    every: float = SECONDS_BETWEEN_MESSAGES,
) -> None:
    """Train a stack; messages say how far it is, and what became of each of its members."""
    last = 0.0

    def progress(steps: int) -> None:
        nonlocal last
        if (now := monotonic()) - last > every:
            last = now
            send(("progress", stack.number, steps))

    train_stack(stack, settings, interrupt, progress, lambda member, summary: send(("ended", member.number, summary)))
    send(("done", stack.number))


def work(pipe: Connection, settings: Settings, inherited: list[Connection]) -> None:
    """A worker: train the stacks that come through the pipe, until None comes or its other end is gone."""
    os.setpgrp()  # Ctrl-C reaches the process that was started, which passes it on
    for end in inherited:
        end.close()  # a pipe has an end only when nobody holds its other side
    with Interrupt() as interrupt:

        def send(message: Message) -> None:
            try:
                pipe.send(message)
            except OSError:
                interrupt.requested = "the process that started the sweep is gone"

        while not interrupt.requested:
            try:
                stack = pipe.recv()
            except (EOFError, OSError):
                return
            if stack is None:
                return
            serve(stack, settings, interrupt, send)


class Worker(NamedTuple):
    process: Any
    pipe: Connection


@dataclass
class Pool:
    """Trains stacks on several workers, or in this process where one is enough.

    Args:
        settings: the samples that the stacks need.
        workers: how many processes; None trains in this one, as a GPU does.
        listen: takes the messages.
        ended: told of members that can tell nothing themselves, with a summary.
        interrupt: what a signal sets.
    """

    settings: Settings
    workers: int | None
    listen: Callable[[Message], None]
    ended: Callable[[Member, dict[str, Any]], None]
    interrupt: Interrupt

    def run(self, stacks: Iterable[Stack]) -> None:
        """Train all stacks, the longest first; an interrupt leaves the rest of them untrained."""
        self.queue = deque(sorted(stacks, key=lambda stack: -stack.cost))
        self.open: dict[int, Member] = {}
        self.train()
        for stack in self.queue:
            for member in stack.members:
                reason = f"{self.interrupt.requested} before it was started"
                self.ended(member, {"status": "interrupted", "reason": reason})

    def train(self) -> None:
        """Train what is in the queue, until it is empty or a signal comes."""
        # where several threads of OpenMP have worked, a fork that wants some waits for ever: so they work in a fork
        alone = self.workers == 1 and not (FORKS and any(stack.threads > 1 for stack in self.queue))
        if self.workers is None or alone:
            while self.queue and not self.interrupt.requested:
                serve(self.queue.popleft(), self.settings, self.interrupt, self.listen)
        else:
            self.run_workers(self.workers)

    def run_workers(self, workers: int) -> None:
        self.busy: dict[Worker, Stack] = {}
        self.context = multiprocessing.get_context("fork" if FORKS else "spawn")
        passed_on = False
        try:
            for _ in range(min(workers, len(self.queue))):
                self.give(self.start())
            while self.busy:
                wait([end for worker in self.busy for end in (worker.pipe, worker.process.sentinel)], timeout=0.5)
                for worker in list(self.busy):
                    self.attend(worker)
                if self.interrupt.requested and not passed_on:
                    passed_on = True
                    for worker in self.busy:
                        os.kill(worker.process.pid, signal.Signals[self.interrupt.requested])
        finally:
            for worker in self.busy:
                worker.process.kill()

    def start(self) -> Worker:
        ours, theirs = self.context.Pipe()
        inherited = [ours, *(worker.pipe for worker in self.busy)] if FORKS else []
        arguments = (theirs, self.settings, inherited)
        process: Any = self.context.Process(target=work, args=arguments, daemon=True)  # type: ignore[attr-defined]
        process.start()
        theirs.close()
        return Worker(process, ours)

    def give(self, worker: Worker) -> None:
        """Give a worker the next stack, or let it go."""
        self.busy.pop(worker, None)
        if not self.queue or self.interrupt.requested:
            with suppress(OSError):  # it may be gone already
                worker.pipe.send(None)
            return
        self.busy[worker] = self.next()
        worker.pipe.send(self.busy[worker])

    def next(self) -> Stack:
        """The next stack, whose members are open from now on."""
        stack = self.queue.popleft()
        self.open |= {member.number: member for member in stack.members}
        return stack

    def take(self, message: Message) -> bool:
        """Pass a message on; whether it is a stack's last."""
        if message[0] == "ended":
            self.open.pop(message[1], None)
        self.listen(message)
        return bool(message[0] == "done")

    def attend(self, worker: Worker) -> None:
        """Take what a worker has to say, and notice its end."""
        gone = not worker.process.is_alive()
        try:
            while worker.pipe.poll():
                if self.take(worker.pipe.recv()):
                    self.give(worker)
                    return
        except (EOFError, OSError):
            gone = True
        if gone:
            worker.process.join()
            code = worker.process.exitcode
            end = signal.Signals(-code).name if code < 0 else f"status {code}"
            self.bury(self.busy.pop(worker), f"its process ended with {end}")
            if self.queue and not self.interrupt.requested:
                self.give(self.start())

    def left(self, stack: Stack) -> list[Member]:
        """The members of a stack that have not ended."""
        return [member for member in stack.members if member.number in self.open]

    def fail(self, stack: Stack, reason: str) -> None:
        """End what is left of a stack."""
        for member in self.left(stack):
            self.ended(member, {"status": "failed", "reason": reason})

    def bury(self, stack: Stack, reason: str) -> None:
        """Have trained what is left of a stack that was lost, most likely for want of memory: in halves, anew."""
        if len(stack.members) == 1 or self.interrupt.requested:
            self.fail(stack, f"{reason}; use a smaller network, batch or data set")
        else:
            left = self.left(stack)
            middle = len(left) // 2
            for half in filter(None, (left[:middle], left[middle:])):
                for member in half:
                    discard(member)
                self.queue.append(stack.of(half))


def apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """The result of a call in a process of its own, whose memory and threads end with it; None where it failed.

    Only where a process can fork: elsewhere it would load everything anew.
    """
    if not FORKS:
        return None
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()

    def call() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that waits for it takes care of it
        theirs.send(function(*arguments))

    process = context.Process(target=call, daemon=True)
    process.start()
    theirs.close()
    try:
        return ours.recv()
    except EOFError:
        return None
    finally:
        process.kill()
        process.join()
