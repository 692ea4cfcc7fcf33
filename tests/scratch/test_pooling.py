"""The hand-written pooling is PyTorch's, with equal pixels, with padding, and where nothing is comparable."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from twinprop.scratch import MaxPool2d


@pytest.mark.parametrize("kind", ["numpy", "torch"])
@pytest.mark.parametrize("networks", [(), (2, 2)])
@pytest.mark.parametrize("window", [(2, 2, 0), (3, 2, 1), (3, 1, 1), (2, 3, 0), (5, 2, 2), (16, 3, 8)])
def test_pooling_with_ties_and_padding_is_pytorchs(window: Any, networks: tuple[int, ...], kind: str) -> None:
    place: Any = torch.tensor if kind == "torch" else np.array
    rng, pool = np.random.default_rng(0), MaxPool2d(*window)
    # many equal pixels, and padding that would be the largest
    x = rng.integers(-2, 1, (*networks, 2, 3, 7, 8)).astype(float)
    tensor = torch.tensor(x.reshape(-1, 3, 7, 8), requires_grad=True)
    theirs = torch.nn.functional.max_pool2d(tensor, *window)
    y = pool.forward(place(x), True)
    np.testing.assert_array_equal(y, theirs.detach().reshape(y.shape))
    assert pool.output_shape((3, 7, 8)) == y.shape[-3:]
    dy = rng.normal(size=y.shape)
    theirs.backward(torch.tensor(dy.reshape(theirs.shape)))
    assert tensor.grad is not None
    np.testing.assert_allclose(pool.backward(place(dy)), tensor.grad.reshape(x.shape), rtol=1e-14)


@pytest.mark.parametrize(
    "pool", [MaxPool2d(3, 2, 1), MaxPool2d(2), MaxPool2d(2, 3, 1)], ids=["over", "beside", "apart"]
)
def test_what_is_not_a_number_or_minus_infinity_harms_no_other_pixel(pool: MaxPool2d) -> None:
    x = np.ones((1, 1, 4, 4))
    x[..., :2, :2], x[..., 2:, 2:] = -np.inf, np.nan
    y = pool.forward(x)
    assert y[0, 0, 0, 0] == -np.inf
    assert np.isnan(y[0, 0, 1, 1])
    dx = pool.backward(np.ones_like(y))
    assert dx.sum() == 4
    assert dx[x == -np.inf].sum() == 1


def test_the_middle_of_a_window_may_lie_beyond_the_image() -> None:
    # with padding of half a window, where nothing is larger than what is not a number
    pool = MaxPool2d(2, 1, 1)
    y = pool.forward(np.full((1, 1, 4, 4), np.nan))
    assert np.isfinite(y).sum() == 0
    assert pool.backward(np.ones_like(y)).sum() == y.size
