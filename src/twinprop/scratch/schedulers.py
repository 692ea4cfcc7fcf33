"""Schedules: the learning rate as a function of the time t, counted in epochs or in steps.

Names and meaning are those of torch.optim.lr_scheduler, written as closed forms where PyTorch
multiplies its way along. `interval` says what t counts. What is left out follows
from the length of the training (`T_max`, `total_steps`, `step_size`, `milestones`, the `gamma` of an
exponential); `bind` fills it in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil, cos, inf, pi
from typing import Any

from twinprop.errors import ConfigError
from twinprop.fields import choice, number


@dataclass
class Scheduler:
    """The keys that all schedules share."""

    name: str
    interval: str = choice("epoch", ("epoch", "step"))

    def bind(self, total: int, base_lr: float) -> Any:
        """This schedule for a training of `total` intervals that starts from the rate `base_lr`."""
        return self

    def lr(self, t: int, base_lr: float) -> float:
        """The learning rate in interval t = 0, 1, ..."""
        raise NotImplementedError

    def momentum(self, t: int) -> float | None:
        """The momentum in interval t, where the schedule moves it."""
        return None

    def moves_momentum(self) -> bool:
        return False

    def observe(self, loss: float, score: float) -> None:
        """See the validation results of an evaluation."""

    def state(self) -> dict[str, float]:
        """What the schedule remembers, for a checkpoint."""
        return {}

    def load_state(self, state: dict[str, float]) -> None:
        """Take back what `state` handed out."""

    def problems(self) -> Iterator[str]:
        """Mistakes that concern several keys of the schedule."""
        yield from ()


@dataclass
class Constant(Scheduler):
    """The same rate throughout."""

    name: str = "constant"

    def lr(self, t: int, base_lr: float) -> float:
        return base_lr


@dataclass
class StepLR(Scheduler):
    """The rate times gamma after every `step_size` intervals, or after each third of the training."""

    name: str = "step"
    step_size: int | None = number(None, ge=1)
    gamma: float = number(0.1, gt=0)

    def bind(self, total: int, base_lr: float) -> StepLR:
        return self if self.step_size is not None else replace(self, step_size=ceil(total / 3))

    def lr(self, t: int, base_lr: float) -> float:
        assert self.step_size is not None
        return base_lr * self.gamma ** (t // self.step_size)


@dataclass
class MultiStepLR(Scheduler):
    """The rate times gamma at each of the milestones, or after one and after two thirds of the training."""

    name: str = "multistep"
    milestones: list[int] | None = number(None, ge=1)
    gamma: float = number(0.1, gt=0)

    def bind(self, total: int, base_lr: float) -> MultiStepLR:
        return self if self.milestones is not None else replace(self, milestones=[ceil(total / 3), ceil(2 * total / 3)])

    def lr(self, t: int, base_lr: float) -> float:
        assert self.milestones is not None
        return base_lr * self.gamma ** sum(milestone <= t for milestone in self.milestones)


@dataclass
class ExponentialLR(Scheduler):
    """The rate times gamma after every interval; without a gamma, the training ends at a hundredth of its rate."""

    name: str = "exponential"
    gamma: float | None = number(None, gt=0)

    def bind(self, total: int, base_lr: float) -> ExponentialLR:
        return self if self.gamma is not None else replace(self, gamma=float(0.01 ** (1 / total)))

    def lr(self, t: int, base_lr: float) -> float:
        assert self.gamma is not None
        return base_lr * self.gamma**t


def anneal(start: float, end: float, fraction: float, strategy: str = "cos") -> float:
    """From `start` to `end`, along half a cosine or along a line."""
    weight = (1 - cos(pi * fraction)) / 2 if strategy == "cos" else fraction
    return start + (end - start) * weight


@dataclass
class CosineAnnealingLR(Scheduler):
    """Half a cosine from the rate down to eta_min in T_max intervals  (Loshchilov & Hutter 2017)."""

    name: str = "cosine"
    T_max: int | None = number(None, ge=1)
    eta_min: float = number(0.0, ge=0)

    def bind(self, total: int, base_lr: float) -> CosineAnnealingLR:
        return self if self.T_max is not None else replace(self, T_max=total)

    def lr(self, t: int, base_lr: float) -> float:
        assert self.T_max is not None
        return anneal(base_lr, self.eta_min, t / self.T_max)


@dataclass
class OneCycleLR(Scheduler):
    """Up to max_lr and down again, momentum the other way  (Smith & Topin 2018). Its t counts steps."""

    name: str = "one_cycle"
    interval: str = choice("step", ("epoch", "step"))
    max_lr: float | None = number(None, gt=0)
    total_steps: int | None = number(None, ge=1)
    pct_start: float = number(0.3, ge=0, le=1)
    anneal_strategy: str = choice("cos", ("cos", "linear"))
    cycle_momentum: bool = True
    base_momentum: float = number(0.85, ge=0, lt=1)
    max_momentum: float = number(0.95, ge=0, lt=1)
    div_factor: float = number(25.0, gt=0)
    final_div_factor: float = number(1e4, gt=0)
    three_phase: bool = False

    def bind(self, total: int, base_lr: float) -> OneCycleLR:
        if self.total_steps is not None and self.total_steps < total:
            raise ConfigError(
                [f"scheduler.total_steps={self.total_steps}: the training has {total}; use at least that, or null."]
            )
        bound = replace(self, total_steps=self.total_steps or total, max_lr=self.max_lr or base_lr)
        lasts = [0, *(last for last, _, _ in bound.phases())]
        # PyTorch would divide by the length of each phase, and stop with a ZeroDivisionError
        if any(first == last for first, last in pairwise(lasts)):
            raise ConfigError(
                [
                    f"scheduler.pct_start={self.pct_start}: of {bound.total_steps} intervals it leaves a phase without "
                    "any length; use a slightly smaller fraction."
                ]
            )
        return bound

    def moves_momentum(self) -> bool:
        return self.cycle_momentum

    def phases(self) -> list[tuple[float, int, int]]:
        """(last t, from, to) of each phase; from and to are 0 low, 1 high, 2 lowest."""
        assert self.total_steps is not None
        end, rise = self.total_steps - 1, self.pct_start * self.total_steps
        if self.three_phase:
            return [(rise - 1, 0, 1), (2 * rise - 2, 1, 0), (end, 0, 2)]
        return [(rise - 1, 0, 1), (end, 1, 2)]

    def value(self, t: int, levels: tuple[float, float, float]) -> float:
        """The level at time t, given the low, the high and the lowest level."""
        start = 0.0
        for last, low, high in self.phases():
            if t <= last or last == self.phases()[-1][0]:
                return anneal(levels[low], levels[high], (t - start) / (last - start), self.anneal_strategy)
            start = last
        raise AssertionError("the last phase has no end")

    def lr(self, t: int, base_lr: float) -> float:
        assert self.max_lr is not None
        low = self.max_lr / self.div_factor
        return self.value(t, (low, self.max_lr, low / self.final_div_factor))

    def momentum(self, t: int) -> float | None:
        levels = self.max_momentum, self.base_momentum, self.max_momentum
        return self.value(t, levels) if self.cycle_momentum else None

    def problems(self) -> Iterator[str]:
        if self.base_momentum > self.max_momentum:
            yield (
                f"scheduler.base_momentum={self.base_momentum}: must be at most "
                f"scheduler.max_momentum={self.max_momentum}."
            )


@dataclass
class ReduceLROnPlateau(Scheduler):
    """The rate times `factor` when the validation result has not improved for `patience` evaluations.

    `mode=min` watches the loss, `mode=max` the accuracy (of numbers, R²). Its t counts evaluations.
    """

    name: str = "plateau"
    mode: str = choice("min", ("min", "max"))
    factor: float = number(0.1, gt=0, lt=1)
    patience: int = number(10, ge=0)
    threshold: float = number(1e-4, ge=0)
    threshold_mode: str = choice("rel", ("rel", "abs"))
    cooldown: int = number(0, ge=0)
    min_lr: float = number(0.0, ge=0)
    eps: float = number(1e-8, ge=0)

    def __post_init__(self) -> None:
        # set here and not as fields, for what a schedule remembers is no key of the configuration
        self.current, self.best = 0.0, inf if self.mode == "min" else -inf
        self.bad = self.cooling = 0

    def bind(self, total: int, base_lr: float) -> ReduceLROnPlateau:
        fresh = replace(self)
        fresh.current = base_lr
        return fresh

    def lr(self, t: int, base_lr: float) -> float:
        return self.current

    def improves(self, value: float) -> bool:
        """Whether a value is better than the best by more than the threshold."""
        sign = 1 if self.mode == "max" else -1
        if self.threshold_mode == "rel":
            return sign * value > sign * self.best * (1 + sign * self.threshold)
        return sign * value > sign * self.best + self.threshold

    def observe(self, loss: float, score: float) -> None:
        value = loss if self.mode == "min" else score
        if self.improves(value):
            self.best, self.bad = value, 0
        else:
            self.bad += 1
        if self.cooling > 0:
            self.cooling, self.bad = self.cooling - 1, 0
        if self.bad > self.patience:
            lower = max(self.current * self.factor, self.min_lr)
            if self.current - lower > self.eps:
                self.current = lower
            self.cooling, self.bad = self.cooldown, 0

    def state(self) -> dict[str, float]:
        return {"current": self.current, "best": self.best, "bad": self.bad, "cooling": self.cooling}

    def load_state(self, state: dict[str, float]) -> None:
        self.current, self.best = state["current"], state["best"]
        self.bad, self.cooling = int(state["bad"]), int(state["cooling"])


@dataclass
class WarmupCosine(Scheduler):
    """A line from start_factor · lr up to lr in total_iters intervals, then a cosine down to eta_min.

    PyTorch's SequentialLR of LinearLR and CosineAnnealingLR.
    """

    name: str = "warmup_cosine"
    start_factor: float = number(1 / 3, gt=0, le=1)
    total_iters: int = number(5, ge=1)
    T_max: int | None = number(None, ge=1)
    eta_min: float = number(0.0, ge=0)

    def bind(self, total: int, base_lr: float) -> WarmupCosine:
        return self if self.T_max is not None else replace(self, T_max=max(total - self.total_iters, 1))

    def lr(self, t: int, base_lr: float) -> float:
        assert self.T_max is not None
        if t < self.total_iters:
            return base_lr * anneal(self.start_factor, 1.0, t / self.total_iters, "linear")
        return anneal(base_lr, self.eta_min, (t - self.total_iters) / self.T_max)
