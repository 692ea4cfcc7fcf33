"""What a run's directory is: how one is found, and what became of its run.

All commands find runs through this file, read one through `run/saved.py`, and many through `run/index.py`, which keeps
what it reads.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from twinprop.errors import TwinpropError
from twinprop.run.directory import SWEEP, is_sweep
from twinprop.run.lock import is_held

STATUSES = {
    "completed": "trained to its end",
    "dropped": "left its sweep before its end, for others were better; it stays so",
    "diverged": "stopped where the loss was no longer finite",
    "failed": "ended by an error; its reason is in summary.json",
    "interrupted": "stopped by a signal; resume goes on with it",
    "cancelled": "taken back at the cluster that was to train it; resume goes on with it",
    "killed": "gone without a word, after an evaluation at least; resume goes on with it",
    "not started": "of a sweep or a process that was gone before it trained; resume starts it",
    "running": "in training now",
    "waiting": "of a sweep that is in training now, and not yet at this job",
    "unreadable": "a file of it cannot be read",
}
"""What can have become of a run, the first six as its summary.json says."""

GOES_ON = ("interrupted", "cancelled")
"""Those that are no end: a sweep that is in training now may be at it again."""

LEFT_OUT = ("checkpoints",)
"""Folders in which there are no runs."""


class Found(NamedTuple):
    """A run's directory.

    Attributes:
        path: where it is.
        sweep: the directory of the sweep that it is a job of; None for a single run.
        names: of what is in it.
    """

    path: Path
    sweep: Path | None
    names: frozenset[str]

    def status(self, said: str, held: Callable[[Path], bool] = is_held) -> str:
        """What became of the run, one of `STATUSES`.

        Args:
            said: by its summary.json; empty where there is none.
            held: whether a process is at work in a directory.
        """
        if "checkpoints" in self.names and held(self.path):
            return "running"
        if said and said not in GOES_ON:
            return said
        if self.sweep is not None and held(self.sweep):
            return "running" if "metrics.csv" in self.names else "waiting"
        return said or ("killed" if "metrics.csv" in self.names else "not started")


def find(directory: Path) -> Iterator[Found]:
    """The runs at and below a directory, finished or not, in the order of their names, run 2 before run 10.

    A link is followed where it leads out of the directory, once; in a sweep none is.

    Raises:
        TwinpropError: it is not there, or no directory.
    """
    if not directory.is_dir():
        why = "is no directory" if os.path.lexists(directory) else "is not there"
        raise TwinpropError(f"{directory}: {why}; expected a run, a sweep or a folder of them, such as outputs.")
    sweep = directory.parent if is_sweep(directory.parent) else None
    yield from below(str(directory), sweep, [Path(os.path.realpath(directory))])


def below(directory: str, sweep: Path | None, known: list[Path]) -> Iterator[Found]:
    """`find`, in a directory of a sweep or of none; what cannot be listed holds none.

    Args:
        directory: which.
        sweep: the directory of the sweep that it is in.
        known: where the search began and links led, without links; more of them are added.
    """
    try:
        with os.scandir(directory) as listed:
            entries = list(listed)
    except OSError:
        return
    names = frozenset(entry.name for entry in entries)
    if "multirun.yaml" not in names and not names.isdisjoint((".hydra", "summary.json")):
        yield Found(Path(directory), sweep, names)
        return
    if not names.isdisjoint(SWEEP):
        sweep = Path(directory)
    folders = [entry for entry in entries if entry.name[0] != "." and entry.name not in LEFT_OUT and is_folder(entry)]
    for entry in sorted(folders, key=lambda entry: natural(entry.name)):
        if not entry.is_symlink() or (sweep is None and leads_out(entry.path, known)):
            yield from below(entry.path, sweep, known)


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether this is a directory, or leads to one; a link that leads to itself does not."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def leads_out(link: str, known: list[Path]) -> bool:
    """Whether a link leads to what was not looked through and will not be: then it is known from now on."""
    target = Path(os.path.realpath(link))
    if any(target.is_relative_to(each) for each in known) or known[0].is_relative_to(target):
        return False
    known.append(target)
    return True


def natural(name: str) -> tuple[int, str]:
    """To sort by: run 2 before run 10."""
    number = name.partition("_")[0]
    return (int(number) if number.isdecimal() and number.isascii() else -1), name
