"""Stacks as tasks of Ray."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twinprop.errors import TwinpropError
from twinprop.population.engine import Engine, RemoteJob
from twinprop.population.remote import train_job
from twinprop.text import nearest


@dataclass
class RayJob:
    task: Any

    def exit_reason(self) -> str:
        import ray

        if not ray.wait([self.task], timeout=0)[0]:
            return ""
        try:
            ray.get(self.task)
        except Exception as error:
            cause = getattr(error, "cause", None) or error
            return f"its task ended ({type(cause).__name__}: {str(cause).strip().partition(chr(10))[0]})"
        return "its task ended without a word"

    def cancel(self) -> None:
        import ray

        ray.cancel(self.task)


class Ray(Engine):
    """Tasks of a Ray cluster, or of one that is started on this machine.

    Args:
        settings: `init`, arguments of `ray.init`, and `remote`, those of `ray.remote`; either may lack.
        workers: how many stacks train at once; None is as many as the cluster has cores for.

    Raises:
        TwinpropError: a setting is wrong, or Ray cannot be started or reached.
        ModuleNotFoundError: it is not installed.
    """

    name = "ray"

    def __init__(self, settings: dict[str, Any], workers: int | None) -> None:
        import ray

        refuse_unknown("hydra.launcher.ray", settings, ["init", "remote"])
        init, self.options = settings.get("init") or {}, settings.get("remote") or {}
        refuse_unknown("hydra.launcher.ray.init", init, inspect.signature(ray.init).parameters)
        try:
            self.remote = ray.remote(**{"num_cpus": 1, **self.options})(train_job)
        except (ValueError, TypeError) as error:
            raise TwinpropError(f"hydra.launcher.ray.remote: {error}") from error
        try:
            if not ray.is_initialized():
                ray.init(**init)
        except Exception as error:
            why = str(error).partition("\n")[0].rstrip(".")
            raise TwinpropError(f"hydra.launcher.ray.init: Ray cannot be started or reached ({why}).") from error
        self.cpus, self.gpus = self.options.get("num_cpus"), bool(self.options.get("num_gpus"))
        self.at_once = workers or max(1, int(ray.cluster_resources().get("CPU", 1) // (self.cpus or 1)))

    def submit(self, calls: Sequence[tuple[Any, ...]], directory: Path) -> Sequence[RemoteJob]:
        # tried again by Ray, a task would find its members' directories taken
        return [
            RayJob(self.remote.options(num_cpus=self.cpus or call[0].threads, max_retries=0).remote(*call))
            for call in calls
        ]


def refuse_unknown(prefix: str, settings: dict[str, Any], known: Any) -> None:
    """Refuse settings that Ray does not know."""
    for key in settings:
        if key not in known:
            raise TwinpropError(f"{prefix}.{key}: there is no such key.{nearest(key, known)} See docs/sweeps.md.")
