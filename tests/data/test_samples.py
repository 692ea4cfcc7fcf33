"""A checksum of samples sees what happens to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from twinprop.data.samples import IN_CACHE, WEIGHTS, checksum_of

PER_ROW = 2 * len(WEIGHTS)
"""Numbers in float32 of one row that is summed."""

Change = Callable[[NDArray[Any]], NDArray[Any]]


def images(count: int = 700) -> NDArray[Any]:
    """More than are summed at a time, and some that make no whole row."""
    x = np.random.default_rng(0).random((count, 28, 28), np.float32)
    assert x.size > IN_CACHE * PER_ROW
    assert x.size % PER_ROW
    return x


def signs_of(*places: int) -> Change:
    def change(x: NDArray[Any]) -> NDArray[Any]:
        flat = x.copy().reshape(-1)
        flat[list(places)] *= -1
        return flat.reshape(x.shape)

    return change


CHANGES: dict[str, Change] = {
    "two samples change places": lambda x: x[[1, 0, *range(2, len(x))]],
    "all are turned round": lambda x: x[::-1],
    "each is moved by two pixels": lambda x: np.roll(x, 2, axis=-1),
    "each is mirrored": lambda x: x[..., ::-1],
    "each is turned": lambda x: x.mT,
    "all are negated": lambda x: -x,
    "the signs of two numbers of one row": signs_of(1, 101),
    "the signs of one column in two rows": signs_of(1, 1 + PER_ROW),
    "the signs of the last two": signs_of(-1, -3),
    "rows change places": lambda x: np.roll(x.reshape(-1), PER_ROW),
    "one is left out": lambda x: x[:-1],
    "all are scaled by two": lambda x: 2 * x,
    "zeros follow": lambda x: np.concatenate([x, np.zeros_like(x[:1])]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_happens_to_samples_changes_their_checksum(change: Change) -> None:
    x = images()
    assert checksum_of(change(x)) != checksum_of(x)


@given(st.data())
def test_any_bit_of_any_number_counts(data: st.DataObject) -> None:
    x = np.random.default_rng(1).random(data.draw(st.integers(1, 2 * PER_ROW)), np.float32)
    before, bits = checksum_of(x), x.view(np.uint32)
    places = st.lists(st.integers(0, len(x) - 1), min_size=1, max_size=4, unique=True)
    for place in data.draw(places):
        bits[place] ^= np.uint32(1 << data.draw(st.integers(0, 31)))
    assert checksum_of(x) != before


def test_it_is_of_the_numbers_wherever_they_lie() -> None:
    x = images()
    apart = np.concatenate([x, x], axis=-1)[..., :28]
    assert checksum_of(apart) == checksum_of(x.copy()) == checksum_of(x)
    assert checksum_of(x[:0]) == checksum_of(x[:0]) != checksum_of(x[:1])
