"""Random numbers that depend on a position, not on a stream: the same on NumPy, torch, CPU and GPU.

SplitMix64 (Steele, Lea & Flood, OOPSLA 2014) turns a counter into 64 mixed bits. A dropout mask is
such a function of (seed, step, layer, row, column), so both twins draw the same mask, a member of a
stack draws the one that it would draw alone, and resuming a run needs no generator to be restored.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from twinprop.arrays.namespace import Array

INIT, ORDER = 0, 1
"""Streams of the seed: initial weights, batch order."""

_GOLDEN = 0x9E3779B97F4A7C15
_MIX = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)


def generator(*key: int) -> np.random.Generator:
    """A NumPy generator for what is drawn once: `generator(seed, ORDER, epoch)`."""
    return np.random.default_rng(key)


def _signed(value: int) -> int:
    """The 64-bit pattern of `value` as the int64 that both libraries can multiply by."""
    return (value + 2**63) % 2**64 - 2**63


def _shift(x: Array, bits: int) -> Array:
    """x >> bits without copying the sign, which int64 would do."""
    return (x >> bits) & ((1 << (64 - bits)) - 1)


def splitmix64(counter: Array) -> Array:
    """Mix int64 counters into int64 words; products wrap at 64 bits, as the algorithm wants."""
    z = counter * _signed(_GOLDEN)
    z = (z ^ _shift(z, 30)) * _signed(_MIX[0])
    z = (z ^ _shift(z, 27)) * _signed(_MIX[1])
    return z ^ _shift(z, 31)


def streams(seeds: Sequence[int], step: Any, layer: Any) -> np.ndarray[Any, Any]:
    """The first counters of the numbers for one layer at one step, int64: one for each seed, (..., seeds).

    Several steps and layers are arrays (..., 1) that broadcast against each other.
    """
    words = np.array(seeds, np.int64)
    for part in (step, layer):
        words = splitmix64(words) + part
    first: np.ndarray[Any, Any] = splitmix64(words)
    return first


def _words(xp: Any, first: Array, shape: tuple[int, int], **where: Any) -> Array:
    """Mixed words of the counters from `first` on, int64, of shape `first.shape[:-2] + shape`."""
    counters = xp.arange(shape[0] * shape[1], dtype=xp.int64, **where).reshape(shape)
    return splitmix64(first + counters)


def normal(xp: Any, first: Array, shape: tuple[int, int], **where: Any) -> Array:
    """Nearly normal numbers of mean 0 and variance 1, as float32; the arguments are those of `uniform`.

    Each is the sum of four uniform numbers of 16 bits (Irwin & Hall 1927), so none is beyond 3.5. Whole numbers
    add up to the same on every library and device, as logarithms and cosines would not.
    """
    words = _words(xp, first, shape, **where)
    total = sum((words >> low) & 0xFFFF for low in (16, 32, 48)) + (words & 0xFFFF) - 2 * 0xFFFF
    # a whole number from 0 to m − 1 has the variance (m² − 1) / 12
    scale = ((2**32 - 1) / 3) ** -0.5
    return total.astype(np.float32) * np.float32(scale) if xp is np else total.float() * scale


def uniform(xp: Any, first: Array, shape: tuple[int, int], **where: Any) -> Array:
    """Numbers in [0, 1) with 24 random bits, as float32, of shape `first.shape[:-2] + shape`.

    Args:
        xp: numpy or torch.
        first: first counters, int64, (..., 1, 1): one for each network.
        shape: (batch, features).
        where: `device=` for torch.
    """
    words = _words(xp, first, shape, **where)
    return _shift(words, 40).astype(np.float32) * 2.0**-24 if xp is np else _shift(words, 40).float() * 2.0**-24
