"""Configurations as Hydra composes them, its files read once for each selection of options.

An override either selects an option of a config group, and so decides which keys there are, or gives a key a value.
Hydra reads every file again for each job of a sweep; here what a selection gives is composed once, by Hydra, and values
are set in copies of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from twinprop.app import hydra_internals
from twinprop.app.run_source import FROM

HYDRA_ERRORS = (HydraException, OmegaConfBaseException, YAMLError, ValueError)
"""What Hydra raises where it cannot compose."""

SEARCH_PATH = "hydra.searchpath"


class Composer:
    """Composes the configurations of jobs. Hydra must be initialised.

    Args:
        compose: composes a configuration from overrides, as Hydra does it.
        search_path: overrides of `hydra.searchpath`, where more options may be.
    """

    def __init__(self, compose: Callable[[list[str]], DictConfig], search_path: Sequence[str] = ()) -> None:
        self.compose, self.search_path = compose, list(search_path)
        self.composed: dict[tuple[str, ...], DictConfig | Exception] = {}
        self.listed: dict[str, list[str]] = {"hydra": []}

    def selects(self, override: Override) -> bool:
        """Whether an override selects an option of a group; `{lr: 0.1}` sets keys of what is selected."""
        key = override.key_or_group
        if not override.is_delete() and not override.is_sweep_override() and isinstance(override.value(), dict):
            return False
        is_group = key in (SEARCH_PATH, FROM) or bool(self.options(key))
        return override.package is not None or "/" in key or is_group

    def options(self, group: str) -> list[str]:
        """The options of a config group, none for what is no group."""
        if group not in self.listed:
            loader = GlobalHydra.instance().config_loader()
            self.listed[group] = loader.get_group_options(group, overrides=self.search_path or None)
        return self.listed[group]

    def selected(self, selections: Iterable[Override]) -> DictConfig:
        """What selections give without any values: to be copied, for it is composed once.

        Raises:
            HYDRA_ERRORS: they cannot be composed.
        """
        words = tuple(map(text_of, selections))
        if words not in self.composed:
            try:
                self.composed[words] = self.compose(list(words))
            except HYDRA_ERRORS as error:
                self.composed[words] = error
        found = self.composed[words]
        if isinstance(found, Exception):
            raise found.with_traceback(None)
        return found

    def set_values(self, config: DictConfig, before: Iterable[Override], values: Sequence[Override]) -> DictConfig:
        """Set values in `config`, which the overrides `before` gave, and return it, or another in its place.

        Raises:
            HYDRA_ERRORS: there is no such key, or it does not take the value.
        """
        whole = [*map(text_of, before), *map(text_of, values)]
        return hydra_internals.set_values(config, values, lambda: self.compose(whole))


def text_of(override: Override) -> str:
    """An override as it was given."""
    return override.input_line or override.key_or_group
