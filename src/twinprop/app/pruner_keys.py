"""The keys of `hydra/sweeper/pruner`: Optuna's pruners that stop a network by what it has reached, in its words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

GROUP = "hydra/sweeper/pruner"


@dataclass
class Median:
    """Drops a trial that is worse than the median of those that ended, at the same epoch."""

    _target_: str = "optuna.pruners.MedianPruner"
    n_startup_trials: int = 5
    n_warmup_steps: int = 0
    interval_steps: int = 1
    n_min_trials: int = 1


@dataclass
class Percentile(Median):
    """Drops a trial that is not among the best `percentile` per cent of those that ended, at the same epoch."""

    _target_: str = "optuna.pruners.PercentilePruner"
    percentile: float = 25.0


@dataclass
class SuccessiveHalving:
    """Optuna's form of ASHA: trials that train together are compared one after the other."""

    _target_: str = "optuna.pruners.SuccessiveHalvingPruner"
    min_resource: Any = "auto"
    reduction_factor: int = 4
    min_early_stopping_rate: int = 0
    bootstrap_count: int = 0


@dataclass
class Hyperband:
    """Several brackets of successive halving."""

    _target_: str = "optuna.pruners.HyperbandPruner"
    min_resource: int = 1
    max_resource: Any = "auto"
    reduction_factor: int = 3
    bootstrap_count: int = 0


@dataclass
class Threshold:
    """Drops a trial whose result is below or above a bound."""

    _target_: str = "optuna.pruners.ThresholdPruner"
    lower: float | None = None
    upper: float | None = None
    n_warmup_steps: int = 0
    interval_steps: int = 1


PRUNERS: dict[str, Callable[[], Any]] = {
    "median": Median,
    "percentile": Percentile,
    "successive_halving": SuccessiveHalving,
    "hyperband": Hyperband,
    "threshold": Threshold,
}
