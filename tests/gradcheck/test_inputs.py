"""What is drawn for a class under test."""

from __future__ import annotations

import numpy as np
import pytest

from twinprop.gradcheck.inputs import draw_y


@pytest.mark.parametrize("classes", [2, 3, 7])
def test_among_several_samples_is_one_of_the_last_class(classes: int) -> None:
    for seed in range(50):
        for count in (2, 5):
            labels = draw_y(np.random.default_rng(seed), count, classes, 0, "labels")
            assert labels.max() == classes - 1
            onehot = draw_y(np.random.default_rng(seed), count, classes, 0, "onehot")
            np.testing.assert_array_equal(onehot, np.eye(classes)[labels])
