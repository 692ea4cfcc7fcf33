"""Optimizers without PyTorch's compiler do what PyTorch's own do."""

from __future__ import annotations

import pytest
import torch
from tests.kit.twins import configuration, samples
from torch import nn

from twinprop.config import registry
from twinprop.learners.torch import TorchLearner
from twinprop.pytorch.optimizers import FUSED, uncompiled
from twinprop.training.plan import Plan


@pytest.mark.slow  # PyTorch's own import the compiler
@pytest.mark.parametrize("name", registry.OPTIMIZERS)
def test_an_uncompiled_optimizer_updates_to_the_same_bits(name: str) -> None:
    kind = registry.load(registry.OPTIMIZERS[name].pytorch)
    found = []
    for each in (kind, uncompiled(kind)):
        torch.manual_seed(0)
        network, x = nn.Linear(5, 3), torch.rand(7, 5)
        optimizer = each(network.parameters(), lr=0.1, weight_decay=0.01)
        for steps in range(4):
            if steps == 2:  # as where a run goes on
                optimizer.load_state_dict(optimizer.state_dict())
            optimizer.zero_grad()
            network(x).square().sum().backward()
            optimizer.step()
        assert torch.is_grad_enabled()
        assert isinstance(optimizer, kind)
        found.append((list(network.parameters()), optimizer.state_dict()))
    (theirs, state), (ours, our_state) = found
    assert all(torch.equal(mine, its) for mine, its in zip(ours, theirs, strict=True))
    torch.testing.assert_close(our_state["state"], state["state"], rtol=0, atol=0)
    assert our_state["param_groups"] == state["param_groups"]


@pytest.mark.parametrize("name", FUSED["cpu"])
def test_a_kernel_for_a_whole_update_is_used_and_no_part_of_a_state(name: str) -> None:
    config = configuration(optimizer=registry.load(registry.OPTIMIZERS[name].scratch)())
    learners = [TorchLearner([config], (7,), 4, Plan.of(config.train, 64)) for _ in range(2)]
    x, y = map(torch.as_tensor, samples())
    learners[0].step(x, y)
    state = learners[0].state()
    assert state["optimizer"]["param_groups"][0]["fused"] is None
    learners[1].load_state([state])
    assert learners[1].optimizer.param_groups[0]["fused"] is True
    losses = [learner.step(x, y)[0] for learner in learners for _ in range(3)]
    assert losses[:3] == losses[3:]
