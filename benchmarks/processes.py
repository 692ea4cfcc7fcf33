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

BETWEEN, LOOKS = 0.1, 5
"""Seconds between two looks at the processors that processes took, and how many of them pass to one at their memory."""


@dataclass
class Taken:
    """What a command took.

    Attributes:
        printed: its last line.
        seconds: from its start to its end.
        processors: seconds of all processors, for itself and, where they were looked at, the processes that it started.
        peak: bytes of memory at most: of itself, or of all processes together where they were looked at.
        files, bytes: in the folder where it ran; 0 where it was not asked.
    """

    printed: str
    seconds: float
    processors: float
    peak: float
    files: int = 0
    bytes: int = 0


class Watch(Thread):
    """Looks at a process and those that it started, whose end it may not wait for, until it is told to stop.

    Attributes:
        peak: bytes of memory at most, of all together; what several share counts once.
        seconds: of processors, by process.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.process, self.ended = psutil.Process(pid), Event()
        self.peak, self.seconds = 0, dict[int, float]()

    def run(self) -> None:
        looks = 0
        while not self.ended.wait(BETWEEN):
            with suppress(psutil.Error):
                each = [self.process, *self.process.children(recursive=True)]
                for process in each:
                    with suppress(psutil.Error):
                        self.seconds[process.pid] = sum(process.cpu_times()[:2])
                if looks % LOOKS == 0:
                    self.peak = max(self.peak, sum(map(memory, each)))
            looks += 1


def memory(process: psutil.Process) -> int:
    """Bytes of a process; 0 where it has ended."""
    with suppress(psutil.Error):
        return int(getattr(process.memory_full_info(), "pss", process.memory_info().rss))
    return 0


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
        watch = Watch(process.pid)
        if folder is not None:
            watch.start()
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds, process.returncode = perf_counter() - start, os.waitstatus_to_exitcode(status)
        watch.ended.set()
        if process.returncode:
            errors.seek(0)
            raise SystemExit(f"{' '.join(command)} failed:\n{errors.read().decode()}")
    own = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    processors = max(usage.ru_utime + usage.ru_stime, sum(watch.seconds.values()))
    found = Taken(printed.strip().rpartition("\n")[2], seconds, processors, max(own, watch.peak))
    if folder is not None:
        files = [path for path in Path(folder).rglob("*") if path.is_file()]
        found.files, found.bytes = len(files), sum(path.stat().st_size for path in files)
    return found


def sweep(*words: str) -> Taken:
    """A whole sweep, from the shell and back, in a folder of its own that is then removed."""
    with tempfile.TemporaryDirectory() as folder:
        return run([sys.executable, TRAIN, "-m", *words, f"hydra.sweep.dir={folder}/sweep"], folder)
