"""The functions that `conf/config.yaml` calls: names of directories, and commands in its help text."""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import cache
from typing import Any

from twinprop.config.extend import registered_by
from twinprop.config.plugins import loaded
from twinprop.run.names import LONGEST_OF_SWEEP, safe, short_name, unused

USAGE = {
    "python train.py": "train the default run",
    "python train.py model.activation=tanh seed=1": "change any key",
    "python train.py -m optimizer.lr=0.01,0.1": "train once for each value",
    "python train.py experiment=kece470_mlp": "train what was published",
    "python train.py -m +sweeps=activation": "a study: train once for each value that it names",
    "python train.py plugins=mine.py model.activation=cube": "classes of your own: docs/extending.md",
    "python -m twinprop report DIRECTORY": "tables of runs and sweeps, and a picture of each sweep",
    "python -m twinprop gradcheck": "check the hand-written gradients",
    "python -m twinprop --help": "all other commands",
    "tensorboard --logdir outputs": "look at the results",
}
"""What the help text of training shows first, as it is typed in a checkout."""


def run_name(overrides: Any, label: Any) -> str:
    return short_name(list(overrides or []), label)


def job_name(overrides: Any, params: Any = None) -> str:
    """What a job varies: the overrides of keys to which the sweep gives several values."""
    given = (*(f"{key}={value}" for key, value in (params or {}).items()), *sys.argv[1:])
    varied = varied_keys(given)
    return short_name([word for word in overrides or [] if word.partition("=")[0] in varied], None)


@cache
def varied_keys(words: tuple[str, ...]) -> frozenset[str]:
    """The keys that some words give several values; where a key is given twice, the last word counts."""
    from hydra.core.override_parser.overrides_parser import OverridesParser

    from twinprop.app.composer import HYDRA_ERRORS
    from twinprop.app.sweep_values import count_of

    several: dict[str, bool] = {}
    for word in words:
        with suppress(*HYDRA_ERRORS):  # an option, or its value
            (override,) = OverridesParser.create().parse_overrides([word])
            is_set = override.is_discrete_sweep()
            several[override.get_key_element()] = count_of(override) > 1 if is_set else override.is_sweep_override()
    return frozenset(key for key, varies in several.items() if varies)


def sweep_name(overrides: Any, label: Any, now: str) -> str:
    """The label, or the experiment and the studies of a sweep, with the time; the time alone where there is neither."""
    named = [
        word.partition("=")[2].strip("[]") for word in overrides or [] if word.startswith(("+sweeps=", "experiment="))
    ]
    named = [label] if label else named
    return "_".join(filter(None, [safe("_".join(named), LONGEST_OF_SWEEP), now]))  # whatever is cut, it is not the time


def usage() -> str:
    """What can be done, a line each, with the commands that the user types."""
    from twinprop.text import as_typed

    lines = {as_typed(line): purpose for line, purpose in USAGE.items()}
    width = max(map(len, lines))
    return "\n".join(f"  {line:{width}}  {purpose}" for line, purpose in lines.items())


def plugin_names() -> str:
    """What plugins have registered, for the help text."""
    lines = []
    for plugin in loaded():
        names = "; ".join(f"{kind} {' '.join(own)}" for kind, own in registered_by(plugin.module).items())
        lines.append(f"  {plugin.name}: {names}\n")
    return "".join(["\n", *lines])


def register() -> None:
    """Give Hydra the resolvers that `conf/config.yaml` uses."""
    from omegaconf import OmegaConf

    OmegaConf.register_resolver("usage", usage, replace=True)
    OmegaConf.register_resolver("run_name", run_name, replace=True)
    OmegaConf.register_resolver("job_name", job_name, replace=True)
    OmegaConf.register_resolver("sweep_name", sweep_name, replace=True)
    OmegaConf.register_resolver("plugin_names", plugin_names, replace=True)
    OmegaConf.register_resolver("unused", unused, use_cache=True, replace=True)
