"""Processes that begin as copies of this one, and so have its samples and modules at once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

FORKS = sys.platform == "linux" and hasattr(os, "fork")
"""Elsewhere a forked process cannot rely on the system's libraries."""

GROUPS = hasattr(os, "setpgrp")
"""Whether a process can leave the group that Ctrl-C reaches. Elsewhere it reaches all processes of a console."""


def in_subprocess(function: Callable[..., Any], *arguments: Any) -> Any:
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
