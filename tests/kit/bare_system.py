"""A system without what only POSIX has, as Windows is: for `sitecustomize`, which every process of Python reads.

What the standard library and others use is imported before it is taken away, for they have ways of their own there.
"""

from __future__ import annotations

import asyncio
import importlib
import multiprocessing.popen_spawn_posix
import multiprocessing.resource_tracker
import os
import signal
import subprocess
import sys
import tempfile
import types

import numpy
import psutil

IMPORTED = asyncio, importlib, multiprocessing, subprocess, tempfile, numpy, psutil

OF_OS = (
    *("fork", "forkpty", "setpgrp", "getpgrp", "setpgid", "killpg", "setsid", "getuid", "geteuid", "getgid", "sync"),
    *("nice", "getloadavg", "sched_getaffinity", "sched_setaffinity", "mkfifo", "statvfs", "getrusage"),
)
OF_SIGNAL = (
    *("SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGKILL", "SIGSTOP", "SIGCONT", "SIGALRM", "SIGPIPE", "SIGCHLD"),
    *("alarm", "setitimer", "pthread_sigmask", "pthread_kill", "sigwait"),
)
MODULES = ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty")


def take_away() -> None:
    """Take from `os`, `signal` and the modules what Windows has not, and give what it has in place of `fcntl`."""
    import fcntl

    def locking(descriptor: int, mode: int, count: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    msvcrt = types.ModuleType("msvcrt")
    msvcrt.__dict__.update(locking=locking, LK_NBLCK=2)
    for module, names in ((os, OF_OS), (signal, OF_SIGNAL)):
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    for name in MODULES:
        sys.modules[name] = None  # type: ignore[assignment]
    sys.modules["msvcrt"] = msvcrt
    subprocess.Popen.kill = lambda self: self.send_signal(9)  # type: ignore[method-assign]
    multiprocessing.popen_spawn_posix.Popen.kill = lambda self: self._send_signal(9)  # type: ignore[attr-defined]
    multiprocessing.resource_tracker._HAVE_SIGMASK = False  # type: ignore[attr-defined]


take_away()
