"""Each derivative written by hand against autograd and against central finite differences, in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.kit.choices import LOSSES, losses
from tests.kit.twins import CLASSES, FEATURES, configuration, samples, sampling

from twinprop.config import registry
from twinprop.learners.build import scratch_network, torch_network
from twinprop.learners.losses import scratch_loss, torch_loss
from twinprop.models.base import LayerSpec
from twinprop.scratch.dropout import Dropout
from twinprop.scratch.layers import Linear
from twinprop.scratch.losses import Loss
from twinprop.scratch.network import Network

ACTIVATIONS = {**registry.OUTPUT_ACTIVATIONS, **registry.ACTIVATIONS}
KINKED = {"relu", "leaky_relu"}
ARGUMENTS: dict[str, list[dict[str, Any]]] = {"leaky_relu": [{}, {"negative_slope": 0.3}, {"negative_slope": 0.0}]}
KINDS = ["numpy", "torch"]

special = st.sampled_from([0.0, -0.0, 1.0, -1.0, 1e-300, -1e-12, 20.0, 20.000001, 37.0, -40.0, 710.0, 1e4, -1e4])
numbers = st.one_of(special, st.floats(-30, 30))
batches = arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(2, 5)), elements=numbers)


def place(values: Any, kind: str) -> Any:
    return values if kind == "numpy" else torch.as_tensor(values)


def activation(name: str, arguments: dict[str, Any]) -> tuple[Any, Any]:
    twin = ACTIVATIONS[name]
    return registry.load(twin.scratch)(**arguments), registry.load(twin.pytorch)(**arguments)


def each_activation() -> list[Any]:
    return [(name, arguments) for name in ACTIVATIONS for arguments in ARGUMENTS.get(name, [{}])]


def finite_difference(f: Any, x: Any, h: float = 1e-6) -> Any:
    """∂f/∂x of a number f(x) by central differences, one entry of x at a time."""
    gradient = np.zeros_like(x)
    for where in np.ndindex(*x.shape):
        step = np.zeros_like(x)
        step[where] = h
        gradient[where] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("name", "arguments"), each_activation())
def test_activation_against_autograd(name: str, arguments: dict[str, Any], kind: str) -> None:
    hand, torch_ = activation(name, arguments)

    @given(batches, st.integers(0, 99))
    @settings(**sampling(40))
    def agree(z: Any, seed: int) -> None:
        da = np.random.default_rng(seed).normal(size=z.shape)
        leaf = torch.tensor(z, requires_grad=True)
        a = torch_(leaf)
        a.backward(torch.as_tensor(da))
        before = z.copy()
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            mine = hand.forward(place(z, kind), True)
            back = hand.backward(place(da, kind))
        np.testing.assert_array_equal(z, before)
        # atol: where f or f' has all but vanished (Φ(−9), 1 − tanh² 19), what is left is rounding of 1
        np.testing.assert_allclose(mine, a.detach(), rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(back, leaf.grad, rtol=1e-12, atol=1e-14)

    agree()


@pytest.mark.parametrize(("name", "arguments"), each_activation())
def test_activation_against_finite_differences(name: str, arguments: dict[str, Any]) -> None:
    hand, _ = activation(name, arguments)
    rng = np.random.default_rng(3)
    z, da = 3 * rng.normal(size=(6, 5)), rng.normal(size=(6, 5))
    if name in KINKED:
        z[abs(z) < 1e-3] = 0.5
    hand.forward(z)
    mine = hand.backward(da)
    np.testing.assert_allclose(mine, finite_difference(lambda v: (hand.forward(v) * da).sum(), z), rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize(("name", "slope"), [("relu", 0.0), ("leaky_relu", 0.01)])
@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_kink_takes_the_left_slope(name: str, slope: float, zero: float) -> None:
    hand, torch_ = activation(name, {})
    z = np.array([[zero, 2.0]])
    hand.forward(z)
    leaf = torch.tensor(z, requires_grad=True)
    torch_(leaf).sum().backward()
    np.testing.assert_array_equal(hand.backward(np.ones_like(z)), [[slope, 1.0]])
    np.testing.assert_array_equal(leaf.grad, [[slope, 1.0]])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("name", "arguments"), each_activation())
def test_float32_stays_float32(name: str, arguments: dict[str, Any], kind: str) -> None:
    hand, torch_ = activation(name, arguments)
    z = place(np.linspace(-90, 90, 12, dtype=np.float32).reshape(3, 4), kind)
    a = hand.forward(z)
    back = hand.backward(z * 0 + 1)
    assert a.dtype == back.dtype == z.dtype
    np.testing.assert_allclose(a, torch_(torch.as_tensor(z)), rtol=1e-5, atol=1e-6)


# Losses

logits = arrays(np.float64, st.tuples(st.integers(1, 5), st.just(4)), elements=numbers)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_loss_against_autograd(loss: Loss, kind: str) -> None:
    hand, torch_ = scratch_loss([loss], place(np.zeros(0), kind)), torch_loss(loss, torch.zeros(0, dtype=torch.float64))

    @given(logits, st.integers(0, 99))
    @settings(**sampling(60))
    def agree(outputs: Any, seed: int) -> None:
        y = np.random.default_rng(seed).integers(0, 4, len(outputs))
        leaf = torch.tensor(outputs, requires_grad=True)
        loss = torch_(leaf, torch.as_tensor(y))
        loss.backward()
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            mine = hand.forward(place(outputs, kind), place(np.eye(4)[y], kind))
            back = hand.backward()
        np.testing.assert_allclose(float(mine), loss.item(), rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(back, leaf.grad, rtol=1e-12, atol=1e-15)

    agree()


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_loss_against_finite_differences(loss: Loss) -> None:
    hand = scratch_loss([loss], np.zeros(0))
    rng = np.random.default_rng(5)
    outputs, y = rng.normal(size=(5, 4)), np.eye(4)[rng.integers(0, 4, 5)]
    outputs[1] = 0.7  # a tie between all classes
    outputs[2] = [40.0, -40.0, 0.3, 0.0]
    hand.forward(outputs, y)
    mine = hand.backward()
    np.testing.assert_allclose(mine, finite_difference(lambda v: hand.forward(v, y), outputs), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", KINDS)
def test_cross_entropy_where_naive_code_overflows(dtype: Any, kind: str) -> None:
    """e^1e4 is infinite and log 0 is not a number; the loss of such logits is finite and exact."""
    hand = registry.load(registry.LOSSES["cross_entropy"].scratch)()
    outputs = np.array([[1e4, -1e4, 0.0], [1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [0.0, 1e4, 1e4]], dtype)
    y = np.eye(3, dtype=dtype)
    for row, target, expected, gradient in [
        (0, 0, 0.0, [0, 0, 0]),
        (1, 1, 2e4, [1, -1, 0]),
        (2, 2, np.log(3), [1 / 3, 1 / 3, -2 / 3]),
        (3, 0, 1e4 + np.log(2), [-1, 0.5, 0.5]),
    ]:
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            loss = hand.forward(place(outputs[row : row + 1], kind), place(y[target : target + 1], kind))
            back = hand.backward()
        np.testing.assert_allclose(float(loss), expected, rtol=1e-6)
        np.testing.assert_allclose(back, [gradient], rtol=1e-6)


@pytest.mark.parametrize("output", registry.OUTPUT_ACTIVATIONS)
def test_mse_of_probabilities_of_0_and_1(output: str) -> None:
    """Saturated outputs have no gradient, and no NaN."""
    hand, torch_ = activation(output, {})
    z = np.array([[1e4, -1e4, 0.0], [-1e4, 1e4, 1e4]])
    y = np.array([1, 1])
    loss = registry.load(registry.LOSSES["mse"].scratch)()
    leaf = torch.tensor(z, requires_grad=True)
    expected = registry.load(registry.LOSSES["mse"].pytorch)()(torch_(leaf), torch.as_tensor(y))
    expected.backward()
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        value = loss.forward(hand.forward(z), np.eye(3)[y])
        back = hand.backward(loss.backward())
    np.testing.assert_allclose(value, expected.item(), rtol=1e-14)
    np.testing.assert_allclose(back, leaf.grad, rtol=1e-14, atol=1e-16)


def test_softmax_is_shift_invariant_and_sums_to_one() -> None:
    softmax, _ = activation("softmax", {})
    z = np.random.default_rng(0).normal(size=(5, 6)) * 50
    p = softmax.forward(z)
    np.testing.assert_allclose(p.sum(-1), 1, rtol=1e-14)
    np.testing.assert_allclose(softmax.forward(z + 9000), p, rtol=1e-9)


# Layers

LEADING: list[tuple[int, ...]] = [(), (3,), (2, 3)]


def linear(x: Any, weight: Any, bias: Any) -> Linear:
    """A linear layer with its parameters, and with room for their gradients."""
    layer = Linear(weight.shape[-1], weight.shape[-2])
    layer.weight, layer.bias = weight, bias
    layer.weight_grad, layer.bias_grad = weight * 0 + 7, bias * 0 + 7
    return layer


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("leading", LEADING)
@pytest.mark.parametrize("shared", [False, True])
def test_linear_against_autograd(leading: tuple[int, ...], shared: bool, kind: str) -> None:
    """`shared`: all networks of a stack see one batch, without an axis of networks."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(*(() if shared else leading), 5, 4))
    weight, bias, dy = (
        rng.normal(size=(*leading, 3, 4)),
        rng.normal(size=(*leading, 3)),
        rng.normal(size=(*leading, 5, 3)),
    )
    tx, tw, tb = (torch.tensor(value, requires_grad=True) for value in (x, weight, bias))
    ty = tx @ tw.mT + tb[..., None, :]
    ty.backward(torch.as_tensor(dy))
    layer = linear(x, place(weight, kind), place(bias, kind))
    y = layer.forward(place(x, kind), True)
    dx = layer.backward(place(dy, kind))
    np.testing.assert_allclose(y, ty.detach(), rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(layer.weight_grad, tw.grad, rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(layer.bias_grad, tb.grad, rtol=1e-13, atol=1e-14)
    if not shared:
        np.testing.assert_allclose(dx, tx.grad, rtol=1e-13, atol=1e-14)
    assert layer.backward(place(dy, kind), need_dx=False) is None


def test_linear_against_finite_differences() -> None:
    rng = np.random.default_rng(2)
    x, weight, bias, dy = (rng.normal(size=size) for size in [(5, 4), (3, 4), (3,), (5, 3)])
    layer = linear(x, weight, bias)
    layer.forward(x)
    dx = layer.backward(dy)

    def value(x: Any, weight: Any, bias: Any) -> Any:
        return (linear(x, weight, bias).forward(x) * dy).sum()

    np.testing.assert_allclose(dx, finite_difference(lambda v: value(v, weight, bias), x), rtol=1e-7, atol=1e-8)
    dw, db = layer.weight_grad, layer.bias_grad
    np.testing.assert_allclose(dw, finite_difference(lambda v: value(x, v, bias), weight), rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(db, finite_difference(lambda v: value(x, weight, v), bias), rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("kind", KINDS)
def test_dropout_passes_the_gradient_through_its_mask(kind: str) -> None:
    layer = Dropout(0.4, 2)
    layer.seeds, layer.step = (5,), 3
    rng = np.random.default_rng(4)
    x, dy = rng.normal(size=(50, 20)), rng.normal(size=(50, 20))
    leaf = torch.tensor(x, requires_grad=True)
    y = layer.forward(place(x, kind), True)
    mask = torch.as_tensor(np.asarray(y) / x)
    (leaf * mask).backward(torch.as_tensor(dy))
    np.testing.assert_allclose(layer.backward(place(dy, kind)), leaf.grad, rtol=1e-13)
    kept = np.asarray(y) != 0
    np.testing.assert_allclose(np.asarray(y)[kept], (x / 0.6)[kept], rtol=1e-14)
    assert 0.5 < kept.mean() < 0.7
    np.testing.assert_array_equal(layer.forward(place(x, kind), False), x)
    np.testing.assert_array_equal(layer.backward(place(dy, kind)), dy)


# Whole networks


@st.composite
def networks(draw: Any) -> Any:
    loss = draw(losses)
    model = {
        "hidden": draw(st.lists(st.integers(1, 9), max_size=4)),
        "activation": draw(st.sampled_from(list(registry.ACTIVATIONS))),
        "dropout": draw(st.sampled_from([0.0, 0.4])),
        "output_activation": "identity"
        if loss.name == "cross_entropy"
        else draw(st.sampled_from(list(registry.OUTPUT_ACTIVATIONS))),
    }
    return configuration(seed=draw(st.integers(0, 999)), loss=loss, model=model)


def layers_of(config: Any) -> list[LayerSpec]:
    layers: list[LayerSpec] = config.model.layers((FEATURES,), CLASSES)
    return layers


def hand_network(config: Any) -> Network:
    return scratch_network(layers_of(config), config.model, config.seed)


@given(networks(), st.integers(1, 12))
@settings(**sampling(60))
def test_network_against_autograd(config: Any, count: int) -> None:
    x, y = samples(count)
    hand, torch_ = hand_network(config), torch_network(layers_of(config), config.model, config.seed, "cpu")
    loss = scratch_loss([config.loss], np.zeros(0))
    value = loss.forward(hand.forward(x, True), np.eye(CLASSES)[y])
    hand.backward(loss.backward())
    expected = torch_loss(config.loss, torch.zeros(0, dtype=torch.float64))(
        torch_.train()(torch.as_tensor(x)), torch.as_tensor(y)
    )
    expected.backward()
    np.testing.assert_allclose(value, expected.item(), rtol=1e-13)
    gradients = dict(torch_.named_parameters())
    assert list(gradients) == list(hand.shapes)
    for name in hand.shapes:
        mine = hand.find(f"{name}_grad")
        np.testing.assert_allclose(mine, gradients[name].grad, rtol=1e-10, atol=1e-15, err_msg=name)


@given(networks())
@settings(**sampling(25))
def test_network_against_finite_differences(config: Any) -> None:
    """Away from kinks: where a step carries a unit over ReLU's kink, the difference is wrong, not the derivative."""
    x, y = samples(5)
    network = hand_network(config)
    # biases apart from 0, so that no unit sits on its kink
    parameters, gradients = network.parameters, network.gradients
    parameters += 0.05 * np.random.default_rng(config.seed).normal(size=parameters.shape)
    loss = scratch_loss([config.loss], np.zeros(0))

    def value(values: Any) -> float:
        parameters[...] = values
        return float(loss.forward(network.forward(x, True), np.eye(CLASSES)[y]))

    start = parameters.copy()
    value(start)
    network.backward(loss.backward())
    mine = gradients.copy()
    theirs, halved = finite_difference(value, start), finite_difference(value, start, 1e-7)
    smooth = np.abs(theirs - halved) < 1e-6
    assert smooth.mean() > 0.9
    np.testing.assert_allclose(mine[smooth], theirs[smooth], rtol=1e-5, atol=1e-7)
