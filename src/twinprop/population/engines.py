"""The engines by name; what an engine needs is imported when it is asked for."""

from __future__ import annotations

from typing import Any

from twinprop.errors import TwinpropError
from twinprop.population.engine import Engine
from twinprop.population.ray import Ray
from twinprop.population.submitit import Submitit
from twinprop.text import nearest

ENGINES = {"submitit": Submitit, "ray": Ray}


def engine_of(name: str, settings: dict[str, Any], workers: int | None) -> Engine | None:
    """The engine of this name; None is this machine.

    Args:
        name: `hydra.launcher.engine`.
        settings: what was given for an engine, by its name.
        workers: how many stacks may train at once; None is as many as the engine likes.

    Raises:
        TwinpropError: there is no such engine, it is not installed, or does not take the settings.
    """
    if name not in ("local", *ENGINES):
        among = ", ".join(("local", *ENGINES))
        raise TwinpropError(f"hydra.launcher.engine={name}: must be one of {among}.{nearest(name, ENGINES)}")
    for other in settings:
        if other != name:
            raise TwinpropError(f"hydra.launcher.{other}: is for hydra.launcher.engine={other}, which is {name}.")
    if name == "local":
        return None
    try:
        return ENGINES[name](settings.get(name, {}), workers)
    except ModuleNotFoundError as error:
        raise TwinpropError(
            f"hydra.launcher.engine={name}: {error.name} is not installed; pip install -e '.[{name}]' in the checkout."
        ) from error
