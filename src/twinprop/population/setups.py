"""The samples of a sweep, loaded once in each process that needs them."""

from __future__ import annotations

import traceback
from collections.abc import Hashable
from types import TracebackType
from typing import Any, NamedTuple

from twinprop.config.plugins import Plugin, loaded
from twinprop.config.schema import Config
from twinprop.data.base import DataConfig, Dataset
from twinprop.errors import out_of_memory
from twinprop.population.grouping import data_key
from twinprop.run.device import memory_left
from twinprop.run.setup import Setup

LEFT_FREE = 0.2
"""The share of the machine's memory that samples leave: where less is free, those that were used longest ago go."""


class Failure(NamedTuple):
    """Why samples cannot be loaded, and where that was found."""

    error: Exception
    trace: TracebackType | None


class SetupCache:
    """Setups by what their samples are; a process that lacks some loads them, in place of others if need be.

    Pickled, for another process, it is empty, but for what it was given for others.

    Args:
        given: samples as they were loaded, by the `repr` of their configuration, so that they need not be loaded here.
    """

    def __init__(self, given: dict[str, Dataset] | None = None) -> None:
        self.loaded: dict[Hashable, Setup | Failure] = {}
        self.given = given or {}

    def get(self, config: Config) -> Setup:
        """The setup of a job.

        Raises:
            Exception: its samples cannot be loaded; a TwinpropError where a user can mend it. All jobs on the same
                samples get the same error.
        """
        key = data_key(config)
        if key in self.loaded:
            self.loaded[key] = self.loaded.pop(key)  # the last used is the last to go
        else:
            self.make_room()
            try:
                self.loaded[key] = Setup(config, self.dataset_of(config.data))
            except Exception as error:
                if out_of_memory(error):
                    raise  # there may be enough when the next job asks
                traceback.clear_frames(error.__traceback__)  # they hold what was loaded so far
                self.loaded[key] = Failure(error, error.__traceback__)
        found = self.loaded[key]
        if isinstance(found, Failure):
            raise found.error.with_traceback(found.trace)  # or it would grow with each job
        return found

    def dataset_of(self, data: DataConfig) -> Dataset | None:
        """Samples as they were loaded here for another device or twin, or given; None where they are to be loaded."""
        loaded = (found for found in self.loaded.values() if isinstance(found, Setup))
        return next((found.dataset for found in loaded if found.data == data), self.given.get(repr(data)))

    def make_room(self) -> None:
        """Let samples go that were used longest ago, as long as memory is short."""
        while self.loaded and (left := memory_left()) is not None and left < LEFT_FREE:
            del self.loaded[next(iter(self.loaded))]

    def shared_of(self, data: DataConfig) -> SetupCache | None:
        """Samples that were loaded here, for processes that share memory; None where they are not in memory."""
        for found in self.loaded.values():
            if isinstance(found, Setup) and found.data == data and found.dataset.train.x is not None:
                return SetupCache({repr(data): found.dataset})
        return None

    def forget(self, data: DataConfig) -> None:
        """Let samples go."""
        gone = [key for key, found in self.loaded.items() if isinstance(found, Setup) and found.data == data]
        for key in gone:
            del self.loaded[key]

    def __reduce__(self) -> Any:
        return unpickled, (loaded(), self.given)  # samples may be of a class of a plugin, which is known by then


def unpickled(plugins: tuple[Plugin, ...], given: dict[str, Dataset]) -> SetupCache:
    """An empty cache with samples that were given."""
    return SetupCache(given)
