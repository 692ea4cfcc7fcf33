"""Stacks as tasks of Ray."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from time import monotonic
from typing import Any

from twinprop.errors import TwinpropError
from twinprop.population.engine import Ending, Engine, RemoteJob
from twinprop.population.ray_process import serve, written
from twinprop.text import nearest, size

KEY = "hydra.launcher.ray"

SECONDS_TO_ANSWER = 12.0
"""In which a cluster that is there lets somebody in."""

SECONDS_TO_START = 120.0
"""In which one that is not there is started, on a machine with much else to do."""

TOKEN = "Ray wants the token of its head: export RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN or RAY_AUTH_TOKEN_PATH"

LARGEST_PORT = 65535

OWN = f"for one of your own on this machine, {KEY}.init.address=local"


@dataclass
class RayJob:
    engine: Ray
    number: int

    @property
    def name(self) -> str:
        return f"task {self.number} of Ray"

    def ending(self, alive: bool) -> Ending | None:
        if self.engine.gone:
            return Ending("Ray is gone, which happens when its head is killed", "gone")
        return self.engine.endings.get(self.number)

    def cancel(self) -> None:
        self.engine.ask("cancel", self.number)


class Ray(Engine):
    """Tasks of a Ray cluster, or of one that is started on this machine.

    Args:
        settings: `init`, arguments of `ray.init`, and `remote`, those of `ray.remote`; either may lack.
        workers: how many stacks train at once; None is as many as the cluster has room for.

    Raises:
        TwinpropError: a setting is wrong, or Ray cannot be started or reached, or has not what a task needs.
        ModuleNotFoundError: it is not installed.
    """

    name = "ray"

    def __init__(self, settings: dict[str, Any], workers: int | None) -> None:
        if find_spec("ray") is None:
            raise ModuleNotFoundError("No module named 'ray'", name="ray")
        refuse_unknown(KEY, settings, ["init", "remote"])
        init, options = settings.get("init") or {}, settings.get("remote") or {}
        address = running_at(init)
        self.gone, self.endings, self.kept = False, dict[int, Ending](), set[str]()
        self.cpus, self.gpus = options.get("num_cpus"), bool(options.get("num_gpus"))
        context = multiprocessing.get_context("spawn")  # a copy of this process would have its threads' locks
        self.pipe, theirs = context.Pipe()
        with NamedTemporaryFile(prefix="twinprop-ray-", suffix=".log") as self.told:
            arguments = (theirs, init, options, self.told.name)
            self.process = context.Process(target=serve, args=arguments, daemon=True)
            self.process.start()
            theirs.close()
            atexit.register(self.close)
            nodes = self.connect(init, address)
        room = sum(map(self.fits(options), nodes))
        if not room:
            needs = resources(needs_of(options))
            has = "; ".join(sorted({resources(node) for node in nodes}))
            raise TwinpropError(
                f"{KEY}.remote: a task needs {needs}, which no node of the cluster has; they have {has}."
            )
        self.at_once = workers or room

    def connect(self, init: dict[str, Any], address: str) -> list[dict[str, float]]:
        """Wait until the process is connected; what each node has."""
        kind, *more = self.answer(SECONDS_TO_START, "Ray is not imported")
        if kind == "imported":
            refuse_unknown(f"{KEY}.init", init, more[0])
            seconds = SECONDS_TO_ANSWER if address else SECONDS_TO_START
            kind, *more = self.answer(seconds, f"{address or 'Ray on this machine'} does not answer as Ray does")
        if kind == "absent":
            raise ModuleNotFoundError(f"No module named {more[0]!r}", name=more[0])
        if kind == "refused":
            raise TwinpropError(f"{KEY}.{more[0]}: {more[1]}")
        if kind == "failed":
            raise TwinpropError(why_not(more[0], address))
        found: list[dict[str, float]] = more[0]
        return found

    def close(self) -> None:
        """Let the process go, and a cluster that it started."""
        self.pipe.close()
        self.process.join(SECONDS_TO_ANSWER)

    def answer(self, seconds: float, otherwise: str) -> Any:
        """What the process says next."""
        until = monotonic() + seconds
        try:
            while monotonic() < until:
                if self.pipe.poll(0.2):
                    return self.pipe.recv()
                if "Unauthenticated" in Path(self.told.name).read_text(errors="replace"):
                    otherwise = TOKEN  # which Ray tries again and again
                    break
        except (EOFError, OSError):
            otherwise = "the process that is connected to Ray has ended"
        self.process.kill()
        raise TwinpropError(f"{KEY}.init: {otherwise}; see whether it runs, with `ray status`.")

    def fits(self, options: dict[str, Any]) -> Any:
        """How many tasks there is room for on a node, as a function of what that has."""
        needs = needs_of(options) or {"CPU": 1.0}
        return lambda node: int(min(node.get(name, 0.0) // amount for name, amount in needs.items()))

    def ask(self, name: str, *arguments: Any) -> Any:
        """Have the process do something; None where it is gone."""
        if self.gone:
            return None
        try:
            self.pipe.send((name, arguments))
            return self.pipe.recv()
        except (EOFError, OSError):
            self.gone = True
        return None

    def submit(self, calls: Sequence[tuple[Any, ...]], directory: Path) -> Sequence[RemoteJob]:
        keys = []
        for stack, setups, *_ in calls:
            data = stack.members[0].config.data
            keys.append(repr(data))
            if keys[-1] not in self.kept:
                self.kept.add(keys[-1])
                if (shared := setups.shared_of(data)) is not None:
                    with TemporaryDirectory(prefix=".samples.", dir=directory, ignore_cleanup_errors=True) as folder:
                        file = written(shared, Path(folder))
                        setups.forget(data)  # nothing here needs them any more
                        del shared
                        self.ask("keep", keys[-1], file)
        numbers = self.ask("submit", calls, keys)
        return [RayJob(self, number) for number in numbers or [-1] * len(calls)]

    def refresh(self, jobs: Sequence[RemoteJob]) -> str:
        numbers = [job.number for job in jobs if isinstance(job, RayJob) and job.number not in self.endings]
        self.endings |= self.ask("endings", numbers) or {}
        return ""


def running_at(init: dict[str, Any]) -> str:
    """Where the cluster is that Ray will connect to, as it finds it; empty where it starts one.

    Raises:
        TwinpropError: nobody is there.
    """
    given = init.get("address")
    folder = Path(init.get("_temp_dir") or Path(os.environ.get("RAY_TMPDIR") or "/tmp", "ray"))
    source, address = f"{KEY}.init.address", str(given or "")
    if given in (None, "auto"):
        source, address = "RAY_ADDRESS", os.environ.get("RAY_ADDRESS", "")
        if not address:
            source = str(folder / "ray_current_cluster")
            with suppress(OSError):
                address = Path(source).read_text().strip()
        if not address and given == "auto":
            raise TwinpropError(
                f"{KEY}.init.address=auto: no Ray runs on this machine; start it with `ray start`, or {OWN}."
            )
    if not address or address == "local":
        return ""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not (host and port.isdecimal() and int(port) <= LARGEST_PORT):
        raise TwinpropError(f"{source}={address}: must be HOST:PORT of a cluster's head, auto, or local.")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
    except OSError as error:
        remedy = f"start Ray there, or give the address of its head; {OWN}"
        if "ray_current_cluster" in source:
            remedy = f"a cluster that crashed left that file, which `ray stop` removes; {OWN}"
        raise TwinpropError(f"{source}={address}: nobody answers ({error}); {remedy}.") from error
    return address


def why_not(error: str, address: str) -> str:
    """An error of `ray.init` in a sentence, with what to do."""
    first = error.partition("\n")[0].rstrip(".")
    if "token" in error.lower():
        return f"{KEY}.init: {TOKEN} ({first})."
    if "existing cluster" in error:
        return f"{KEY}.init: Ray runs here, at {address}, with a size of its own ({first}); leave that out, or {OWN}."
    return f"{KEY}.init: Ray cannot be started or reached ({first})."


def needs_of(options: dict[str, Any]) -> dict[str, float]:
    """What a task needs, by the names that nodes have for it."""
    found = {"CPU": options.get("num_cpus", 1), "GPU": options.get("num_gpus"), "memory": options.get("memory")}
    return {name: amount for name, amount in {**found, **(options.get("resources") or {})}.items() if amount}


def resources(node: dict[str, float]) -> str:
    """What a node has or a task needs, for people."""
    own = {name: amount for name, amount in node.items() if not name.startswith(("node:", "object_store"))}
    told = {name: size(int(amount)) if name == "memory" else f"{amount:g}" for name, amount in sorted(own.items())}
    return ", ".join(f"{name} {amount}" for name, amount in told.items())


def refuse_unknown(prefix: str, settings: dict[str, Any], known: Any) -> None:
    """Refuse settings that Ray does not know."""
    for key in settings:
        if key not in known:
            raise TwinpropError(f"{prefix}.{key}: there is no such key.{nearest(key, known)} See docs/sweeps.md.")
