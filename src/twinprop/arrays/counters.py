"""Where the random numbers of a layer start, on the device that draws them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from twinprop.arrays.namespace import Array, namespace, send
from twinprop.arrays.random import streams


def first_counters(seeds: Sequence[int], step: int, layer: int, x: Array) -> Array:
    """`streams` as an array (seeds,) of the library and device of x."""
    if Counters.held is not None:
        return Counters.held.get(seeds, step, layer)
    first = streams(seeds, step, layer)
    return first if isinstance(x, np.ndarray) else sent(first, x.device)


def sent(values: NDArray[Any], device: Any) -> Array:
    import torch

    return send(torch.as_tensor(values), device)


class Counters:
    """First counters of a network's random layers in a device's memory, for an update that is captured.

    A captured update repeats its kernels with the arguments that they had. What moves from update to update must be
    read from memory, where `move` writes it before each of them.

    Args:
        device: a torch device.
    """

    ahead: ClassVar[int] = 256
    """Updates whose counters are worked out and sent at once."""

    held: ClassVar[Counters | None] = None
    """What random layers ask now, if any."""

    def __init__(self, device: Any) -> None:
        self.device, self.begin = device, 0
        self.seeds: Sequence[int] = ()
        self.layers: list[int] = []
        self.table: Array = None
        self.now: Array = None

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Have random layers ask here: to be known, and once `move` was called, for their place in memory."""
        Counters.held = self
        try:
            yield
        finally:
            Counters.held = None

    def get(self, seeds: Sequence[int], step: int, layer: int) -> Array:
        """The first counters (seeds,) of a layer on the device."""
        if self.now is not None:
            return self.now[self.layers.index(layer)]
        self.seeds = seeds
        self.layers.append(layer)
        return sent(streams(seeds, step, layer), self.device)

    def move(self, step: int) -> None:
        """Write the counters of the update after `step` updates, for the layers that are known."""
        if not self.layers:
            return
        if self.table is None or not 0 <= step - self.begin < self.ahead:
            self.begin, steps = step, np.arange(step, step + self.ahead)
            self.table = sent(streams(self.seeds, steps[:, None, None], np.array(self.layers)[:, None]), self.device)
        if self.now is None:
            self.now = namespace(self.table).empty_like(self.table[0])
        self.now.copy_(self.table[step - self.begin])
