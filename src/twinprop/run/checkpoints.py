"""Checkpoints: positions of a training in files, of which the last two stay, and the newest sound one found again.

One file holds all networks that train together. It is written between two updates when the clock says so: seldom enough
to take a small share of the time, often enough that little is lost.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from math import inf
from pathlib import Path
from typing import Any

from twinprop.errors import OutputError
from twinprop.run.directory import PART, summary_of
from twinprop.run.pace import Pace
from twinprop.run.state_file import StateFileError, read_state, write_state
from twinprop.training.position import Position

log = logging.getLogger("twinprop")

SHARE = 1 / 60
"""Of the time of a training that writing may take, at most; where it would take more, checkpoints come less often."""

FOLDER = "checkpoints"

KEPT = 2

SUFFIX = ".safetensors"

DECISIVE = ("arrays", "data", "learners", "models", "pytorch", "scratch", "training")
"""The packages on whose code every bit of a result depends."""


@cache
def code_digest() -> str:
    """SHA-256 of the code that decides results."""
    found, package = hashlib.sha256(), Path(__file__).parents[1]
    for path in sorted(path for name in DECISIVE for path in (package / name).rglob("*.py")):
        found.update(path.relative_to(package).as_posix().encode() + path.read_bytes())
    return found.hexdigest()


class CheckpointFolder:
    """The checkpoints of networks that train together.

    Args:
        root: where they are; each training has a folder in it that is called by the first of its networks.
        members: the numbers of the networks.
        about: what must be the same when training goes on.
        seconds: between two of them, at least; None keeps the last alone.
    """

    def __init__(
        self, root: Path, members: Sequence[int], about: Callable[[], dict[str, Any]], seconds: float | None
    ) -> None:
        self.root, self.folder = root, root / str(members[0])
        self.members, self.about, self.seconds = list(members), about, inf if seconds is None else seconds
        self.pace = Pace(SHARE, self.seconds)
        self.failed = False

    def due(self) -> bool:
        return self.pace.due()

    def write(self, position: Position) -> None:
        """Keep a position; where it cannot be written, as on a full disk, that is told once, and training goes on."""
        with self.pace.measured():
            try:
                write(self.folder / f"step_{position.steps}{SUFFIX}", self.members, self.about(), position)
                self.failed = False
            except OutputError as error:
                if not self.failed:
                    log.warning(f"No checkpoint: {error}")
                self.failed = True
            else:
                parts = self.folder.glob(f"{PART}*")  # of a process that was killed
                for path in [*by_step(self.folder)[KEPT:], *parts]:
                    with suppress(OSError):
                        path.unlink()

    def part(self, places: Sequence[int]) -> CheckpointFolder:
        return CheckpointFolder(self.root, [self.members[place] for place in places], self.about, self.seconds)


def write(path: Path, members: Sequence[int], about: dict[str, Any], position: Position) -> None:
    """Write a checkpoint.

    Raises:
        OutputError: it cannot be written.
    """
    with suppress(OSError):  # then it cannot be written either, which says why
        path.parent.mkdir(exist_ok=True)
    write_state(path, {"members": list(members), "about": about, "position": vars(position)})


@dataclass
class Checkpoint:
    """A checkpoint that was read.

    Attributes:
        path: its file.
        members: the numbers of its networks.
        about: what must be the same now.
        position: where to go on from.
    """

    path: Path
    members: list[int]
    about: dict[str, Any]
    position: Position

    def goes_on(self, member: int, path: Path) -> bool:
        """Whether a network was in training here, or had come to the end of a plan that may be longer now.

        Args:
            member: its number.
            path: its directory.
        """
        monitor = self.position.monitors[self.members.index(member)]
        if monitor["status"] == "completed" and not monitor["reason"]:
            return summary_of(path).get("status") == "completed"  # or its results are gone
        return bool(monitor["status"] == "running")


def by_step(folder: Path) -> list[Path]:
    """The checkpoints in a folder, the newest first."""
    return sorted((path for path in folder.glob(f"step_*{SUFFIX}") if step_of(path) >= 0), key=step_of, reverse=True)


def step_of(path: Path) -> int:
    """The updates that were done at a checkpoint, by its name; -1 for what is none."""
    step = path.stem.removeprefix("step_")
    return int(step) if step.isdecimal() else -1


def read_checkpoint(path: Path) -> Checkpoint:
    """A checkpoint.

    Raises:
        StateFileError: it is not there, damaged, or another file.
    """
    state = read_state(path)
    try:
        return Checkpoint(path, state["members"], state["about"], Position(**state["position"]))
    except (KeyError, TypeError) as error:
        raise StateFileError(f"{path}: is not a checkpoint of this version.") from error


def sound(folder: Path) -> Iterator[Checkpoint]:
    """The checkpoints of one training that can be read, the newest first; of a damaged one it is told."""
    return readable(by_step(folder))


def readable(paths: Iterable[Path]) -> Iterator[Checkpoint]:
    """Those of some checkpoints that can be read; of a damaged one it is told."""
    for path in paths:
        try:
            yield read_checkpoint(path)
        except StateFileError as error:
            log.warning(f"{error} The checkpoint before it is used, if there is one.")
