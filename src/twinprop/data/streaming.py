"""Samples in files: decoded by a DataLoader's workers, in the order that is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from multiprocessing import current_process
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from twinprop.errors import DataError

Numbers = np.ndarray[Any, Any]


class Selection(Dataset[Any]):
    """Some samples of another data set, by position."""

    def __init__(self, source: Any, which: Numbers) -> None:
        self.source, self.which = source, which

    def __len__(self) -> int:
        return len(self.which)

    def __getitem__(self, position: int) -> Any:
        return self.source[int(self.which[position])]


def stream(source: Any, batches: list[Numbers], workers: int) -> Iterator[torch.Tensor]:
    """The samples of each batch of positions, float32, (batch, ...)."""
    if current_process().daemon:
        workers = 0  # a worker of a sweep may start no processes; others decode beside it
    loader = DataLoader(source, batch_sampler=[batch.tolist() for batch in batches], num_workers=workers)
    try:
        yield from loader
    except DataError as error:
        # from a worker, it comes wrapped in that process's traceback
        raise DataError(str(error).rpartition("DataError: ")[2].strip()) from None
