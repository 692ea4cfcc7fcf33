"""Samples in files: decoded by a DataLoader's workers, in the order that is asked for.

Where one cannot be read, all are tried, so that everything is told at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from multiprocessing import current_process
from typing import Any

import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, Dataset

from twinprop.data.samples import Selection
from twinprop.errors import DataError

NAMED = 20
"""Files that are told by name; of others the number."""

TRIED = 100
"""Files that a worker tries at once, in search of those that cannot be read."""


class Problems(Dataset[str]):
    """What is wrong with each sample of another data set, or nothing."""

    def __init__(self, source: Any) -> None:
        self.source = source

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, position: int) -> str:
        try:
            self.source[position]
        except DataError as error:
            return str(error)
        return ""


def stream(source: Any, batches: list[NDArray[Any]], workers: int) -> Iterator[torch.Tensor]:
    """The samples of each batch of positions, float32, (batch, ...).

    Raises:
        DataError: some of the source, in these batches or not, cannot be read.
    """
    if current_process().daemon:
        workers = 0  # a worker of a sweep may start no processes; others decode beside it
    wanted = True

    def positions() -> Iterator[list[int]]:
        for batch in batches:
            if not wanted:
                return
            yield batch.tolist()

    loader = iter(DataLoader(source, batch_sampler=positions(), num_workers=workers))
    problem = ""
    try:
        yield from loader
    except DataError as error:
        problem = reason(error)
    finally:
        # who stops early leaves batches on their way, over which the workers' pipes would be closed
        wanted = False
        drain(loader)
    if problem:
        while isinstance(source, Selection):
            source = source.source
        tried = DataLoader(Problems(source), TRIED, num_workers=workers, collate_fn=list)
        found = sorted(text for batch in tried for text in batch if text)
        raise DataError(told(found or [problem], len(source)))


def told(problems: list[str], count: int) -> str:
    """One message of what is wrong with some of `count` files."""
    if len(problems) == 1:
        return problems[0]
    lines = [f"{len(problems):,} of {count:,} files cannot be used:", *problems[:NAMED]]
    if len(problems) > NAMED:
        lines.append(f"and {len(problems) - NAMED:,} more.")
    return "\n  ".join(lines)


def reason(error: DataError) -> str:
    """What an error says; one from a worker comes wrapped in that process's traceback.

    Its own traceback refers to the loader, and to itself: it would keep the loader alive, into processes forked later.
    """
    error.__traceback__ = None
    return str(error).rpartition("DataError: ")[2].strip()


def drain(loader: Iterator[Any]) -> None:
    """Take what is left, whatever is wrong with it, so that the workers end."""
    while True:
        try:
            if next(loader, None) is None:
                return
        except DataError as error:
            reason(error)
