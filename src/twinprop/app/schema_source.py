"""The configs `GROUP/schema/NAME`: the dataclass of each choice, which its file in `conf/` begins with.

What a user registers has no such file, and is the config `GROUP/NAME` itself.

In Hydra's ConfigStore, each would be made a config whenever a command starts, and a run has four of the thirty.
"""

from __future__ import annotations

import builtins
from typing import Any

from hydra.core.global_hydra import GlobalHydra
from hydra.core.object_type import ObjectType
from hydra.plugins.config_source import ConfigLoadError, ConfigResult, ConfigSource
from omegaconf import DictConfig, OmegaConf

from twinprop.config.extend import KINDS, ORIGINS
from twinprop.config.registry import GROUPS
from twinprop.config.schema import choice_class
from twinprop.errors import ConfigError
from twinprop.text import nearest

FOLDER = "schema"


def users(group: str) -> builtins.list[str]:
    """The choices of a group that a user has registered: they have no file, so that their schema stands for it."""
    kind = next((kind for kind, each in KINDS.items() if each.key == group), "")
    return sorted(name for of, name in ORIGINS if of == kind and group in GROUPS)


def complete(config_path: str, config: Any) -> None:
    """Begin a file of the user's in a group, such as `data/mine.yaml`, with the schema of the choice that it names.

    Raises:
        ConfigError: it names none.
    """
    group, _, name = config_path.removesuffix(".yaml").rpartition("/")
    if group not in GROUPS or not isinstance(config, DictConfig) or "defaults" in config:
        return
    kind = config.get("name", name)
    if kind not in GROUPS[group]:
        expected = f"one of {', '.join(GROUPS[group])}, as name: NAME"
        raise ConfigError([f"{group}/{name}.yaml: its name must be {expected}.{nearest(str(kind), GROUPS[group])}"])
    # the file's own keys come after, with their package
    config["defaults"] = [f"{FOLDER}/{kind}@_here_", "_self_"]
    config["name"] = kind


def has_file(config_path: str) -> bool:
    """Whether a folder of the search path holds a config."""
    if not GlobalHydra.instance().is_initialized():
        return False
    sources = GlobalHydra.instance().config_loader().get_sources()
    return any(source.scheme() == "file" and source.is_config(config_path) for source in sources)


class SchemaSource(ConfigSource):
    """The groups of the registry, each with a group `schema`, whose configs are made when they are asked for."""

    @staticmethod
    def scheme() -> str:
        return "choices"

    def load_config(self, config_path: str) -> ConfigResult:
        if not self.is_config(config_path):
            raise ConfigLoadError(f"Config not found : {config_path}")
        group, name = config_path.split("/")[0], config_path.rpartition("/")[2]
        node = OmegaConf.structured(choice_class(group, name))
        return ConfigResult(self.provider, self.full_path(), node, {"package": None})

    def available(self) -> bool:
        return True

    def is_group(self, config_path: str) -> bool:
        group, _, folder = config_path.partition("/")
        return not group or (group in GROUPS and folder in ("", FOLDER))

    def is_config(self, config_path: str) -> bool:
        folder, _, name = config_path.rpartition("/")
        group, _, last = folder.partition("/")
        if last == FOLDER:
            return name in GROUPS.get(group, ())
        return name in users(folder) and not has_file(config_path)

    def list(self, config_path: str, results_filter: ObjectType | None) -> builtins.list[str]:
        group, _, folder = config_path.partition("/")
        if folder:
            return [] if results_filter == ObjectType.GROUP else sorted(GROUPS[group])
        groups = [FOLDER] if group else sorted(GROUPS)
        own = [] if results_filter == ObjectType.GROUP else users(group)
        return own if results_filter == ObjectType.CONFIG else sorted([*groups, *own])
