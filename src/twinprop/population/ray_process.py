"""The process that is connected to Ray, apart from the one that trains the sweep.

Ray ends the process that is connected to it when its head is gone, and waits for minutes for one that nobody starts. So
another process is connected, and answers what it is asked through a pipe.
"""

from __future__ import annotations

import inspect
import os
import pickle
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from twinprop.population.engine import Ending
from twinprop.population.remote import train_job
from twinprop.population.setups import SetupCache

SECONDS_WITHOUT_HEAD = "20"
"""After which Ray takes its head for gone."""


class Refused(Exception):
    """What is wrong with a setting, as `hydra.launcher.ray` and the rest of its key, and a sentence."""


def serve(pipe: Connection, init: dict[str, Any], options: dict[str, Any], told: str) -> None:
    """Connect to Ray, and answer until the other end of the pipe is gone.

    The first answer is `imported`, the second how it went; then each is the result of a method of `Tasks`.

    Args:
        pipe: to the process that asks.
        init: arguments of `ray.init`.
        options: those of `ray.remote`.
        told: a file for what Ray prints while it connects, which repeats itself.
    """
    os.setpgrp()  # Ctrl-C reaches the process that was started
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.setdefault("RAY_gcs_rpc_server_reconnect_timeout_s", SECONDS_WITHOUT_HEAD)
    with suppress(EOFError, OSError):
        try:
            import ray

            pipe.send(("imported", sorted(inspect.signature(ray.init).parameters)))
            with printing_to(told):
                tasks = Tasks(init, options)
        except ModuleNotFoundError as error:
            pipe.send(("absent", error.name))
            return
        except Refused as error:
            pipe.send(("refused", *error.args))
            return
        except Exception as error:
            pipe.send(("failed", f"{type(error).__name__}: {error}"))
            return
        pipe.send(("ready", tasks.nodes()))
        while True:
            name, arguments = pipe.recv()
            pipe.send(getattr(tasks, name)(*arguments))
    with suppress(Exception):
        ray.shutdown()


@contextmanager
def printing_to(path: str) -> Iterator[None]:
    """Have what this process prints, also from libraries in C++, go to a file."""
    before = os.dup(2)
    with open(path, "a") as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)


class Tasks:
    """The tasks that were sent, by the order in which they were.

    Args:
        init: arguments of `ray.init`.
        options: those of `ray.remote`.
    """

    def __init__(self, init: dict[str, Any], options: dict[str, Any]) -> None:
        import ray

        try:
            self.remote = ray.remote(**{"num_cpus": 1, **options})(train_job)
        except (ValueError, TypeError) as error:
            raise Refused("remote", str(error)) from error
        ray.init(**init)
        self.cpus = options.get("num_cpus")
        self.tasks: dict[int, Any] = {}
        self.samples: dict[str, Any] = {}

    def nodes(self) -> list[dict[str, float]]:
        """What each node of the cluster has."""
        import ray

        return [dict(node["Resources"]) for node in ray.nodes() if node["Alive"]]

    def keep(self, key: str, file: Path) -> None:
        """Put samples that were `written` where all tasks of a machine read them from the same memory."""
        import ray

        self.samples[key] = ray.put(mapped(file))

    def submit(self, calls: Sequence[tuple[Any, ...]], keys: Sequence[str]) -> list[int]:
        """Send calls of `train_job`; `keys` name their samples."""
        first = len(self.tasks)
        for (stack, setups, *more), key in zip(calls, keys, strict=True):
            # tried again by Ray, a task would find its members' directories taken
            task = self.remote.options(num_cpus=self.cpus or stack.threads, max_retries=0)
            self.tasks[len(self.tasks)] = task.remote(stack, self.samples.get(key, setups), *more)
        return list(range(first, len(self.tasks)))

    def endings(self, numbers: Sequence[int]) -> dict[int, Ending]:
        """How tasks ended, those that have."""
        import ray

        found = {}
        for number in numbers:
            task = self.tasks[number]
            if ray.wait([task], timeout=0)[0]:
                found[number] = ending(task)
        return found

    def cancel(self, number: int) -> None:
        """Take a task out of the queue."""
        import ray

        ray.cancel(self.tasks[number])


def written(setups: SetupCache, folder: Path) -> Path:
    """A file with samples whose arrays lie in others beside it: through a pipe they would be in memory three times."""
    arrays = count()

    def write(buffer: pickle.PickleBuffer) -> None:
        (folder / f"{next(arrays)}.array").write_bytes(buffer.raw())

    file = folder / "samples"
    file.write_bytes(pickle.dumps(setups, protocol=5, buffer_callback=write))
    return file


def mapped(file: Path) -> SetupCache:
    """What was `written`, its arrays in the files' own memory."""
    paths = sorted(file.parent.glob("*.array"), key=lambda path: int(path.stem))
    arrays = [np.memmap(path, np.uint8, "r") if path.stat().st_size else b"" for path in paths]
    found: SetupCache = pickle.loads(file.read_bytes(), buffers=arrays)
    return found


def ending(task: Any) -> Ending:
    """How a task ended that has."""
    import ray

    try:
        ray.get(task)
    except Exception as error:
        cause = getattr(error, "cause", None) or error
        first = str(cause).strip().partition("\n")[0].partition(". ")[0]
        told = f"its task ended ({type(cause).__name__}: {first})"
        return Ending(told, "memory" if isinstance(cause, ray.exceptions.OutOfMemoryError) else "lost")
    return Ending("its task of Ray ended", "ended")
