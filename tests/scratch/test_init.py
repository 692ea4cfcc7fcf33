"""Initial weights: the distributions that torch.nn.init documents, and the same numbers in both twins."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest, norm
from tests.kit.twins import CLASSES, FEATURES, NUMPY, TENSOR, TORCH, configuration, parameters, sampling
from torch import nn

from twinprop.arrays.random import INIT, generator
from twinprop.config import registry
from twinprop.learners.build import initial_parameters, initializer
from twinprop.models.mlp import MLP
from twinprop.models.rnn import RNN
from twinprop.scratch import Conv2d, Layer, Linear
from twinprop.scratch.init import fans
from twinprop.training.plan import Plan

SHAPE = (300, 200)
MODEL = MLP(init_std=0.07)

UNIFORM = {"torch": 1 / sqrt(200), "kaiming_uniform": sqrt(6 / 200), "xavier_uniform": sqrt(6 / 500)}
"""Bounds, from the formulas in the documentation of nn.Linear and torch.nn.init."""
NORMAL = {
    "kaiming_normal": sqrt(2 / 200),
    "xavier_normal": sqrt(2 / 500),
    "normal": 0.07,
    "fan_in_normal": sqrt(1 / 200),
    "vgg": sqrt(2 / 500),
}
"""Standard deviations, likewise."""
TORCHS: dict[str, Any] = {
    "torch": lambda w: nn.init.kaiming_uniform_(w, a=sqrt(5)),
    "kaiming_uniform": lambda w: nn.init.kaiming_uniform_(w, nonlinearity="relu"),
    "kaiming_normal": lambda w: nn.init.kaiming_normal_(w, nonlinearity="relu"),
    "xavier_uniform": nn.init.xavier_uniform_,
    "xavier_normal": nn.init.xavier_normal_,
    "normal": lambda w: nn.init.normal_(w, std=0.07),
    "fan_in_normal": lambda w: nn.init.kaiming_normal_(w, nonlinearity="linear"),
    "vgg": nn.init.xavier_normal_,
}


def draw(name: str, layer: Layer | None = None) -> tuple[Any, Any]:
    """Weight and bias of a layer."""
    layer = layer or Linear(*SHAPE[::-1])
    values = layer.initial_parameters(generator(0, INIT), initializer(replace(MODEL, init=name)))
    return values["weight"], values["bias"]


def test_every_initialiser_is_tested() -> None:
    assert set(UNIFORM) | set(NORMAL) == set(TORCHS) == set(registry.INITS)


@pytest.mark.parametrize(("name", "bound"), UNIFORM.items())
def test_uniform(name: str, bound: float) -> None:
    weight, bias = draw(name)
    assert np.abs(weight).max() <= bound
    assert np.abs(weight).max() > 0.999 * bound
    assert kstest(weight.ravel() / bound, "uniform", args=(-1, 2)).pvalue > 1e-3
    if name == "torch":
        assert np.abs(bias).max() <= bound
        assert np.abs(bias).max() > 0.97 * bound
        assert kstest(bias / bound, "uniform", args=(-1, 2)).pvalue > 1e-3
    else:
        assert not bias.any()


@pytest.mark.parametrize(("name", "std"), NORMAL.items())
def test_normal(name: str, std: float) -> None:
    weight, bias = draw(name)
    count = weight.size
    assert abs(weight.mean()) < 4 * std / sqrt(count)
    assert abs(weight.std() / std - 1) < 4 / sqrt(2 * count)
    assert kstest(weight.ravel() / std, norm.cdf).pvalue > 1e-3
    assert not bias.any()


@pytest.mark.parametrize("name", registry.INITS)
def test_moments_are_torchs(name: str) -> None:
    """The spread of torch.nn.init's own draw, within what two samples of 60,000 may differ."""
    torch.manual_seed(0)
    theirs = TORCHS[name](torch.empty(SHAPE, dtype=torch.float64)).numpy()
    mine, _ = draw(name)
    assert abs(mine.std() / theirs.std() - 1) < 0.015
    assert abs((mine**4).mean() / (theirs**4).mean() - 1) < 0.08


def test_vgg_draws_convolutions_by_their_fan_out() -> None:
    weight, bias = draw("vgg", Conv2d(20, 40, 5))
    theirs = nn.init.kaiming_normal_(torch.empty(40, 20, 5, 5), mode="fan_out", nonlinearity="relu")
    assert weight.std() == pytest.approx(sqrt(2 / (40 * 25)), rel=0.02)
    assert weight.std() == pytest.approx(float(theirs.std()), rel=0.03)
    assert not bias.any()


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_recurrent_layers_start_as_torchs(kind: Any) -> None:
    theirs = kind(3, 400)
    model = RNN(cell=kind.__name__.lower(), hidden_size=400)
    mine = initial_parameters(model.layers((5, 3), 2), model, 0)
    name = f"{model.cell}1"
    for key, value in theirs.named_parameters():
        own = mine[f"{name}.{key}"]
        assert own.shape == tuple(value.shape)
        assert np.abs(own).max() == pytest.approx(1 / 20, rel=0.02)
        assert own.std() == pytest.approx(float(value.detach().std()), rel=0.06)


def test_linear_bias_bound_is_torchs() -> None:
    """Weight and bias of a small nn.Linear fill the same range as ours."""
    torch.manual_seed(1)
    theirs = max(float(nn.Linear(4, 5000).bias.detach().abs().max()) for _ in range(3))
    _, bias = draw("torch", Linear(4, 5000))
    assert abs(theirs - 0.5) < 1e-3
    assert abs(np.abs(bias).max() - 0.5) < 1e-3


def test_fans_are_torchs() -> None:
    for shape in [(3, 5), (8, 3, 5, 5), (4, 2, 7)]:
        fan_in, fan_out = nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))
        assert fans(shape) == (fan_in, fan_out)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(
    st.integers(0, 2**63 - 1),
    st.sampled_from(list(registry.INITS)),
    st.lists(st.integers(1, 9), max_size=4),
    st.booleans(),
)
@settings(**sampling(40))
def test_twins_start_from_identical_weights(dtype: str, seed: int, init: str, hidden: list[int], dropout: bool) -> None:
    model = {"init": init, "hidden": hidden, "dtype": dtype, "dropout": 0.3 if dropout else 0.0}
    config = configuration(seed=seed, model=model)
    plan = Plan.of(config.train, 64)
    hand, tensors, torch_ = (
        parameters(twin.make([config], (FEATURES,), CLASSES, plan)) for twin in (NUMPY, TENSOR, TORCH)
    )
    assert list(hand) == list(tensors) == list(torch_)
    for name in hand:
        assert hand[name].dtype == tensors[name].dtype == torch_[name].dtype == dtype
        np.testing.assert_array_equal(hand[name], torch_[name])
        np.testing.assert_array_equal(tensors[name], torch_[name])


def test_seeds_differ_and_layers_differ() -> None:
    layers = MLP(width=6, depth=3).layers((6,), 6)
    drawn = [initial_parameters(layers, MODEL, seed) for seed in (0, 1, 2**40)]
    weights = [value for one in drawn for name, value in one.items() if name.endswith("weight")]
    assert len({value.tobytes() for value in weights}) == 12
