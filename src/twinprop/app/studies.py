"""The config group `sweeps`: the study `+sweeps=NAME` is the file `sweeps/NAME.yaml`, in a folder beside `conf/`.

A group is a folder within a folder of Hydra's search path. Around `sweeps/` that is the whole checkout, each folder of
which would be a group. So the search path has a source of its own, which knows this group and no other.
"""

from __future__ import annotations

import builtins
import re
from itertools import takewhile
from pathlib import Path, PurePosixPath

from hydra.core.object_type import ObjectType
from hydra.plugins.config_source import ConfigLoadError, ConfigResult, ConfigSource
from omegaconf import OmegaConf

GROUP = "sweeps"


class StudySource(ConfigSource):
    """The files of a folder as the group `sweeps`, and folders within it as groups below."""

    @staticmethod
    def scheme() -> str:
        return "studies"

    def path_of(self, config_path: str) -> Path | None:
        """The file or folder of a path such as `sweeps/depth`; None for what is not of this group."""
        group, *parts = PurePosixPath(config_path).parts or ("",)
        return Path(self.path, *parts) if group == GROUP and ".." not in parts else None

    def load_config(self, config_path: str) -> ConfigResult:
        path = self.path_of(with_suffix(config_path))
        if path is None or not path.is_file():
            raise ConfigLoadError(f"Config not found : {config_path}")
        header = {"package": package_of(path.read_text(encoding="utf-8"))}
        return ConfigResult(self.provider, self.full_path(), OmegaConf.load(path), header)

    def available(self) -> bool:
        return Path(self.path).is_dir()

    def is_group(self, config_path: str) -> bool:
        path = self.path_of(config_path)
        return not config_path.strip("/") or (path is not None and path.is_dir())

    def is_config(self, config_path: str) -> bool:
        path = self.path_of(with_suffix(config_path))
        return path is not None and path.is_file()

    def list(self, config_path: str, results_filter: ObjectType | None) -> builtins.list[str]:
        path, found = self.path_of(config_path), []
        if path is None:
            return [GROUP] if results_filter != ObjectType.CONFIG else []
        for each in path.iterdir():
            if each.is_dir() and results_filter != ObjectType.CONFIG:
                found.append(each.name)
            if each.suffix == ".yaml" and results_filter != ObjectType.GROUP:
                found.append(each.stem)
        return sorted(found)


def with_suffix(config_path: str) -> str:
    """A config's path with the suffix of its file."""
    return config_path if config_path.endswith(".yaml") else f"{config_path}.yaml"


def package_of(text: str) -> str | None:
    """The package that a `# @package NAME` among the first comments of a file puts it into."""
    lines = (line.strip() for line in text.splitlines())
    header = takewhile(lambda line: not line or line.startswith("#"), lines)
    found = (re.fullmatch(r"#\s*@package\s+(\S+)", line) for line in header)
    return next((match[1] for match in found if match), None)
