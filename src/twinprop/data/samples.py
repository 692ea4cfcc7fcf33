"""Samples in memory, or files that are decoded when they are asked for."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import nan
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    pass


PORTION = 1000
"""Samples that are normalised at once."""


WEIGHTS = np.multiply.accumulate(np.full(1024, 0x9E3779B97F4A7C15, np.uint64))
"""How much each word of a row counts in a checksum: the powers of an odd number, all different, modulo 2⁶⁴."""

IN_CACHE = 64
"""Rows of a checksum that are summed at a time, half a megabyte, so that they are read from memory once."""


MOST_SAMPLES = 10_000_000
"""Samples that are made, at most."""


MOST_NUMBERS = 1_000_000_000
"""In all samples that are made: 4 GB in float32, and twice that while they are."""


def too_many_numbers(key: str, value: int, samples: int) -> Iterator[str]:
    """That samples of `value` numbers each would be more than is made."""
    if value * samples > MOST_NUMBERS:
        yield f"{key}={value}: with {samples:,} samples, makes more than {MOST_NUMBERS:,} numbers; use fewer."


class Selection:
    """Some samples of a source, by position."""

    def __init__(self, source: Any, which: NDArray[Any]) -> None:
        self.source, self.which = source, which

    def __len__(self) -> int:
        return len(self.which)

    def __getitem__(self, position: int) -> Any:
        return self.source[int(self.which[position])]


@dataclass
class Samples:
    """Samples in memory, or files that are decoded when they are asked for.

    Attributes:
        y: classes, int64, or numbers, float64, (n,).
        x: samples, float32, (n, ...); None where they are read one by one from `source`.
        source: sample i as float32, for a DataLoader.
    """

    y: NDArray[Any]
    x: NDArray[Any] | None = None
    source: Any = None

    def __len__(self) -> int:
        return len(self.y)

    @cached_property
    def variance(self) -> float:
        """Of the numbers that are to be learnt, about their mean; NaN of classes, and of no samples."""
        return float(self.y.var()) if self.y.dtype.kind == "f" and len(self) else nan

    def checksum(self) -> int:
        """What changes when the targets do, or the samples, or the names of their files."""
        found = zlib.crc32(np.ascontiguousarray(self.y).data)
        if self.x is not None:
            return checksum_of(self.x, found)
        return zlib.crc32(repr(list(self.source_names())).encode(), found)

    def source_names(self) -> Iterator[str]:
        """The names of the files that the samples are read from."""
        source, which = self.source, np.arange(len(self))
        while hasattr(source, "which"):
            source, which = source.source, source.which[which]
        return (os.path.basename(source.paths[position]) for position in which)

    def take(self, which: NDArray[Any]) -> Samples:
        """The samples at the positions `which`."""
        if self.x is None:
            return Samples(self.y[which], None, Selection(self.source, which))
        return Samples(self.y[which], self.x[which], self.source)

    def and_(self, other: Samples) -> Samples:
        """These samples and then others, which were taken from the same."""
        y = np.concatenate([self.y, other.y])
        if self.x is None or other.x is None:
            return Samples(
                y, None, Selection(self.source.source, np.concatenate([self.source.which, other.source.which]))
            )
        return Samples(y, np.concatenate([self.x, other.x]))


def checksum_of(x: NDArray[Any], start: int = 0) -> int:
    """A number that changes when an array does: a third of the time of a CRC-32 of all of its bytes.

    Eight bytes are a word, 1,024 words a row. A sum of each row, in which a word counts by its place, sees what happens
    to one or to some words, but not to their highest bits if an even number of them change, as the signs of numbers
    may; the exclusive or of the rows sees these. What is hashed is both, and the bytes that make no whole row.
    """
    flat = np.ascontiguousarray(x).reshape(-1).view(np.uint8)
    whole = len(flat) // WEIGHTS.nbytes * WEIGHTS.nbytes
    rows = flat[:whole].view(np.uint64).reshape(-1, len(WEIGHTS))
    found = zlib.crc32(flat[whole:].data, start)
    for part in np.split(rows, range(IN_CACHE, len(rows), IN_CACHE)):
        found = zlib.crc32(np.einsum("ij,j", part, WEIGHTS).data, found)
        found = zlib.crc32(np.bitwise_xor.reduce(part, axis=0).data, found)
    return found


def portions(x: NDArray[Any]) -> list[NDArray[Any]]:
    """Views of some samples each, so that float64 copies of them stay small."""
    return np.split(x, range(PORTION, len(x), PORTION))


def numbers_of(y: NDArray[Any]) -> dict[str, float]:
    """How many numbers there are, and what they are like."""
    if not len(y):
        return {"samples": 0}
    return {
        "samples": len(y),
        "mean": float(y.mean()),
        "std": float(y.std()),
        "min": float(y.min()),
        "max": float(y.max()),
    }
