"""The configured network: right over all choices, and a broken derivative is found where it is."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from tests.kit.twins import CLASSES, FEATURES, configuration, samples

from twinprop.app.compose import compose
from twinprop.commands.gradcheck import network
from twinprop.commands.gradcheck.network import Result, check_network, check_on, frozen, without_zeros
from twinprop.commands.gradcheck.network_report import report_text
from twinprop.config import registry
from twinprop.data.base import Dataset
from twinprop.data.samples import Samples
from twinprop.errors import ConfigError, TwinpropError
from twinprop.run import console
from twinprop.scratch import activations, layers, losses
from twinprop.scratch.losses import CrossEntropyLoss, Loss, MSELoss


def check(count: int = 8, **parts: Any) -> Result:
    config = frozen(configuration(**parts))
    x, y = samples(count)
    split = Samples(y, x)
    dataset = Dataset(split, split, split, (FEATURES,), [str(name) for name in range(CLASSES)], None, None)
    return check_on(config, dataset, x, y)


COMBINATIONS = [(CrossEntropyLoss(), "identity"), *((MSELoss(), name) for name in registry.OUTPUT_ACTIVATIONS)]


@pytest.mark.parametrize("activation", registry.ACTIVATIONS)
@pytest.mark.parametrize(("loss", "output"), COMBINATIONS, ids=lambda value: getattr(value, "name", value))
@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_every_choice_passes(activation: str, loss: Loss, output: str, dropout: float) -> None:
    model = {"activation": activation, "output_activation": output, "dropout": dropout, "noise": dropout / 2}
    result = check(loss=loss, model=model)
    assert result.passed, report_text(result)
    assert len(result.rows) == 6
    assert all(row.numeric.checked > row.numeric.doubtful for row in result.rows)


@pytest.mark.parametrize("init", registry.INITS)
@pytest.mark.parametrize("hidden", [[], [1], [1, 1, 1], [9, 2, 9, 2]])
def test_every_start_passes(init: str, hidden: list[int]) -> None:
    """Narrow ReLU layers die and leave units exactly on the kink; a bias of 0 does so, too."""
    for std in (0.0, 1e-4, 30.0):
        result = check(model={"init": init, "init_std": std, "hidden": hidden})
        assert result.passed, report_text(result)


def test_deep_sigmoid_network_passes_although_its_first_gradients_vanish() -> None:
    result = check(model={"activation": "sigmoid", "depth": 8, "init": "xavier_normal"})
    assert result.passed, report_text(result)


def wrong_rows(result: Result) -> list[str]:
    return [row.name for row in result.rows if not row.passed]


BELOW_OUTPUT = ["linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias"]


def test_broken_activation_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activations.Tanh, "backward", lambda self, da, need_dx=True: da * (1 - self.a))
    result = check(model={"activation": "tanh"})
    text = report_text(result)
    assert wrong_rows(result) == BELOW_OUTPUT
    assert "FAIL" in text
    assert "Look at the backward of linear2, activation2, output: from output on" in text
    assert check(model={"activation": "relu"}).passed


def test_broken_bias_is_found_in_its_own_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    right = layers.Linear.backward

    def wrong(self: Any, dy: Any, need_dx: bool = True) -> Any:
        dx = right(self, dy, need_dx)
        self.bias_grad[...] = self.weight_grad.sum(-1)
        return dx

    monkeypatch.setattr(layers.Linear, "backward", wrong)
    result = check()
    assert wrong_rows(result) == ["linear1.bias", "linear2.bias", "output.bias"]
    assert "Look at the backward of output: what reaches it is right" in report_text(result)


def test_gradient_in_place_of_the_weight_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = layers.Linear.backward

    def wrong(self: Any, dy: Any, need_dx: bool = True) -> Any:
        right(self, dy, need_dx)
        return dy @ self.weight_grad if need_dx else None

    monkeypatch.setattr(layers.Linear, "backward", wrong)
    assert wrong_rows(check()) == BELOW_OUTPUT


def test_broken_loss_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = losses.CrossEntropyLoss.backward
    monkeypatch.setattr(losses.CrossEntropyLoss, "backward", lambda self: 2 * right(self))
    result = check()
    assert len(wrong_rows(result)) == 6
    assert "output, the loss" in report_text(result)


def test_forward_that_differs_from_pytorch_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The derivative of the wrong function, which differences alone would pass."""
    monkeypatch.setattr(
        activations.LeakyReLU, "__init__", lambda self, negative_slope: setattr(self, "negative_slope", 0.5)
    )
    result = check(model={"activation": "leaky_relu"})
    assert not result.passed
    assert all(row.numeric.wrong == 0 for row in result.rows)
    assert "by hand and" in report_text(result)


