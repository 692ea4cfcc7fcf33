"""Find every mistake among the overrides of a command line, after Hydra has stopped at the first.

Hydra reports one mistake and suggests nothing. So, once it has failed, each override is tried by
itself on the configuration that the other, sound ones give.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from twinprop.config import schema
from twinprop.config.fields import nearest
from twinprop.errors import ConfigError

HYDRA_ERRORS = (HydraException, OmegaConfBaseException)
BASE_GROUPS = (*schema.GROUPS, "experiment")


def options(conf: Path, group: str) -> list[str]:
    """The choices of a group."""
    return sorted(path.stem for path in (conf / group).glob("*.yaml"))


def diagnose(overrides: list[str], conf: Path) -> list[str]:
    """Every mistake that can be found in `overrides`; none where the mistake is elsewhere."""
    parsed, found = parse(overrides)
    GlobalHydra.instance().clear()
    with initialize_config_dir(str(conf)):
        groups, values = [], []
        for override in parsed:
            key = override.key_or_group
            if key.startswith("hydra"):
                continue
            choices = options(conf, key) if (conf / key).is_dir() else []
            if not choices:
                values.append(override)
            elif text(override) in choices or text(override) in ("null", "None") or override.is_sweep_override():
                groups.append(override)
            else:
                found.append(f"{spell(override)}: must be one of {', '.join(choices)}.{nearest(text(override), choices)}")
        chosen = [spell(override) for override in groups if not override.is_sweep_override()]
        try:
            base = compose("config", chosen)
        except HYDRA_ERRORS as error:
            return [*found, first_line(error)]
        keys = schema.flatten(OmegaConf.to_container(base))
        sound = []
        for override in values:
            problem = value_problem(override, keys, chosen, conf)
            if problem is None:
                sound.append(override)
            else:
                found.append(problem)
        fixed = [spell(override) for override in sound if not override.is_sweep_override()]
        return [*found, *check_values(chosen + fixed)]


def parse(overrides: list[str]) -> tuple[list[Override], list[str]]:
    """The overrides that follow Hydra's grammar, and what is wrong with the others."""
    parser, parsed, found = OverridesParser.create(), [], []
    for override in overrides:
        try:
            parsed += parser.parse_overrides([override])
        except HYDRA_ERRORS as error:
            found.append(f"{override}: {first_line(error)} Quote values that hold commas or brackets: 'key=[1,2]'.")
    return parsed, found


def spell(override: Override) -> str:
    return override.input_line or override.key_or_group


def text(override: Override) -> str:
    return "" if override.is_sweep_override() else str(override.value())


def value_problem(override: Override, keys: dict[str, Any], chosen: list[str], conf: Path) -> str | None:
    """What is wrong with one override of a value, tried alone."""
    key = override.key_or_group
    if override.is_sweep_override():
        samples = [f"{key}={value}" for value in override.sweep_string_iterator()] if override.is_discrete_sweep() else []
    else:
        samples = [spell(override)]
    for sample in samples:
        try:
            compose("config", [*chosen, sample])
        except HYDRA_ERRORS as error:
            if key not in keys and not override.is_add():
                return f"{sample}: there is no such key.{owners(key, conf)}{nearest(key, keys) or nearest_leaf(key, keys)}"
            return f"{sample}: {first_line(error)}"
    return None


def owners(key: str, conf: Path) -> str:
    """Which other choices of its group have a key: optimizer.momentum belongs to sgd and rmsprop."""
    group, _, leaf = key.partition(".")
    if group not in schema.GROUPS:
        return ""
    having = [
        name
        for name in schema.GROUPS[group]
        if leaf in {key for key in schema.flatten(schema.choice_class(group, name)())}
    ]
    return f" It belongs to {' and '.join(f'{group}={name}' for name in having)}." if having else ""


def nearest_leaf(key: str, keys: dict[str, Any]) -> str:
    """A key whose last part is what was typed: lr is optimizer.lr."""
    leaf = key.rpartition(".")[2]
    having = [full for full in keys if full.rpartition(".")[2] == leaf]
    return f" Did you mean '{having[0]}'?" if having else ""


def first_line(error: Exception) -> str:
    """What an error of Hydra or OmegaConf says, in one sentence."""
    cause = error.__cause__ if isinstance(error.__cause__, OmegaConfBaseException) else error
    line = str(cause).splitlines()[0].strip()
    return line if line.endswith(".") else f"{line}."


def check_values(overrides: list[str]) -> list[str]:
    """Values out of range, in the configuration that the sound overrides give."""
    try:
        config = OmegaConf.to_object(compose("config", overrides))
        assert isinstance(config, schema.Config)
        schema.check(config)
    except ConfigError as error:
        return error.problems
    except HYDRA_ERRORS as error:
        return [first_line(error)]
    return []
