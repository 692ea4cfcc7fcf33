"""The configs `GROUP/schema/NAME`: the dataclass of each choice, which its file in `conf/` begins with.

In Hydra's ConfigStore, each would be made a config whenever a command starts, and a run has four of the thirty.
"""

from __future__ import annotations

import builtins

from hydra.core.object_type import ObjectType
from hydra.plugins.config_source import ConfigLoadError, ConfigResult, ConfigSource
from omegaconf import OmegaConf

from twinprop.config.registry import GROUPS
from twinprop.config.schema import choice_class

FOLDER = "schema"


class SchemaSource(ConfigSource):
    """The groups of the registry, each with a group `schema`, whose configs are made when they are asked for."""

    @staticmethod
    def scheme() -> str:
        return "choices"

    def load_config(self, config_path: str) -> ConfigResult:
        if not self.is_config(config_path):
            raise ConfigLoadError(f"Config not found : {config_path}")
        group, _, name = config_path.split("/")
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
        return last == FOLDER and name in GROUPS.get(group, ())

    def list(self, config_path: str, results_filter: ObjectType | None) -> builtins.list[str]:
        group, _, folder = config_path.partition("/")
        if folder:
            return [] if results_filter == ObjectType.GROUP else sorted(GROUPS[group])
        groups = [FOLDER] if group else sorted(GROUPS)
        return [] if results_filter == ObjectType.CONFIG else groups
