"""A process that trains stacks, and tells the one that started it how far it is."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any

from twinprop.errors import explain, first_line, out_of_memory
from twinprop.population.forks import GROUPS
from twinprop.population.restart import Superseded
from twinprop.population.setups import SetupCache
from twinprop.population.stack import Stack
from twinprop.population.train import train_stack
from twinprop.training.interrupt import Interrupt

SECONDS_BETWEEN_MESSAGES = 0.2

Message = tuple[Any, ...]
"""("progress", stack, steps), ("ended", member, summary), ("signal", stack, name) where one ended the training,
("done", stack) or, for a stack that cannot begin, ("refused", stack, why); each names its subject by number."""


def serve(
    stack: Stack,
    setups: SetupCache,
    interrupt: Interrupt,
    send: Callable[[Message], object],
    every: float = SECONDS_BETWEEN_MESSAGES,
) -> None:
    """Train a stack; messages say how far it is, and what became of each of its members."""
    last = 0.0

    def progress(steps: int) -> None:
        nonlocal last
        if (now := monotonic()) - last > every:
            last = now
            send(("progress", stack.number, steps))

    try:
        train_stack(stack, setups, interrupt, progress, lambda member, summary: send(("ended", member.number, summary)))
    except Superseded:
        raise
    except Exception as error:
        if out_of_memory(error):
            raise  # there may be enough for its halves
        send(("refused", stack.number, refusal(stack, error)))
    else:
        if interrupt.requested:
            send(("signal", stack.number, interrupt.requested))
        send(("done", stack.number))


def refusal(stack: Stack, error: Exception) -> str:
    """Why a stack cannot begin; what nobody foresaw leaves its traceback in the log of each member."""
    text = explain(error)
    if text is not None:
        return text
    for member in stack.training:
        with suppress(OSError):
            member.log("".join(traceback.format_exception(error)).rstrip())
    return f"{first_line(error)}; the traceback is in its train.log."


def work(pipe: Connection, setups: SetupCache, inherited: list[Connection]) -> None:
    """A worker: train the stacks that come through the pipe, until None comes or its other end is gone."""
    if GROUPS:
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
            serve(stack, setups, interrupt, send)
