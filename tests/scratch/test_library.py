"""The hand-written library by itself: README's lines, layers alone and in a network, shapes in its errors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from tests.kit.markdown import blocks

from twinprop import scratch
from twinprop.scratch import (
    GRU,
    LSTM,
    RNN,
    SGD,
    Adam,
    BatchNorm1d,
    BatchNorm2d,
    Conv2d,
    CrossEntropyLoss,
    Dropout,
    Flatten,
    LastStep,
    Layer,
    Linear,
    MaxPool2d,
    MSELoss,
    Network,
    ReLU,
    Unflatten,
    kaiming_uniform,
)

ROOT = Path(__file__).parents[2]


def test_it_imports_nothing_of_the_framework() -> None:
    code = "import sys, twinprop.scratch; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"hydra", "omegaconf", "torch", "torchvision", "pandas", "sklearn", "rich"} & set(done.stdout.split())


def test_readme_opens_with_lines_that_run_as_they_stand() -> None:
    code = next(text for kind, text in blocks(ROOT / "README.md") if kind == "python")
    assert code.count("\n") < 20
    names: dict[str, Any] = {}
    exec(code, names)
    assert names["accuracy"] > 0.9


def test_every_public_name_is_there() -> None:
    assert all(hasattr(scratch, name) for name in scratch.__all__)
    assert len(scratch.__all__) == len(set(scratch.__all__))


def test_it_learns_with_the_loop_of_the_slide() -> None:
    x, y = load_digits(return_X_y=True)
    x = x / 16
    network = Network([Linear(64, 50), ReLU(), Linear(50, 10)], seed=0)
    loss, optimizer = CrossEntropyLoss(), Adam(lr=1e-2)
    for _ in range(10):
        for start in range(0, 1500, 50):
            loss.forward(network.forward(x[start : start + 50], training=True), y[start : start + 50])
            network.backward(loss.backward())
            optimizer.step(network)
    assert (network.forward(x[1500:]).argmax(-1) == y[1500:]).mean() > 0.85
    assert network.steps == optimizer.steps == 300


def test_a_layer_alone_has_weights_of_its_own() -> None:
    x, dy = np.random.default_rng(0).normal(size=(5, 4)), np.ones((5, 3))
    layer = Linear(4, 3)
    y = layer.forward(x)
    np.testing.assert_allclose(y, x @ layer.weight.T + layer.bias)
    np.testing.assert_allclose(layer.backward(dy), dy @ layer.weight)
    np.testing.assert_allclose(layer.weight_grad, dy.T @ x)
    before = layer.weight.copy()
    layer.reset_parameters(seed=1)
    assert (layer.weight != before).all()
    assert not layer.weight_grad.any()


def test_what_is_set_by_hand_stays() -> None:
    layer = Linear(4, 3)
    layer.weight = np.eye(3, 4)
    assert layer.bias.shape == (3,)
    np.testing.assert_array_equal(layer.weight, np.eye(3, 4))
    with pytest.raises(AttributeError, match="'Linear' object has no attribute 'wieght'"):
        layer.wieght  # noqa: B018


def test_in_a_network_they_are_views_of_its_vector() -> None:
    network = Network([Linear(4, 3), ReLU(), Linear(3, 2)], seed=0)
    first = network.layers[0]
    assert network.parameters.shape == (4 * 3 + 3 + 3 * 2 + 2,)
    assert np.shares_memory(first.weight, network.parameters)
    assert np.shares_memory(first.weight_grad, network.gradients)
    network.parameters[:] = 0
    assert not first.weight.any()


def test_a_network_loads_into_torch_and_back() -> None:
    network = Network([Linear(6, 5), BatchNorm1d(5), ReLU(), Linear(5, 3)], seed=3, init=kaiming_uniform)
    theirs = torch.nn.Sequential(
        torch.nn.Linear(6, 5), torch.nn.BatchNorm1d(5), torch.nn.ReLU(), torch.nn.Linear(5, 3)
    ).double()
    x = np.random.default_rng(0).normal(size=(20, 6))
    loss, optimizer = CrossEntropyLoss(), SGD(lr=0.1)
    loss.forward(network.forward(x, training=True), np.arange(20) % 3)
    network.backward(loss.backward())
    optimizer.step(network)
    theirs.load_state_dict({name: torch.as_tensor(value) for name, value in network.state_dict().items()})
    np.testing.assert_allclose(network.forward(x), theirs.eval()(torch.as_tensor(x)).detach(), rtol=1e-12)
    again = Network([Linear(6, 5), BatchNorm1d(5), ReLU(), Linear(5, 3)], seed=9)
    again.load_state_dict({name: value.numpy() for name, value in theirs.state_dict().items()})
    np.testing.assert_array_equal(again.forward(x), network.forward(x))


@pytest.mark.parametrize("loss", [CrossEntropyLoss(), MSELoss()])
def test_class_numbers_and_one_hot_rows_are_the_same(loss: Any) -> None:
    outputs, y = np.random.default_rng(0).normal(size=(4, 3)), np.array([2, 0, 1, 1])
    values = []
    for targets in (y, y.tolist(), y.astype(float), np.eye(3)[y], np.eye(3, dtype=int)[y], torch.as_tensor(y)):
        given = torch.as_tensor(outputs) if isinstance(targets, torch.Tensor) else outputs
        values.append((float(loss.forward(given, targets)), np.asarray(loss.backward())))
    for value, gradient in values:
        assert value == pytest.approx(values[0][0], rel=1e-14)
        np.testing.assert_allclose(gradient, values[0][1], rtol=1e-14)


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        (np.array([0, 1, 3, 0]), "class numbers from 0 to 2, got 0 to 3"),
        (np.array([0, 1, -1, 0]), "class numbers from 0 to 2, got -1 to 1"),
        (np.array([0, 1]), r"class numbers \(4,\) or one-hot rows \(4, 3\), got \(2,\)"),
        (np.zeros((4, 1)), r"class numbers \(4,\) or one-hot rows \(4, 3\), got \(4, 1\)"),
        (np.full(4, 0.5), r"class numbers \(4,\) or one-hot rows \(4, 3\), got \(4,\) of float64"),
    ],
)
def test_wrong_targets_are_named(targets: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        CrossEntropyLoss().forward(np.zeros((4, 3)), targets)


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (Linear(64, 50), (64,), r"Linear: expected \(batch, 64\), got \(64,\)"),
        (Linear(64, 50), (5, 63), r"Linear: expected \(batch, 64\), got \(5, 63\)"),
        (Conv2d(3, 4, 3), (5, 8, 8), r"Conv2d: expected \(batch, 3, height, width\), got \(5, 8, 8\)"),
        (Conv2d(3, 4, 5, 1), (5, 3, 2, 9), r"Conv2d: expected .* with at least 3 pixels each way, got \(5, 3, 2, 9\)"),
        (MaxPool2d(2), (5, 8), r"MaxPool2d: expected \(batch, channels, height, width\), got \(5, 8\)"),
        (BatchNorm1d(6), (5, 7), r"BatchNorm1d: expected \(batch, 6\), got \(5, 7\)"),
        (BatchNorm2d(6), (5, 7, 4, 4), r"BatchNorm2d: expected \(batch, 6, height, width\), got \(5, 7, 4, 4\)"),
        (RNN(4, 3), (5, 4), r"RNN: expected \(batch, time, 4\), got \(5, 4\)"),
        (LSTM(4, 3), (5, 2, 3), r"LSTM: expected \(batch, time, 4\), got \(5, 2, 3\)"),
        (GRU(4, 3), (5, 2, 3), r"GRU: expected \(batch, time, 4\), got \(5, 2, 3\)"),
        (LastStep(), (5, 4), r"LastStep: expected \(batch, time, features\), got \(5, 4\)"),
        (Unflatten(-1, (1, 8)), (5, 7), r"Unflatten: expected 8 numbers along axis -1, got \(5, 7\)"),
    ],
)
def test_errors_name_shapes(layer: Layer, shape: tuple[int, ...], expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        layer.forward(np.zeros(shape))


@pytest.mark.parametrize("shape", [(40, 6), (40, 5, 6), (40, 3, 4, 5)])
def test_dropout_alone_draws_for_every_number(shape: tuple[int, ...]) -> None:
    """Not one mask for all images of a batch, nor for all steps of a sequence."""
    y = Dropout(0.5).forward(np.ones(shape), training=True)
    assert y.shape == shape
    assert len({row.tobytes() for row in y.reshape(-1, shape[-1])}) > 0.6 * min(2 ** shape[-1], y.size / shape[-1])
    assert abs((y == 0).mean() - 0.5) < 5 * (0.25 / y.size) ** 0.5


def test_two_dropouts_and_two_steps_draw_anew() -> None:
    network = Network([Dropout(0.5), Linear(30, 30), Dropout(0.5)], seed=4)
    x = np.ones((50, 30))
    network.layers[1].weight[...] = np.eye(30)
    first = network.forward(x, training=True)
    assert not np.array_equal(network.layers[0].scale, network.layers[2].scale)
    np.testing.assert_array_equal(network.forward(x, training=True), first)
    network.steps = 1
    assert not np.array_equal(network.forward(x, training=True), first)


class Scale(Layer):
    """y = x ⊙ γ, with nothing said of how γ starts."""

    def __init__(self, features: int) -> None:
        self.shapes = {"weight": (features,)}

    def forward(self, x: Any, training: bool = False) -> Any:
        self.x = x
        return x * self.weight[..., None, :]

    def backward(self, dy: Any, need_dx: bool = True) -> Any:
        self.weight_grad[...] = (dy * self.x).sum(-2)
        return dy * self.weight[..., None, :]


@pytest.mark.parametrize("init", [None, kaiming_uniform])
def test_what_no_initialisation_knows_is_an_error_and_not_zeros(init: Any) -> None:
    with pytest.raises(TypeError, match=r"Scale: weight \(3,\) is neither a matrix nor a bias.*initial_parameters"):
        Network([Scale(3)], init=init)
    with pytest.raises(TypeError, match="Scale: weight"):
        Scale(3).forward(np.ones((2, 3)))


@pytest.mark.parametrize("networks", [(), (2,)])
def test_flattened_images_are_the_same_however_they_lie_in_memory(networks: tuple[int, ...]) -> None:
    x = np.arange(5 * 3 * 4 * 2.0).reshape(5, 3, 4, 2) + np.zeros((*networks, 1, 1, 1, 1))
    last = np.moveaxis(np.ascontiguousarray(np.moveaxis(x, -4, -1)), -1, -4)
    flatten = Flatten(-3)
    np.testing.assert_array_equal(flatten.forward(last), x.reshape(*networks, 5, 24))
    np.testing.assert_array_equal(flatten.backward(x.reshape(*networks, 5, 24)), x)


@pytest.mark.parametrize("place", [np.array, torch.tensor])
def test_a_batch_of_numbers_flattens_to_columns(place: Any) -> None:
    assert Flatten().forward(place([1.0, 2.0, 3.0])).shape == (3, 1)


def test_images_and_wrong_names() -> None:
    network = Network([Flatten(), Linear(64, 10)], dtype="float32")
    assert network.forward(np.zeros((5, 8, 8))).dtype == np.float32
    with pytest.raises(ValueError, match=r"Linear: expected \(batch, 64\), got \(5, 63\)"):
        network.forward(np.zeros((5, 63)))
    with pytest.raises(ValueError, match=r"2.weight: there is no such parameter; expected 1.weight, 1.bias"):
        network.load_state_dict({"2.weight": np.zeros(3)})
    with pytest.raises(ValueError, match=r"1.bias: expected \(10,\), got \(3,\)"):
        network.load_state_dict({"1.bias": np.zeros(3)})
    assert repr(network) == "Network(Flatten, Linear; 650 parameters)"
