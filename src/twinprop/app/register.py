"""What Hydra must know before it composes: schema, launcher, sweeper, resolvers, studies."""

from __future__ import annotations

from twinprop.app import launcher, resolvers, studies
from twinprop.config.registry import GROUPS
from twinprop.config.schema import Config, choice_class


def register() -> None:
    """Give Hydra the schema: `schema` for the whole, `GROUP/schema/NAME` for each choice."""
    from hydra.core.config_store import ConfigStore
    from omegaconf import OmegaConf

    launcher.register()
    resolvers.register()
    studies.register()
    store, whole = ConfigStore.instance(), OmegaConf.structured(Config)
    for group in GROUPS:
        whole[group] = "???"  # a default would bar the others: adam is no kind of sgd
    store.store(name="schema", node=whole, provider="twinprop", replace=True)
    for group, names in GROUPS.items():
        for name in names:
            node = choice_class(group, name)
            store.store(group=f"{group}/schema", name=name, node=node, provider="twinprop", replace=True)
