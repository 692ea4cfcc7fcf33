"""The lock of a directory: while a process or one that it forked is at work in it, no other goes on there.

The system holds it, and lets it go when the last of these processes has ended, however that came.
"""

from __future__ import annotations

import errno
import os
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Any

from twinprop.errors import OutputError

fcntl: Any = import_module("fcntl") if find_spec("fcntl") else None
"""How locks are taken where there is no msvcrt."""

NAME = "checkpoints/.lock"

PATIENCE = 10.0
"""Seconds that processes of an earlier attempt have to end."""

SECONDS_BETWEEN_TRIES = 0.1

LOOK = 0.3
"""Seconds for which a lock is tried at least: whoever only looks whether it is held has it for a moment."""


class Lock:
    """A context in which this process alone works in a directory.

    Args:
        directory: which; its own.
        patience: seconds to wait for others to end, as workers of a killed process soon do.
        name: of the lock's file in it.

    Raises:
        OutputError: others are at work in it, or the lock's file cannot be made.
    """

    def __init__(self, directory: Path, patience: float = 0.0, name: str = NAME) -> None:
        self.directory, self.patience, self.name = directory, patience, name

    def __enter__(self) -> Lock:
        path, until = self.directory / self.name, monotonic() + max(self.patience, LOOK)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise OutputError(f"{path}: cannot be made ({error.strerror}); choose another folder.") from error
        while not take(self.descriptor):
            if monotonic() >= until:
                os.close(self.descriptor)
                raise OutputError(f"{self.directory}: another process is at work in it; wait for its end, or stop it.")
            sleep(SECONDS_BETWEEN_TRIES)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self.descriptor)


def is_held(directory: Path) -> bool:
    """Whether a process is at work in a directory."""
    try:
        descriptor = os.open(directory / NAME, os.O_RDWR if fcntl is None else os.O_RDONLY)
    except OSError:  # there is none, so nobody holds it
        return False
    try:
        return not take(descriptor)
    finally:
        os.close(descriptor)


def take(descriptor: int) -> bool:
    """Take the lock of an open file; whether it was free. Where a file system knows no locks, every one is."""
    try:
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK):
            return False
        if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS):
            raise
    return True
