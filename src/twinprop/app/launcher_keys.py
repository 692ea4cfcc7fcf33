"""The keys of `hydra/launcher=population` and of `hydra/sweeper=grid`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from omegaconf import DictConfig, OmegaConf

from twinprop.app.dropping import KEEP


@dataclass
class HalvingConf:
    """Keys of `hydra.launcher.halving`.

    Attributes:
        every: epochs to the first rung; None drops nothing.
        keep: the share of the networks at a rung that goes on.
    """

    every: Any = None
    keep: Any = KEEP


@dataclass
class PopulationConf:
    """Keys of `hydra.launcher`.

    Attributes:
        max_members: networks in a stack, at most; `auto` leaves it to the machine.
        workers: processes that train on the CPU; `auto` is one for each core. With an engine, stacks at once.
        engine: where stacks train: `local`, `submitit` or `ray`.
        halving: at which rungs the worst networks are dropped.
        report: whether a sweep ends by writing its report.
        submitit: keys of Hydra's submitit plugin, and `cluster`.
        ray: `init` and `remote`, as in Hydra's Ray plugin.
    """

    _target_: str = "twinprop.app.launcher.PopulationLauncher"
    max_members: Any = "auto"
    workers: Any = "auto"
    engine: str = "local"
    halving: HalvingConf = field(default_factory=HalvingConf)
    report: bool = "${oc.env:TWINPROP_REPORT,true}"  # type: ignore[assignment]  # which OmegaConf turns into one
    submitit: Any = field(default_factory=dict)
    ray: Any = field(default_factory=dict)


@dataclass
class GridConf:
    """Keys of `hydra.sweeper`, which are those of Hydra's own."""

    _target_: str = "twinprop.app.sweeper.GridSweeper"
    max_batch_size: int | None = None
    params: dict[str, str] | None = None


def population_node() -> DictConfig:
    """`PopulationConf` for Hydra; the keys of an engine are known when it is chosen, so until then any may be given."""
    node: DictConfig = OmegaConf.structured(PopulationConf)
    for engine in (node.submitit, node.ray):
        OmegaConf.set_struct(engine, False)
    return node
