"""What a command takes: seconds, those of processors, memory at its peak, files and bytes that it leaves."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from time import perf_counter

import psutil

TRAIN = str(Path(__file__).parents[1] / "train.py")

BETWEEN = 0.5
"""Seconds between two looks at the memory of processes."""


@dataclass
class Taken:
    """What a command took.

    Attributes:
        printed: its last line.
        seconds: from its start to its end.
        processors: seconds of all processors, for itself and the processes that it started.
        peak: bytes of memory at most: of itself, or of all processes together where they were looked at.
        files, bytes: in the folder where it ran; 0 where it was not asked.
    """

    printed: str
    seconds: float
    processors: float
    peak: float
    files: int = 0
    bytes: int = 0


def together(process: psutil.Process) -> int:
    """Bytes of memory of a process and those that it started; what several share counts once."""
    taken = 0
    with suppress(psutil.Error):
        for each in (process, *process.children(recursive=True)):
            with suppress(psutil.Error):
                taken += getattr(each.memory_full_info(), "pss", each.memory_info().rss)
    return taken


def run(command: list[str], folder: str | None = None) -> Taken:
    """Run a command to its end.

    Args:
        command: program and arguments.
        folder: where; then all its processes are looked at now and then, and what lies there in the end is counted.

    Raises:
        SystemExit: it failed; with what it printed.
    """
    start = perf_counter()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=folder)
        seen, ended = [0], Event()

        def look() -> None:
            while not ended.wait(BETWEEN):
                seen.append(together(psutil.Process(process.pid)))

        looks = Thread(target=look, daemon=True)
        if folder is not None:
            looks.start()
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds, process.returncode = perf_counter() - start, os.waitstatus_to_exitcode(status)
        ended.set()
        if process.returncode:
            errors.seek(0)
            raise SystemExit(f"{' '.join(command)} failed:\n{errors.read().decode()}")
    own = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    found = Taken(printed.strip().rpartition("\n")[2], seconds, usage.ru_utime + usage.ru_stime, max(own, *seen))
    if folder is not None:
        files = [path for path in Path(folder).rglob("*") if path.is_file()]
        found.files, found.bytes = len(files), sum(path.stat().st_size for path in files)
    return found


def sweep(*words: str) -> Taken:
    """A whole sweep, from the shell and back, in a folder of its own that is then removed."""
    with tempfile.TemporaryDirectory() as folder:
        return run([sys.executable, TRAIN, "-m", *words, f"hydra.sweep.dir={folder}/sweep"], folder)
