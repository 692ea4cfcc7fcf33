"""What Hydra must know before it composes: the schema of each choice, launcher, sweeper, studies, resolvers."""

from __future__ import annotations

from twinprop.config.registry import GROUPS
from twinprop.config.schema import Config, choice_class


def register() -> None:
    """Give it to Hydra; the schema is `schema` for the whole, and `GROUP/schema/NAME` for each choice."""
    from hydra.core.config_store import ConfigStore
    from hydra.core.plugins import Plugins
    from omegaconf import OmegaConf

    from twinprop.app import resolvers
    from twinprop.app.launcher import PopulationLauncher
    from twinprop.app.launcher_keys import GridConf, population_node
    from twinprop.app.studies import Studies, StudySource
    from twinprop.app.sweeper import GridSweeper

    resolvers.register()
    for plugin in (PopulationLauncher, GridSweeper, StudySource, Studies):
        Plugins.instance().register(plugin)
    whole = OmegaConf.structured(Config)
    for group in GROUPS:
        whole[group] = "???"  # a default would bar the others: adam is no kind of sgd
    nodes = [(None, "schema", whole), ("hydra/launcher", "population", population_node())]
    nodes.append(("hydra/sweeper", "grid", GridConf))
    nodes += [(f"{group}/schema", name, choice_class(group, name)) for group, names in GROUPS.items() for name in names]
    for place, name, node in nodes:
        ConfigStore.instance().store(group=place, name=name, node=node, provider="twinprop", replace=True)
