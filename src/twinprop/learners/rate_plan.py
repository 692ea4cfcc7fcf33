"""Learning rates and momenta of a stack, worked out for many steps at once and sent to the device together.

A stack has a schedule for each network. To ask a thousand of them at every step would take longer than the step.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinprop.arrays.namespace import Array, like
from twinprop.config.schema import Config
from twinprop.training.plan import Plan

AHEAD = 256
"""Steps that are worked out at once."""

Rates = tuple[NDArray[Any], NDArray[Any], tuple[Array, Array]]
"""Learning rates and momenta (networks,), and both on the device, (networks, 1)."""


class RatePlan:
    """The schedules of a stack.

    Args:
        configs: one for each network.
        plan: the length of the training.
        reference: an array of the library, dtype and device of the parameters.
    """

    def __init__(self, configs: Sequence[Config], plan: Plan, reference: Array) -> None:
        self.optimizers, self.reference, self.total_steps = [c.optimizer for c in configs], reference, plan.total_steps
        self.schedulers = [c.scheduler.bind(plan.intervals(c.scheduler.interval), c.optimizer.lr) for c in configs]
        self.changes_by_step = any(scheduler.interval == "step" for scheduler in self.schedulers)
        self.epochs, self.outdated = 0, True

    def next(self, step: int) -> Rates | None:
        """The rates of the update after `step` updates; None where they are those of the update before."""
        if self.outdated or (self.changes_by_step and step - self.first >= len(self.rates)):
            self.look_ahead(step)
        elif not self.changes_by_step:
            return None
        now = step - self.first if self.changes_by_step else 0
        return self.rates[now], self.momenta[now], (self.rates_on_device[now], self.momenta_on_device[now])

    def look_ahead(self, step: int) -> None:
        """Work out the rates of many steps at once: of all until a schedule that counts epochs moves on."""
        ahead = max(1, min(AHEAD, self.total_steps - step)) if self.changes_by_step else 1
        self.first, self.outdated = step, False
        known: dict[str, tuple[Any, Any]] = {}
        columns = []
        for scheduler, optimizer in zip(self.schedulers, self.optimizers, strict=True):
            times = range(step, step + ahead) if scheduler.interval == "step" else [self.epochs]
            key = f"{scheduler} {scheduler.state()} {optimizer}"
            if key not in known:
                own = optimizer.scheduled_momentum or 0.0
                momenta = [scheduler.momentum(t) for t in times]
                known[key] = (
                    [scheduler.lr(t, optimizer.lr) for t in times],
                    [own if value is None else value for value in momenta],
                )
            columns.append(known[key])
        # (steps, networks) each; a schedule that counts epochs gives the same at every step
        self.rates, self.momenta = (
            np.stack([np.broadcast_to(column[kind], ahead) for column in columns], axis=1) for kind in (0, 1)
        )
        self.rates_on_device = like(self.rates[..., None], self.reference)
        self.momenta_on_device = like(self.momenta[..., None], self.reference)

    def end_epoch(self) -> None:
        """Let schedules that count epochs move on."""
        self.epochs += 1
        self.outdated = True

    def observe(self, loss: NDArray[Any], score: NDArray[Any]) -> None:
        """Show schedules the validation results of an evaluation, (networks,) each."""
        for member, scheduler in enumerate(self.schedulers):
            scheduler.observe(float(loss[member]), float(score[member]))
        self.outdated = True
