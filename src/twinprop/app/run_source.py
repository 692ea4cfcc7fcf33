"""The config group `from`: `from=RUN` trains as the run in a directory was, and what is typed beside it comes on top.

As an experiment does, it selects a choice in each group and sets keys; those of a choice that is replaced are left out.
"""

from __future__ import annotations

import builtins
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from contextvars import ContextVar
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from hydra.core.object_type import ObjectType
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.plugins.config_source import ConfigLoadError, ConfigResult, ConfigSource
from omegaconf import OmegaConf

from twinprop.config.registry import GROUPS
from twinprop.errors import ConfigError, TwinpropError

FROM, CHOICE = "from", "from_choice"
"""`from/PATH` is a run, and `from_choice/PATH/GROUP/NAME` are the keys of what it has in a group, the path quoted."""

PLACE, MOST = Path("outputs"), 200
"""Where runs are looked for when a shell asks what there is, and how many are told."""

KEPT: ContextVar[Mapping[str, dict[str, Any]] | None] = ContextVar("kept", default=None)
"""The keys of runs by their paths, as a sweep noted them when it began: that goes on without the runs."""

LEFT_OUT = ("label",)
"""Keys of a run that are not those of its repetition."""


class RunSource(ConfigSource):
    """Runs as configurations, whatever directory they are in."""

    @staticmethod
    def scheme() -> str:
        return "runs"

    def load_config(self, config_path: str) -> ConfigResult:
        """Raises:
        ConfigError: it is no run.
        """
        group, _, rest = config_path.partition("/")
        if not self.is_config(config_path):
            raise ConfigLoadError(f"Config not found : {config_path}")
        if group == FROM:
            node, package = whole(rest), "_global_"
        else:
            path, part, _ = rest.split("/")
            node, package = values_of(unquote(path))[part], None
        return ConfigResult(self.provider, self.full_path(), OmegaConf.create(node), {"package": package})

    def available(self) -> bool:
        return True

    def is_group(self, config_path: str) -> bool:
        return config_path.partition("/")[0] in ("", FROM, CHOICE)

    def is_config(self, config_path: str) -> bool:
        group, _, rest = config_path.partition("/")
        if group == CHOICE:
            path, part, name = rest.split("/")
            return bool(values_of(unquote(path))[part]["name"] == name)
        return group == FROM and os.path.isabs(rest)  # where nothing is selected, Hydra asks for `from/None`

    def list(self, config_path: str, results_filter: ObjectType | None) -> builtins.list[str]:
        if not config_path:
            return [] if results_filter == ObjectType.CONFIG else [FROM]
        return [] if config_path != FROM or results_filter == ObjectType.GROUP else offered()


def offered() -> builtins.list[str]:
    """Runs that are where runs usually are, for who asks."""
    from twinprop.run.found import find

    return [str(found.path) for found in islice(find(PLACE), MOST)] if PLACE.is_dir() else []


def whole(path: str) -> dict[str, Any]:
    """A run as a configuration of Hydra's."""
    values, place = values_of(path), f"/{CHOICE}/{quote(path, safe='')}"
    groups = {group: values.pop(group) for group in GROUPS}
    defaults = [{f"optional {place}/{group}@{group}": f"${{{group}}}"} for group in groups]
    defaults += [{f"override /{group}": keys["name"]} for group, keys in groups.items()]
    return {"defaults": defaults, **{key: value for key, value in values.items() if key not in LEFT_OUT}}


def run_problem(value: Any) -> str | None:
    """What is wrong with a value of `from`; None where nothing is."""
    try:
        values_of(str(value))
    except ConfigError as error:
        return error.problems[0]
    return None


def values_of(path: str) -> dict[str, Any]:
    """The keys of a run, in their groups.

    Raises:
        ConfigError: it is no run.
    """
    kept = (KEPT.get() or {}).get(path)
    if kept is not None:
        return dict(kept)
    try:
        written = Path(path, ".hydra", "config.yaml")
        return dict(read(path, written.stat().st_mtime_ns if written.is_file() else 0))
    except TwinpropError as error:
        raise ConfigError([f"{FROM}={error}"]) from error


def runs_in(words: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The keys of the runs that the words of a sweep repeat, by their paths."""
    found: dict[str, dict[str, Any]] = {}
    for override in OverridesParser.create().parse_overrides([w for w in words if w.startswith(f"{FROM}=")]):
        several = override.sweep_iterator() if override.is_sweep_override() else [override.value()]
        for value in several:
            path = str(getattr(value, "text", value))  # what needs quotes stands in an object of Hydra's
            with suppress(ConfigError):  # the jobs of what is no run are refused
                found[path] = values_of(path)
    return found


@cache
def read(path: str, changed: int) -> dict[str, Any]:
    """The keys of a run, read once for each time at which they were changed: Hydra asks several times."""
    from twinprop.run.saved import configuration_in

    return configuration_in(Path(path))