def test_single_wrong_entry_of_a_large_parameter_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = layers.Linear.backward

    def wrong(self: Any, dy: Any, need_dx: bool = True) -> Any:
        dx = right(self, dy, need_dx)
        if self.weight_grad.shape == (200, FEATURES):
            self.weight_grad[123, 4] += 0.01
        return dx

    monkeypatch.setattr(layers.Linear, "backward", wrong)
    result = check(model={"hidden": [200]})
    assert wrong_rows(result) == ["linear1.weight"]
    assert "linear1.weight[123, 4]: by hand" in report_text(result)
    (row,) = [row for row in result.rows if row.name == "linear1.weight"]
    assert row.numeric.checked < 200 * FEATURES
    assert row.numeric.wrong == 1


def test_infinite_loss_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(losses.CrossEntropyLoss, "forward", lambda self, outputs, targets: np.float64(np.nan))
    monkeypatch.setattr(losses.CrossEntropyLoss, "backward", lambda self: np.zeros((8, CLASSES)))
    with pytest.raises(TwinpropError, match="no gradient to check"):
        check()


def test_configured_data_and_columns() -> None:
    result = check_network(
        compose(["data=moons", "model.width=60", "model.depth=1", "optimizer=adam", "scheduler=one_cycle"])
    )
    assert result.passed
    assert "2-60-2 relu" in result.title
    assert "moons" in result.title
    assert [row.numeric.checked for row in result.rows][1:] != [0, 0, 0]
    text = report_text(result)
    assert f"{result.rows[0].numeric.checked} of 120" in text
    assert network.ENTRIES <= result.rows[0].numeric.checked < 120


def test_deep_network_compares_fewer_entries_from_the_changed_layer_on(monkeypatch: pytest.MonkeyPatch) -> None:
    right, calls = layers.Linear.forward, 0

    def counted(self: Any, *args: Any) -> Any:
        nonlocal calls
        calls += 1
        return right(self, *args)

    monkeypatch.setattr(layers.Linear, "forward", counted)
    result = check(model={"hidden": [9] * 19, "dropout": 0.2, "init": "xavier_normal"})
    assert result.passed, report_text(result)
    checked = [row.numeric.checked for row in result.rows]
    assert len(checked) == 40
    assert max(checked) <= 12
    # 4 evaluations an entry, of half of the layers on average
    assert calls < 4 * sum(checked) * 20 * 0.6


def test_progress_is_shown_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for terminal in (False, True):
        file = io.StringIO()
        monkeypatch.setattr(console, "errors", Console(file=file, force_terminal=terminal))
        assert check().passed
        assert ("Differences" in file.getvalue()) == terminal


def test_compose_tells_every_mistake() -> None:
    assert compose(["model.activation=tanh", "train.epochs=3"]).model.activation == "tanh"
    with pytest.raises(ConfigError) as caught:
        compose(["model.activaton=tanh", "optimizer.lr=fast", "seed=-1"])
    text = str(caught.value)
    assert "model.activaton" in text
    assert "optimizer.lr=fast" in text
    assert "seed=-1" in text
    with pytest.raises(ConfigError, match="seed=-1"):
        compose(["seed=-1"])


def test_zeros_are_moved_and_nothing_else() -> None:
    start = {"weight": np.array([[0.5, 0.0]]), "bias": np.zeros(3)}
    there = without_zeros(start, 0)
    assert there["weight"][0, 0] == 0.5
    assert all((values != 0).all() and (abs(values) < 1).all() for values in there.values())
    assert not start["bias"].any()
