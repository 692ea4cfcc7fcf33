"""PyTorch's own schedule, without a network, for one member of a stack."""

from __future__ import annotations

from dataclasses import asdict

import torch
from torch import nn
from torch.optim.lr_scheduler import ReduceLROnPlateau

from twinprop.config import registry
from twinprop.config.schema import Config
from twinprop.pytorch.optimizers import uncompiled
from twinprop.training.plan import Plan


class Schedule:
    """PyTorch's own schedule of one network, on an optimizer that has its numbers and nothing to update."""

    def __init__(self, config: Config, plan: Plan) -> None:
        arguments = {key: value for key, value in asdict(config.optimizer).items() if key != "name"}
        kind = uncompiled(registry.load(registry.OPTIMIZERS[config.optimizer.name].pytorch))
        self.optimizer: torch.optim.Optimizer = kind([nn.Parameter(torch.empty(0))], **arguments)
        bound = config.scheduler.bind(plan.intervals(config.scheduler.interval), config.optimizer.lr)
        self.scheduler = registry.load(registry.SCHEDULERS[bound.name].pytorch)(self.optimizer, bound)
        self.optimizer.step()  # it updates nothing, but PyTorch warns of a schedule that moves on before its optimizer
        self.interval = bound.interval
        self.watches_score = getattr(bound, "mode", "min") == "max"
        self.watches = isinstance(self.scheduler, ReduceLROnPlateau)

    def advance(self, interval: str) -> bool:
        """Move on if the schedule counts these intervals; whether it did."""
        if self.watches or self.interval != interval:
            return False
        self.scheduler.step()
        return True

    def observe(self, loss: float, score: float) -> None:
        if self.watches:
            self.scheduler.step(score if self.watches_score else loss)

    @property
    def lr(self) -> float:
        return float(self.optimizer.param_groups[0]["lr"])

    @property
    def momentum(self) -> float:
        """The momentum, or what Adam has in its place."""
        group = self.optimizer.param_groups[0]
        return float(group.get("momentum", group.get("betas", (0.0,))[0]))
