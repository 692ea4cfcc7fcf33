"""The hand-written convolution is PyTorch's, however many pixels its columns are made for at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kit.twins import sampling

from twinprop.scratch import convolution
from twinprop.scratch.convolution import Conv2d


@settings(**sampling(60))
@given(
    networks=st.sampled_from([(), (1,), (2, 3)]),
    batch=st.integers(1, 4),
    channels=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    window=st.sampled_from([(1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2), (5, 2)]),
    size=st.tuples(st.integers(5, 8), st.integers(5, 8)),
    at_a_time=st.sampled_from([1, 200, 1000, 2**20]),
)
def test_convolution_is_pytorchs(
    networks: Any, batch: int, channels: Any, window: Any, size: Any, at_a_time: int
) -> None:
    """Few numbers at a time split rows of pixels, more of them images, and the most nothing."""
    (inputs, outputs), (kernel, padding), rng = channels, window, np.random.default_rng(0)
    layer = Conv2d(inputs, outputs, kernel, padding)
    for key, shape in layer.shapes.items():
        setattr(layer, key, rng.normal(size=(*networks, *shape)))
        setattr(layer, f"{key}_grad", np.full((*networks, *shape), np.nan))
    x = rng.normal(size=(*networks, batch, inputs, *size))
    dy = rng.normal(size=(*networks, batch, *layer.output_shape((inputs, *size))))
    before, convolution.CACHED = convolution.CACHED, at_a_time
    try:
        y, dx = layer.forward(x), layer.backward(dy)
    finally:
        convolution.CACHED = before
    assert dx is not None
    for place in np.ndindex(networks):
        own = [torch.tensor(value[place], requires_grad=True) for value in (x, layer.weight, layer.bias)]
        theirs = torch.nn.functional.conv2d(*own, padding=padding)
        theirs.backward(torch.tensor(dy[place]))
        np.testing.assert_allclose(y[place], theirs.detach(), rtol=1e-12, atol=1e-12)
        for mine, tensor in zip((dx, layer.weight_grad, layer.bias_grad), own, strict=True):
            assert tensor.grad is not None
            np.testing.assert_allclose(mine[place], tensor.grad, rtol=1e-11, atol=1e-12)
