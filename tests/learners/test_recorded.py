"""An update done from its record gives the bits of a plain one; what a record would freeze is computed as ever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from tests.kit.choices import OPTIMIZERS, numbered
from tests.kit.networks import MODELS, config_of, go_on, make
from tests.kit.twins import TORCH
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

from twinprop.config import registry
from twinprop.config.schema import Config
from twinprop.learners.recorded import Recorded, worth_recording
from twinprop.scratch.losses import CrossEntropyLoss
from twinprop.scratch.optimizers import SGD, Adam
from twinprop.training.learner import Learner

STEPS = 12

sizes = pytest.mark.parametrize("networks", [1, 3], ids=["alone", "stack"])


class Counted(Recorded):
    """Counts what is done from a record."""

    replayed = 0

    def replay(self, learner: Learner, x: Tensor, y: Tensor) -> Any:
        self.replayed += 1
        return super().replay(learner, x, y)


def trained(name: str, configs: list[Config], captured: Recorded | None) -> tuple[Learner, dict[str, Any]]:
    """A learner, and all that its training gave."""
    learner = make(TORCH, name, configs)
    learner.captured = captured
    trace = go_on(learner, TORCH, name, configs, STEPS)
    found = {column: trace.array(column) for column in ("losses", "sums", "rates", "norms", "evaluations")}
    for member in range(len(configs)):
        found[f"state {member}"], found[f"gradients {member}"] = learner.state(member), learner.gradients(member)
    return learner, found


def assert_recorded_is_plain(name: str, configs: list[Config]) -> None:
    recorded = Counted("cpu")
    np.testing.assert_equal(trained(name, configs, recorded)[1], trained(name, configs, None)[1])
    # four updates an epoch, of which the last has a smaller batch; two of three are recorded after the first epoch
    assert (recorded.failed, recorded.replayed) == (False, STEPS // 4 * 3 - 5)


RECURRENT = ("rnn", "lstm", "gru")
"""They are not recorded where a run asks; what holds for their many operations holds for all."""


@sizes
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name.startswith(RECURRENT) else ()) for name in MODELS]
)
def test_every_kind_of_network(networks: int, name: str) -> None:
    configs = [
        config_of(name, seed=seed, optimizer=SGD(lr=0.02 * (seed + 1), momentum=0.5), train={"max_grad_norm": 0.5})
        for seed in range(networks)
    ]
    assert_recorded_is_plain(name, configs)


@sizes
@pytest.mark.parametrize("number", range(0, len(OPTIMIZERS), 5))
def test_optimizers_and_schedules(networks: int, number: int) -> None:
    optimizer, scheduler = numbered(number)
    configs = [
        config_of("mlp with noise", seed=seed, optimizer=optimizer, scheduler=scheduler, train={"steps": STEPS})
        for seed in range(networks)
    ]
    assert_recorded_is_plain("mlp with noise", configs)


def test_a_record_outlives_a_state_that_is_loaded() -> None:
    name = "mlp with batch norm and dropout"
    configs = [config_of(name, optimizer=Adam(lr=0.004))]
    recorded = Counted("cpu")
    learner, _ = trained(name, configs, recorded)
    state = learner.state(0)
    whole = go_on(learner, TORCH, name, configs, 2 * STEPS)
    learner.load_state([state])
    recorded.replayed = 0
    again = go_on(learner, TORCH, name, configs, 2 * STEPS)
    assert recorded.replayed == 3 * STEPS // 4
    np.testing.assert_array_equal(again.array("losses"), whole.array("losses"))


class Counting(nn.Module):
    """Its factor is a number that moves from update to update."""

    calls = 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += self.training
        return x / (1 + 0.1 * self.calls)


class Deciding(nn.Module):
    """Python reads what was computed."""

    def forward(self, x: Tensor) -> Tensor:
        return x if x.sum() > 0 else -x


class Outside(nn.Module):
    """A constant that is made anew, of what PyTorch did not compute."""

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.from_numpy(x.detach().numpy().mean(axis=0))


class Turning(nn.Module):
    """What was turned in place is asked for as it was, too."""

    def forward(self, x: Tensor) -> Tensor:
        y = x * 2
        before = y.view(y.shape)
        y.detach().transpose_(0, 1)
        return before + y.t().t() - x


class Changing(nn.Module):
    """The same memory, changed in place and through a view."""

    def forward(self, x: Tensor) -> Tensor:
        y = x.clone()
        y[:, ::2].mul_(3)
        z = torch.complex(y, x)
        return (z * z.conj()).real + z.conj().imag + y.topk(2, dim=-1).values.sum(-1, keepdim=True)


def with_module(module: Callable[[], nn.Module]) -> Learner:
    """A network that begins with a module of somebody's."""
    learner: Any = make(TORCH, "mlp with noise", [config_of("mlp with noise")])
    learner.network = nn.Sequential(nn.Flatten(), module(), nn.Unflatten(1, (3, 4)), *learner.network)
    return learner


@pytest.mark.parametrize(
    ("module", "can"),
    [(Counting, False), (Deciding, False), (Outside, False), (Turning, True), (Changing, True), (nn.Tanh, True)],
)
def test_what_differs_from_update_to_update_is_computed_as_ever(module: Callable[[], nn.Module], can: bool) -> None:
    learner, plain = with_module(module), with_module(module)
    recorded = learner.captured = Counted("cpu")
    rng = np.random.default_rng(0)
    for _ in range(9):
        x, y = torch.from_numpy(rng.normal(size=(7, 3, 4))), torch.from_numpy(rng.integers(0, 4, 7))
        for mine, theirs in zip(*(tree_leaves(each.step(x, y)) for each in (learner, plain)), strict=True):
            assert torch.equal(mine, theirs)
    assert (recorded.failed, recorded.replayed) == ((False, 4) if can else (True, 0))


def test_batches_of_another_form() -> None:
    """One that comes now and then is computed as ever; one that stays is recorded in the place of the first."""
    learner, plain = (make(TORCH, "mlp with noise", [config_of("mlp with noise")]) for _ in range(2))
    recorded = learner.captured = Counted("cpu")
    for place, size in enumerate([7] * 6 + [3] + [7] * 2 + [3, 3, 7] + [3] * 7):
        x, y = torch.full((size, 3, 4), 0.1 * place, dtype=torch.float64), torch.arange(size) % 4
        for mine, theirs in zip(*(tree_leaves(each.step(x, y)) for each in (learner, plain)), strict=True):
            assert torch.equal(mine, theirs)
    assert recorded.replayed == 1 + 2 + 1 + 2


def test_only_code_that_is_known_is_recorded() -> None:
    assert worth_recording(["flatten", "linear", "relu", "dropout", "batch_norm1d"], CrossEntropyLoss())
    assert not worth_recording(["linear", "lstm"], CrossEntropyLoss())
    registry.LAYERS["counting"] = registry.Twin(None, Counting)
    try:
        assert not worth_recording(["linear", "counting"], CrossEntropyLoss())
    finally:
        del registry.LAYERS["counting"]
