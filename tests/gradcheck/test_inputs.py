"""What is drawn for a class under test."""

from __future__ import annotations

import numpy as np
import pytest

from twinprop.gradcheck.arrays.inputs import draw_y


@pytest.mark.parametrize("classes", [2, 3, 7])
def test_among_several_samples_is_one_of_the_last_class(classes: int) -> None:
    for seed in range(50):
        for count in (2, 5):
            labels = draw_y(np.random.default_rng(seed), count, classes, 0, "labels")
            assert labels.max() == classes - 1
            onehot = draw_y(np.random.default_rng(seed), count, classes, 0, "onehot")
            np.testing.assert_array_equal(onehot, np.eye(classes)[labels])


@pytest.mark.parametrize("kind", ["labels", "onehot", "binary", "real"])
def test_of_a_size_of_0_there_is_one_class(kind: str) -> None:
    assert len(draw_y(np.random.default_rng(0), 5, 0, 0, kind)) == 5
