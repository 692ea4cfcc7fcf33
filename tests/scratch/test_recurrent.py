"""The hand-written cells are PyTorch's, which are one product for all gates here, and five formulas there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from twinprop.scratch import GRU, LSTM, RNN


@pytest.mark.parametrize("networks", [(), (1,), (2, 3)])
@pytest.mark.parametrize("kind", ["numpy", "torch"])
@pytest.mark.parametrize("cell", [RNN, LSTM, GRU])
@pytest.mark.parametrize("time", [1, 5])
def test_a_cell_is_pytorchs(networks: tuple[int, ...], kind: str, cell: Any, time: int) -> None:
    place: Any = torch.tensor if kind == "torch" else np.array
    rng, layer = np.random.default_rng(0), cell(3, 4)
    for key, shape in layer.shapes.items():
        setattr(layer, key, place(3 * rng.normal(size=(*networks, *shape))))
        setattr(layer, f"{key}_grad", place(np.full((*networks, *shape), np.nan)))
    x, dy = rng.normal(size=(*networks, 6, time, 3)), rng.normal(size=(*networks, 6, time, 4))
    y = layer.forward(place(x))
    dx = layer.backward(place(dy))
    gradients = {key: np.asarray(getattr(layer, f"{key}_grad")).copy() for key in layer.shapes}
    assert layer.backward(place(dy), need_dx=False) is None
    for number in np.ndindex(networks):
        theirs = getattr(torch.nn, cell.__name__)(3, 4, batch_first=True).double()
        theirs.load_state_dict({key: torch.as_tensor(getattr(layer, key)[number]) for key in layer.shapes})
        leaf = torch.tensor(x[number], requires_grad=True)
        expected = theirs(leaf)[0]
        expected.backward(torch.tensor(dy[number]))
        np.testing.assert_allclose(y[number], expected.detach(), rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(dx[number], leaf.grad, rtol=1e-11, atol=1e-13)
        for key, tensor in theirs.named_parameters():
            np.testing.assert_allclose(gradients[key][number], tensor.grad, rtol=1e-11, atol=1e-13)
            # the way back can be gone twice; a product of fewer columns may round in another way
            np.testing.assert_allclose(getattr(layer, f"{key}_grad")[number], gradients[key][number], 1e-12, 1e-14)
