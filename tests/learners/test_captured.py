"""A captured update gives the bits of a plain one, whatever moves from update to update."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pytest
import torch
from tests.kit.choices import OPTIMIZERS, numbered
from tests.kit.networks import MODELS, config_of, go_on, make
from tests.kit.recorded_graph import RecordedGraph
from tests.kit.twins import TENSOR, TENSORS, TORCH, Twin
from torch.utils._pytree import tree_leaves

from twinprop.arrays.counters import Counters
from twinprop.arrays.random import streams
from twinprop.config.schema import Config
from twinprop.learners import captured
from twinprop.learners.captured import Captured
from twinprop.scratch.optimizers import SGD, Adam
from twinprop.training.learner import Learner

STEPS = 12

kinds = pytest.mark.parametrize("kind", [TENSOR, TORCH], ids=["scratch", "torch"])
sizes = pytest.mark.parametrize("networks", [1, 3], ids=["alone", "stack"])


@pytest.fixture(autouse=True)
def graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captured, "CudaGraph", RecordedGraph)
    RecordedGraph.captured = RecordedGraph.replayed = 0


def trained(kind: Twin, name: str, configs: list[Config], capture: bool) -> tuple[Learner, dict[str, Any]]:
    """A learner, and all that its training gave."""
    learner = make(kind, name, configs)
    if capture:
        learner.captured = Captured(TENSORS)
    trace = go_on(learner, kind, name, configs, STEPS)
    found = {column: trace.array(column) for column in ("losses", "sums", "rates", "norms", "evaluations")}
    for member in range(len(configs)):
        found[f"state {member}"], found[f"gradients {member}"] = learner.state(member), learner.gradients(member)
    return learner, found


def assert_captured_is_plain(kind: Twin, name: str, configs: list[Config]) -> None:
    found = [trained(kind, name, configs, capture)[1] for capture in (False, True)]
    np.testing.assert_equal(found[1], found[0])
    # four updates an epoch, of which the last has a smaller batch
    assert (RecordedGraph.captured, RecordedGraph.replayed) == (1, STEPS // 4 * 3 - 3)


@kinds
@sizes
@pytest.mark.parametrize("name", MODELS)
def test_every_kind_of_network(kind: Twin, networks: int, name: str) -> None:
    configs = [
        config_of(name, seed=seed, optimizer=SGD(lr=0.02 * (seed + 1), momentum=0.5), train={"max_grad_norm": 0.5})
        for seed in range(networks)
    ]
    assert_captured_is_plain(kind, name, configs)


@kinds
@sizes
@pytest.mark.parametrize("number", range(0, len(OPTIMIZERS), 5))
def test_optimizers_and_schedules(kind: Twin, networks: int, number: int) -> None:
    optimizer, scheduler = numbered(number)
    configs = [
        config_of("mlp with noise", seed=seed, optimizer=optimizer, scheduler=scheduler, train={"steps": STEPS})
        for seed in range(networks)
    ]
    assert_captured_is_plain(kind, "mlp with noise", configs)


@kinds
@sizes
def test_a_graph_outlives_a_state_that_is_loaded(kind: Twin, networks: int) -> None:
    name = "mlp with batch norm and dropout"
    configs = [config_of(name, seed=seed, optimizer=Adam(lr=0.004)) for seed in range(networks)]
    learner, _ = trained(kind, name, configs, capture=True)
    states = [learner.state(member) for member in range(networks)]
    whole = go_on(learner, kind, name, configs, 2 * STEPS)
    learner.load_state(states)
    again = go_on(learner, kind, name, configs, 2 * STEPS)
    assert RecordedGraph.captured == 1
    np.testing.assert_array_equal(again.array("losses"), whole.array("losses"))


@kinds
def test_batches_of_another_shape(kind: Twin) -> None:
    """One that comes now and then is computed as ever; one that stays is captured in the place of the first."""
    learner = make(kind, "mlp with noise", [config_of("mlp with noise")])
    learner.captured = Captured(TENSORS)
    plain = make(kind, "mlp with noise", [config_of("mlp with noise")])
    for place, size in enumerate([7] * 5 + [3] + [7] * 2 + [3, 3, 7] + [3] * 5):
        x, y = torch.full((size, 3, 4), 0.1 * place, dtype=torch.float64), torch.arange(size) % 4
        for mine, theirs in zip(*(tree_leaves(each.step(x, y)) for each in (learner, plain)), strict=True):
            assert torch.equal(mine, theirs)
    assert (RecordedGraph.captured, RecordedGraph.replayed) == (2, 2 + 2 + 1 + 2)


@kinds
@sizes
def test_what_cannot_be_captured_is_told_once(
    kind: Twin, networks: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A value that the host wants to know, half-way through the update."""
    name = "mlp with batch norm and dropout"
    configs = [config_of(name, seed=seed, optimizer=Adam(lr=0.004)) for seed in range(networks)]
    expected = trained(kind, name, configs, capture=False)[1]
    usual = Counters.get

    def asks(self: Counters, *given: Any) -> Any:
        first = usual(self, *given)
        assert int(first.sum()) or True
        return first

    monkeypatch.setattr(Counters, "get", asks)
    captured.tell.cache_clear()
    with caplog.at_level(logging.WARNING, logger="twinprop"):
        for _ in range(2):
            np.testing.assert_equal(trained(kind, name, configs, capture=True)[1], expected)
    why = "RuntimeError: operation not permitted when stream is capturing"
    assert caplog.messages == [
        f"Updates on the GPU cannot be captured ({why}), so each is launched anew, which takes longer."
    ]
    assert RecordedGraph.captured == RecordedGraph.replayed == 0


def test_counters_of_many_updates_are_those_of_each() -> None:
    seeds, x = (3, 2**62, 5), torch.zeros(1)
    counters = Counters(x.device)
    with counters.hold():
        for layer in (1, 2):
            assert counters.get(seeds, 7, layer).tolist() == streams(seeds, 7, layer).tolist()
    for step in (7, 8, 300, 262, 4):
        counters.move(step)
        for layer in (2, 1):
            assert counters.get(seeds, -1, layer).tolist() == streams(seeds, step, layer).tolist()
