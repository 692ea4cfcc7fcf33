"""The end of a process: quick, and with nothing lost.

Where PyTorch is loaded, Python takes longer to take its objects apart than a small network takes to train. The system
takes them back anyway. So this does what Python does first at its end, and what of the rest could be missed.
"""

from __future__ import annotations

import atexit
import gc
import io
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

FILES = (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom)
"""What keeps text or bytes before they are written."""


def run(main: Callable[[], object]) -> None:
    """Call `main`, and end the process with what it returns or exits with, as `sys.exit(main())` does."""
    status: object
    from twinprop.text import print_all

    take_closed()
    print_all()
    try:
        status = main()
    except SystemExit as error:
        status = error.code
    if status is not None and not isinstance(status, int):
        say(str(status))
        status = 1
    end(int(status or 0))


def take_closed() -> None:
    """Have a stream that the shell closed, as `>&-` does, go nowhere: the next file would get its number and text."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w"))  # noqa: SIM115  # for good


def say(text: str) -> None:
    """Print a last message to stderr, if that is there and anybody reads it."""
    from twinprop.text import shown

    with suppress(OSError, ValueError, AttributeError):
        print(shown(text), file=sys.stderr, flush=True)


def unread() -> None:
    """Take it that nobody reads the output any more, as of `--help | head`: what is left of it goes nowhere."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def end(status: int) -> None:
    """End the process; in order, as Python does it:

    threads that are no daemons come to their end, functions that wait for the end (those of `atexit`) are called, and
    every file that is still open is flushed, whoever opened it. Python's own end follows where PyTorch is not loaded.
    """
    if "torch" not in sys.modules or not (hasattr(threading, "_shutdown") and hasattr(atexit, "_run_exitfuncs")):
        sys.exit(status)
    threading._shutdown()
    atexit._run_exitfuncs()
    for each in gc.get_objects():
        if issubclass(type(each), FILES):  # `isinstance` would ask proxies what they are, and some warn of that
            with suppress(Exception):  # closed, read only, or a pipe that nobody reads: Python would not say so either
                each.flush()
    os._exit(status)
