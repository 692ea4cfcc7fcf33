"""What is inside a network is what its formulas say, and the same for both twins."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from twinprop.config.schema import choice_class
from twinprop.errors import ConfigError
from twinprop.models.base import LayerSpec
from twinprop.run import insides
from twinprop.scratch import Linear, Network, ReLU


def made(model: str, shape: tuple[int, ...], **keys: Any) -> tuple[list[LayerSpec], dict[str, Any]]:
    """A network's layers, and its state dict after no update."""
    specs = choice_class("model", model)(**keys).layers(shape, 3)
    from twinprop.learners.build import scratch_network

    return specs, scratch_network(specs, choice_class("model", model)(), 0).state_dict()


def test_sizes_are_root_mean_squares_of_what_each_block_hands_on() -> None:
    network = Network({"a": Linear(4, 5), "relu": ReLU(), "b": Linear(5, 2)}, seed=1)
    x = np.random.default_rng(0).normal(size=(7, 4))
    hidden = np.maximum(x @ network.find("a.weight").T + network.find("a.bias"), 0)
    out = hidden @ network.find("b.weight").T + network.find("b.bias")
    assert insides.activation_sizes(network, x) == pytest.approx(
        {"a": np.sqrt((hidden**2).mean()), "b": np.sqrt((out**2).mean())}
    )


def test_gradients_that_vanish_have_a_size() -> None:
    small = np.full((3, 4), 1e-30, np.float32)
    found = insides.gradient_sizes({"a.weight": small, "a.bias": np.ones(3), "b.weight": np.zeros((2, 2))})
    assert found == {"a": pytest.approx(1e-30, rel=1e-5, abs=0), "b": 0.0}


@pytest.mark.parametrize(
    ("model", "shape", "expected"),
    [
        ("mlp", (8, 8), (50, 8, 8)),
        ("mlp", (1, 6, 5), (50, 6, 5)),
        ("mlp", (3, 6, 5), (50, 3, 6, 5)),
        ("mlp", (2,), None),
        ("mlp", (2, 6, 5), None),
        ("cnn", (1, 8, 8), (4, 3, 3)),
        ("cnn", (3, 8, 8), (4, 3, 3, 3)),
        ("cnn", (2, 8, 8), None),
        ("rnn", (8, 8), None),
    ],
)
def test_the_first_layer_is_images_where_samples_are(model: str, shape: Any, expected: Any) -> None:
    _, state = made(model, shape, **({"stages": [[4]]} if model == "cnn" else {}))
    found = insides.first_weights(state, shape)
    assert (None if found is None else found.shape) == expected


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_accuracy_by_position_is_that_of_sequences_which_end_there(cell: str) -> None:
    specs, state = made("rnn", (6, 2), cell=cell, num_layers=2, hidden_size=5, hidden=[9])
    rng = np.random.default_rng(0)
    state = {name: 2 * rng.normal(size=value.shape) for name, value in state.items()}
    network = insides.by_hand(specs, state, "float64")
    x, y = rng.normal(size=(40, 6, 2)), rng.integers(0, 3, 40)
    expected = [(network.forward(x[:, :end]).argmax(-1) == y).mean() for end in range(1, 7)]
    found = insides.by_position(network, x, y)
    assert found is not None
    assert len(set(expected)) > 1
    np.testing.assert_allclose(found, expected)


def test_only_recurrent_networks_have_positions() -> None:
    specs, state = made("mlp", (4,))
    assert insides.by_position(insides.by_hand(specs, state, "float32"), np.zeros((2, 4)), np.zeros(2, int)) is None


def test_a_network_by_hand_takes_running_averages_too() -> None:
    specs, state = made("mlp", (4,), batch_norm=True)
    state["batch_norm1.running_mean"] = state["batch_norm1.running_mean"] + 2
    assert (insides.by_hand(specs, state, "float32").find("batch_norm1.running_mean") == 2).all()


def test_a_layer_of_pytorchs_alone_has_no_network_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise ConfigError(["it is PyTorch's alone"])

    monkeypatch.setattr(insides, "refuse_lacking", refuse)
    with pytest.raises(ConfigError):
        insides.by_hand([], {}, "float32")
