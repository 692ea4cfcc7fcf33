"""The order in which samples are seen, and batches of them on the device that trains.

The order depends on the run's seed and the epoch alone: the same on every backend and device.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinprop.arrays.namespace import Array, send
from twinprop.arrays.random import ORDER, generator
from twinprop.data.augment import Augment, take
from twinprop.data.samples import Samples

AHEAD = 2**20
"""Bytes of samples that are gathered at once, while those before them are trained on. For images of 28×28 in batches of
64, whole runs took 0.94 of the time, with 2¹⁸ or 2²³ bytes 1.01; of a busy machine's, 1.05."""

ALIGNED = 64
"""Bytes to a multiple of which a library of products may round differently, so batches begin at one."""

EVALUATION_BATCH = 2000
"""Samples that are evaluated at once, unless the network is large."""


def epoch_order(seeds: Sequence[int], epoch: int, samples: int) -> NDArray[Any]:
    """Positions of the samples in the order of an epoch: (samples,), or (members, samples) where seeds differ."""
    orders = {seed: generator(seed, ORDER, epoch).permutation(samples) for seed in set(seeds)}
    if len(orders) == 1:
        return next(iter(orders.values()))
    return np.stack([orders[seed] for seed in seeds])


class Batches:
    """Samples where they are trained on: one array on the device, or decoded as they are needed.

    Args:
        samples: the samples of one split.
        dtype: precision, `float32` or `float64`.
        device: the resolved device.
        numpy: whether they are NumPy arrays, and not torch tensors.
        workers: processes that decode samples which are files.
        augment: what happens to them in an epoch, but not in `chunks`.

    Attributes:
        ahead: whether a thread of its own gathers the next batches while one is trained on.
    """

    ahead = False

    def __init__(
        self,
        samples: Samples,
        dtype: str = "float32",
        device: str = "cpu",
        numpy: bool = True,
        augment: Augment | None = None,
        workers: int = 0,
    ) -> None:
        self.samples, self.dtype, self.device = samples, dtype, device
        self.numpy, self.workers = numpy, workers
        self.y = self.place(samples.y if samples.y.dtype.kind != "f" else samples.y.astype(dtype, copy=False))
        self.x: Array = None if samples.x is None else self.place(samples.x.astype(self.dtype, copy=False))
        self.augment = augment
        if augment is not None and self.x is not None:
            self.padded = augment.pad(self.x)
            self.x = augment.inner(self.padded)

    def __len__(self) -> int:
        return len(self.samples)

    def place(self, values: Any) -> Array:
        """An array on the device that trains."""
        if self.numpy:
            return np.ascontiguousarray(values)
        import torch

        return send(torch.as_tensor(values), torch.device(self.device))

    def decode(self, batches: list[NDArray[Any]]) -> Iterator[tuple[Array, Array]]:
        """(x, y) for each of the batches of positions, read by the DataLoader's workers."""
        import torch

        from twinprop.data.streaming import stream

        dtype = getattr(torch, self.dtype)
        for batch, x in zip(batches, stream(self.samples.source, batches, self.workers), strict=True):
            yield self.place(x.to(dtype).numpy()), self.place(self.samples.y[batch])

    def epoch(
        self, seeds: Sequence[int], epoch: int, batch_size: int | None, drop_last: bool = False, skip: int = 0
    ) -> Iterator[tuple[Array, Array]]:
        """The batches of an epoch, from number `skip` on.

        Args:
            seeds: one for each network; where they differ, so do the batches, (members, batch, ...).
            epoch: its number, from 0 on.
            batch_size: samples in a batch; None is all of them.
            drop_last: leave out a last, smaller batch.
            skip: batches that have been seen already.
        """
        if batch_size is None and self.x is not None and self.augment is None:
            # the order within a full batch changes nothing but rounding, so nothing is copied
            yield self.x, self.y
            return
        width = batch_size or len(self)
        stop = len(self) - len(self) % width if drop_last else len(self)
        order = epoch_order(seeds, epoch, len(self))
        where = self.place(order)
        moves = None if self.augment is None else self.augment.moves(seeds, epoch, where)
        parts = [slice(start, start + width) for start in range(skip * width, stop, width)]
        if self.x is None:
            for part, (x, y) in zip(parts, self.decode([order[part] for part in parts]), strict=True):
                if moves is not None:
                    x = moves.images(moves.augment.pad(x), self.place(np.arange(len(y))), part)
                yield x, y
            return

        def gathered(part: slice) -> tuple[Array, Array]:
            own = where[..., part]
            return take(self.x, own) if moves is None else moves.images(self.padded, own, part), take(self.y, own)

        size = self.x[0].nbytes * width
        if self.ahead and where.ndim == 1 and size % ALIGNED == 0:
            yield from gathered_ahead(gathered, parts, max(AHEAD // size, 1))
        else:
            yield from map(gathered, parts)

    def chunks(self, size: int | None = None) -> Iterator[tuple[Array, Array]]:
        """All samples in their own order, in large batches: of `size`, or of EVALUATION_BATCH."""
        size = size or EVALUATION_BATCH
        if self.x is None:
            positions = np.arange(len(self))
            yield from self.decode(np.split(positions, range(size, len(self), size)))
            return
        for start in range(0, len(self), size):
            part = slice(start, start + size)
            yield self.x[part], self.y[part]


def gathered_ahead(
    gathered: Callable[[slice], tuple[Array, Array]], parts: Sequence[slice], several: int
) -> Iterator[tuple[Array, Array]]:
    """`gathered` for each of the parts, of which `several` at a time are gathered in a thread.

    Memory is what gathering waits for, which another core can do as well.
    """
    with ThreadPoolExecutor(1) as pool:
        groups = [parts[first : first + several] for first in range(0, len(parts), several)]
        begun = pool.submit(gathered, slice(groups[0][0].start, groups[0][-1].stop)) if groups else None
        for group, after in zip(groups, [*groups[1:], None], strict=True):
            assert begun is not None
            x, y = begun.result()
            begun = pool.submit(gathered, slice(after[0].start, after[-1].stop)) if after else None
            for part in group:
                own = slice(part.start - group[0].start, part.stop - group[0].start)
                yield x[own], y[own]
