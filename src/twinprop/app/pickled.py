"""Configurations of Hydra bring the user's plugins along into other processes, as `schema.Config` does.

Hydra's launchers for joblib, SLURM and Ray pickle a configuration, which names the classes of its choices by their
modules. Those of a plugin nobody can import there, unless it was run first.
"""

from __future__ import annotations

import copyreg
from collections.abc import Callable
from typing import Any

from omegaconf import DictConfig

from twinprop.config.plugins import Plugin, loaded


def register() -> None:
    """Have it so for whatever pickles in this process."""
    copyreg.pickle(DictConfig, with_plugins)


def with_plugins(config: DictConfig) -> tuple[Any, ...]:
    """What to pickle of a configuration: the plugins of this process, and then what is pickled of any object."""
    whole: Any = config.__reduce_ex__(4)
    make, arguments, *state = whole
    return (made, (loaded(), make, arguments), *state)


def made(plugins: tuple[Plugin, ...], make: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """An empty configuration, where plugins are known by now."""
    return make(*arguments)
