"""torch.optim.lr_scheduler from a schedule's keys; lengths that were left out are already filled in."""

from __future__ import annotations

from typing import Any

from torch.optim import Optimizer
from torch.optim import lr_scheduler as torch_schedulers
from torch.optim.lr_scheduler import LRScheduler

from twinprop.scratch import schedulers as keys


def constant(optimizer: Optimizer, c: keys.Constant) -> LRScheduler:
    return torch_schedulers.ConstantLR(optimizer, factor=1.0)


def step(optimizer: Optimizer, c: keys.StepLR) -> LRScheduler:
    assert c.step_size is not None
    return torch_schedulers.StepLR(optimizer, c.step_size, c.gamma)


def multistep(optimizer: Optimizer, c: keys.MultiStepLR) -> LRScheduler:
    assert c.milestones is not None
    return torch_schedulers.MultiStepLR(optimizer, c.milestones, c.gamma)


def exponential(optimizer: Optimizer, c: keys.ExponentialLR) -> LRScheduler:
    assert c.gamma is not None
    return torch_schedulers.ExponentialLR(optimizer, c.gamma)


def cosine(optimizer: Optimizer, c: keys.CosineAnnealingLR) -> LRScheduler:
    assert c.T_max is not None
    return torch_schedulers.CosineAnnealingLR(optimizer, c.T_max, c.eta_min)


def one_cycle(optimizer: Optimizer, c: keys.OneCycleLR) -> LRScheduler:
    assert c.max_lr is not None
    return torch_schedulers.OneCycleLR(
        optimizer,
        max_lr=c.max_lr,
        total_steps=c.total_steps,
        pct_start=c.pct_start,
        anneal_strategy=c.anneal_strategy,  # type: ignore[arg-type]
        cycle_momentum=c.cycle_momentum,
        base_momentum=c.base_momentum,
        max_momentum=c.max_momentum,
        div_factor=c.div_factor,
        final_div_factor=c.final_div_factor,
        three_phase=c.three_phase,
    )


def plateau(optimizer: Optimizer, c: keys.ReduceLROnPlateau) -> Any:
    return torch_schedulers.ReduceLROnPlateau(
        optimizer,
        mode=c.mode,  # type: ignore[arg-type]
        factor=c.factor,
        patience=c.patience,
        threshold=c.threshold,
        threshold_mode=c.threshold_mode,  # type: ignore[arg-type]
        cooldown=c.cooldown,
        min_lr=c.min_lr,
        eps=c.eps,
    )


def warmup_cosine(optimizer: Optimizer, c: keys.WarmupCosine) -> LRScheduler:
    assert c.T_max is not None
    parts: list[LRScheduler] = [
        torch_schedulers.LinearLR(optimizer, c.start_factor, 1.0, c.total_iters),
        torch_schedulers.CosineAnnealingLR(optimizer, c.T_max, c.eta_min),
    ]
    return torch_schedulers.SequentialLR(optimizer, parts, milestones=[c.total_iters])
