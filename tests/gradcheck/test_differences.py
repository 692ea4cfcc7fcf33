"""Which entries of an array are measured."""

from __future__ import annotations

import numpy as np

from twinprop.gradcheck.arrays.comparison import sample_entries


def test_measured_entries_are_all_or_a_sample_with_the_first() -> None:
    assert sample_entries((2, 3), 6, 0) == list(np.ndindex(2, 3))
    some = sample_entries((50, 60), 20, 0, [(7, 8)])
    assert some[0] == (7, 8)
    assert len(set(some)) in (20, 21)
    assert some == sample_entries((50, 60), 20, 0, [(7, 8)])
    assert sample_entries((), 5, 0) == [()]
