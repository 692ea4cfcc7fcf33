"""A command that dies at each of its steps in turn, or finds the disk full: in forks, which have imported it all."""

from __future__ import annotations

import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from twinprop.__main__ import main

CHANGES = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link")
"""Events of Python that change what is on a disk, beside a file that is opened to be written."""

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT

HIDDEN = (".part-", ".removed-", ".runs.sqlite")
"""How names begin of what no command takes for a result."""


def in_fork(words: Sequence[str], begin: Callable[[], None]) -> tuple[int, str]:
    """(exit status, or the signal that it died of as a number below 0; what it printed) of a command in a fork.

    Args:
        words: the command's.
        begin: called in the fork first.
    """
    reads, writes = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        status = 70
        try:
            os.dup2(writes, 1)
            os.dup2(writes, 2)
            sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
            begin()
            status = main(words)
            sys.stdout.flush()
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    os.close(writes)
    with open(reads, encoding="utf-8") as said:
        text = said.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), text


def dies_before(change: int, kind: signal.Signals) -> Callable[[], None]:
    """What has a process die by a signal before its `change`th change of what is on the disk, counted from 1."""

    def begin() -> None:
        left = change

        def watch(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal left
            if event in CHANGES or (event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITES):
                left -= 1
                if not left:
                    os.kill(os.getpid(), kind)

        if kind != signal.SIGKILL:
            signal.signal(kind, signal.SIG_DFL)
        sys.addaudithook(watch)

    return begin


def disk_with(most: int) -> Callable[[], None]:
    """What gives a process a disk on which no file has room for more bytes."""

    def begin() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    return begin


def deaths(words: Sequence[str], every: int = 1) -> Iterator[int]:
    """Run a command again and again, which dies before its first change, before its second, and so on; at which it did.

    Args:
        words: the command's.
        every: one change of so many.
    """
    change = 1
    while True:
        kind = signal.SIGKILL if change // every % 2 else signal.SIGTERM
        status, said = in_fork(words, dies_before(change, kind))
        if status != -kind:
            assert status in (0, 1), said
            return
        yield change
        change += every


def seen(folder: Path) -> dict[str, bytes]:
    """The files below a folder that stand for something, by their paths."""
    found = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith(HIDDEN) for part in parts):
            found["/".join(parts)] = path.read_bytes()
    return found
