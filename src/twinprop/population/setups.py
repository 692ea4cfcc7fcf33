"""The samples of a sweep, loaded once in each process that needs them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import psutil

from twinprop.config.schema import Config
from twinprop.errors import TwinpropError
from twinprop.population.grouping import data_key
from twinprop.run.setup import Setup

LEFT_FREE = 0.2
"""The share of the machine's memory that samples leave: where less is free, those that were used longest ago go."""


class SetupCache:
    """Setups by what their samples are; a process that lacks some loads them, in place of others if need be.

    Pickled, for another process, it is empty.
    """

    def __init__(self) -> None:
        self.loaded: dict[Hashable, Setup | TwinpropError] = {}

    def get(self, config: Config) -> Setup:
        """The setup of a job.

        Raises:
            TwinpropError: its samples cannot be loaded.
        """
        key = data_key(config)
        if key in self.loaded:
            self.loaded[key] = self.loaded.pop(key)  # the last used is the last to go
        else:
            self.make_room()
            try:
                self.loaded[key] = Setup(config)
            except TwinpropError as error:
                self.loaded[key] = error
        found = self.loaded[key]
        if isinstance(found, TwinpropError):
            raise found
        return found

    def make_room(self) -> None:
        """Let samples go that were used longest ago, as long as memory is short."""
        while self.loaded and (memory := psutil.virtual_memory()).available < LEFT_FREE * memory.total:
            del self.loaded[next(iter(self.loaded))]

    def __getstate__(self) -> dict[str, Any]:
        return {"loaded": {}}
