"""A network pools before batch norm and activation: its layers one by one give the same, and so does PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from twinprop.scratch import (
    ELU,
    GELU,
    Activation,
    BatchNorm2d,
    Conv2d,
    Identity,
    Layer,
    LeakyReLU,
    MaxPool2d,
    Network,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from twinprop.scratch.pool_first import PoolFirst, pool_first

RISING = [Identity(), ReLU(), LeakyReLU(0.1), LeakyReLU(0), Tanh(), Sigmoid(), ELU(), Softplus()]

TORCHS = {ReLU: nn.ReLU, Tanh: nn.Tanh, LeakyReLU: lambda: nn.LeakyReLU(0.1), Softplus: nn.Softplus}


def run(layers: list[Layer], x: Any, dy: Any) -> list[Any]:
    """What some layers give, forth and back, in training and then in evaluation."""
    y, dx = x, dy
    for layer in layers:
        y = layer.forward(y, True)
    for layer in layers[::-1]:
        dx = layer.backward(dx)
    z = x
    for layer in layers:
        z = layer.forward(z)
    return [y, dx, z]


def weights_of(norm: BatchNorm2d, networks: tuple[int, ...], kind: Any) -> None:
    """γ of each sign and 0 among the channels, and running averages of their own."""
    norm.weight = kind(np.resize([1.5, -0.7, 0.0, 0.2], (*networks, 4)))
    norm.bias = kind(np.resize(np.linspace(-0.5, 0.5, 7), (*networks, 4)))
    norm.weight_grad, norm.bias_grad = norm.weight * 0, norm.bias * 0
    norm.running_mean, norm.running_var = norm.weight * 0 + 0.1, norm.weight * 0 + 2


@pytest.mark.parametrize("kind", [np.array, torch.tensor], ids=["numpy", "torch"])
@pytest.mark.parametrize("networks", [(), (3,)])
@pytest.mark.parametrize("window", [(2, 2, 0), (3, 2, 1), (3, 1, 1), (2, 3, 0)])
@pytest.mark.parametrize("with_norm", [True, False])
def test_one_step_gives_what_its_layers_give_one_by_one(
    with_norm: bool, window: Any, networks: tuple[int, ...], kind: Any
) -> None:
    rng = np.random.default_rng(0)
    # many pixels that are equal, so that the first of the largest ones counts
    x = kind(rng.integers(-3, 3, (*networks, 5, 4, 7, 8)).astype(float))
    dy = kind(rng.normal(size=(*networks, 5, *MaxPool2d(*window).output_shape((4, 7, 8)))))
    found = []
    for together in (True, False):
        norm, f, pool = BatchNorm2d(4), ReLU(), MaxPool2d(*window)
        weights_of(norm, networks, kind)
        apart: list[Layer] = [norm, f, pool] if with_norm else [f, pool]
        layers = pool_first(apart) if together else apart
        assert not together or len(layers) == 1
        found.append([*run(layers, x, dy), norm.weight_grad, norm.bias_grad, norm.running_mean, norm.running_var])
    for mine, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("activation", [ReLU, Tanh, LeakyReLU, Softplus])
def test_a_convolutional_network_has_the_gradients_of_autograd(activation: Any) -> None:
    rng = np.random.default_rng(0)
    f = LeakyReLU(0.1) if activation is LeakyReLU else activation()
    mine = Network([Conv2d(2, 4, 3, padding=1), BatchNorm2d(4), f, MaxPool2d(3, 2, 1), Conv2d(4, 3, 3)])
    theirs = nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        TORCHS[activation](),
        nn.MaxPool2d(3, 2, 1),
        nn.Conv2d(4, 3, 3),
    ).double()
    mine.find("1.weight")[...] = [1.0, -0.5, 0.0, 2.0]
    theirs.load_state_dict({name: torch.as_tensor(value) for name, value in mine.state_dict().items()})
    x = rng.normal(size=(6, 2, 9, 10))
    y = theirs(torch.as_tensor(x))
    np.testing.assert_allclose(mine.forward(x, training=True), y.detach(), rtol=1e-12, atol=1e-13)
    dy = rng.normal(size=y.shape)
    y.backward(torch.as_tensor(dy))
    mine.backward(dy)
    for name, parameter in theirs.named_parameters():
        own = mine.gradients[slice(*bounds(mine, name))].reshape(parameter.shape)
        np.testing.assert_allclose(own, parameter.grad, rtol=1e-10, atol=1e-12, err_msg=name)
    theirs.eval()
    np.testing.assert_allclose(mine.forward(x), theirs(torch.as_tensor(x)).detach(), rtol=1e-12, atol=1e-13)


def bounds(network: Network, name: str) -> tuple[int, int]:
    """Where a parameter lies among all of them."""
    sizes = {key: int(np.prod(shape)) for key, shape in network.shapes.items()}
    start = sum(list(sizes.values())[: list(sizes).index(name)])
    return start, start + sizes[name]


@pytest.mark.parametrize("activation", RISING, ids=lambda f: type(f).__name__)
def test_what_rises_never_falls_and_is_done_after_the_pool(activation: Activation) -> None:
    z = np.sort(np.random.default_rng(0).normal(0, 9, 2000))
    assert (np.diff(activation.forward(z)) >= -1e-15).all()
    (found,) = pool_first([activation, MaxPool2d(2)])
    assert isinstance(found, PoolFirst)


@pytest.mark.parametrize("activation", [GELU(), SiLU(), Softmax(), LeakyReLU(-0.1)], ids=lambda f: type(f).__name__)
def test_what_falls_somewhere_is_done_where_it_stands(activation: Activation) -> None:
    layers = [BatchNorm2d(4), activation, MaxPool2d(2)]
    assert pool_first(layers) == layers


def test_a_pool_alone_and_classes_of_a_users_are_left_as_they_are() -> None:
    class Own(MaxPool2d):
        """The largest pixel, in another way."""

    class OwnNorm(BatchNorm2d):
        """Another batch norm."""

    norm, f, pool = OwnNorm(4), ReLU(), MaxPool2d(2)
    for layers in ([MaxPool2d(2)], [BatchNorm2d(4), MaxPool2d(2)], [ReLU(), Own(2)]):
        assert pool_first(layers) == layers
    first, second = pool_first([norm, f, pool])
    assert first is norm
    assert isinstance(second, PoolFirst)
    assert second.norm is None


def test_wrong_shapes_are_refused_as_by_the_layers_alone() -> None:
    network = Network([BatchNorm2d(4), ReLU(), MaxPool2d(2)])
    with pytest.raises(ValueError, match=r"BatchNorm2d: expected \(batch, 4, height, width\), got \(2, 3, 8, 8\)"):
        network.forward(np.zeros((2, 3, 8, 8)))
    with pytest.raises(ValueError, match=r"MaxPool2d: expected \(batch, channels, height, width\), got \(4, 8\)"):
        Network([ReLU(), MaxPool2d(2)]).forward(np.zeros((4, 8)))
