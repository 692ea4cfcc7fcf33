"""What a training begins with where it is not drawn: `init_from=RUN`, the weights of another run.

A parameter is taken where both networks have it, by its name, in the same shape. The others begin as they are drawn, as
those of an output layer with other classes, and are named.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from twinprop.config.schema import Config
from twinprop.errors import ConfigError, TwinpropError
from twinprop.run.model_file import COUNTS, MODEL
from twinprop.run.saved import load
from twinprop.run.setup import Setup
from twinprop.text import at_home, shortened
from twinprop.training.monitor import Monitor
from twinprop.training.plan import Plan

MOST_NAMED = 6
"""Parameters that are named one by one."""


def begin(monitor: Monitor, setup: Setup, config: Config, plan: Plan, tell: Callable[[str], None]) -> None:
    """Have a training begin with the weights that the configuration asks for.

    Args:
        monitor: of the network; gets the state that training goes on from.
        setup: what the network is trained with.
        config: its configuration.
        plan: how long it trains.
        tell: is told what of the other run was taken, and what not.

    Raises:
        ConfigError: the other run cannot be read, or nothing of it fits.
    """
    learner = setup.learner([config], plan)
    monitor.last = learner.state(0)
    if config.init_from is None:
        return
    own, given = (without_counts(each) for each in (learner.state_dict_of(monitor.last), weights(config.init_from)))
    taken = [name for name, value in own.items() if name in given and given[name].shape == value.shape]
    tell(told(config.init_from, own, given, taken))
    for name in taken:
        own[name][...] = given[name]


def start_problem(path: str) -> str | None:
    """What is wrong with a directory to begin from, without reading its weights; None where nothing is."""
    if Path(at_home(path), MODEL).is_file():
        return None
    return f"init_from={path}: holds no trained network ({MODEL}); expected a directory such as outputs/runs/…."


def weights(path: str) -> Mapping[str, NDArray[Any]]:
    """The parameters and running averages of the run in a directory, by their names.

    Raises:
        ConfigError: there is none, or it has no weights.
    """
    try:
        found: Mapping[str, NDArray[Any]] = load(path).saved["state_dict"]
    except TwinpropError as error:
        raise ConfigError([f"init_from={error}"]) from error
    return found


def without_counts(values: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Parameters and running averages, without how many batches those are of."""
    return {name: value for name, value in values.items() if not name.endswith(COUNTS)}


def told(path: str, own: Mapping[str, NDArray[Any]], given: Mapping[str, NDArray[Any]], taken: Collection[str]) -> str:
    """What of another run's weights was taken, and what does not fit.

    Raises:
        ConfigError: nothing was.
    """
    drawn = shortened([described(name, own[name], given.get(name)) for name in own if name not in taken], MOST_NAMED)
    left = shortened([described(name, given[name], None) for name in given if name not in own], MOST_NAMED)
    if not taken:
        raise ConfigError([f"init_from={path}: nothing of it fits; this network has {drawn}."])
    parts = [f"init_from={path}: {len(taken)} of {len(own)} parameters are those of this run"]
    parts += [f"drawn anew: {drawn}"] if drawn else []
    parts += [f"only there: {left}"] if left else []
    return "; ".join(parts)


def described(name: str, value: NDArray[Any], other: NDArray[Any] | None) -> str:
    """`output.weight (10, 50), there (2, 50)`"""
    return f"{name} {value.shape}{'' if other is None else f', there {other.shape}'}"
