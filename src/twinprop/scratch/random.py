"""Random numbers that depend on a position, not on a stream: the same on NumPy, torch, CPU and GPU.

SplitMix64 (Steele, Lea & Flood, OOPSLA 2014) turns a counter into 64 mixed bits. A dropout mask is
such a function of (seed, step, layer, row, column), so both twins draw the same mask, a member of a
stack draws the one that it would draw alone, and resuming a run needs no generator to be restored.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from twinprop.scratch.arrays import Array

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


def stream(seed: int, step: int, layer: int) -> int:
    """The first counter of the numbers for one layer at one step, an int64."""
    word = np.array([seed], np.int64)
    with np.errstate(over="ignore"):
        for part in (step, layer):
            word = splitmix64(word) + np.int64(part)
        return int(splitmix64(word)[0])


def uniform(xp: Any, first: Array, shape: tuple[int, int], **where: Any) -> Array:
    """Numbers in [0, 1) with 24 random bits, as float32, of shape `first.shape[:-2] + shape`.

    Args:
        xp: numpy or torch.
        first: first counters, int64, (..., 1, 1): one for each network.
        shape: (batch, features).
        where: `device=` for torch.
    """
    counters = xp.arange(shape[0] * shape[1], dtype=xp.int64, **where).reshape(shape)
    words = splitmix64(first + counters)
    return _shift(words, 40).astype(np.float32) * 2.0**-24 if xp is np else _shift(words, 40).float() * 2.0**-24
