"""What Hydra must know before it composes: schema, studies, launcher, sweeper, resolvers."""

from __future__ import annotations

from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins
from hydra.plugins.search_path_plugin import SearchPathPlugin
from omegaconf import OmegaConf, open_dict

from twinprop.app import pickled, resolvers
from twinprop.app.completion import with_values
from twinprop.app.folders import sweeps
from twinprop.app.gate import Gate
from twinprop.app.hydra_internals import complete_choices, complete_values, guard_jobs, guard_logging, require_callback
from twinprop.app.hydra_part import guarded_job
from twinprop.app.launcher import PopulationLauncher
from twinprop.app.launcher_keys import GridConf, population_node
from twinprop.app.log_files import guarded
from twinprop.app.pruner_keys import GROUP, PRUNERS
from twinprop.app.run_source import RunSource
from twinprop.app.schema_source import SchemaSource, complete
from twinprop.app.studies import StudySource
from twinprop.app.sweeper import GridSweeper
from twinprop.config.registry import GROUPS
from twinprop.config.schema import Config

STUDY_SWEEPER = "twinprop.app.optuna_study.StudySweeper"
"""What stands in for Hydra's sweeper for Optuna; imported when it is asked for, for it imports Optuna."""


class OurSources(SearchPathPlugin):
    """Adds studies and the schemas of choices to the search path of every Hydra that is initialised."""

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        search_path.append(provider="twinprop", path=f"{StudySource.scheme()}://{sweeps()}")
        search_path.append(provider="twinprop", path=f"{SchemaSource.scheme()}://")
        search_path.append(provider="twinprop", path=f"{RunSource.scheme()}://")


def register() -> None:
    """Give all of it to Hydra."""
    resolvers.register()
    pickled.register()
    require_callback(Gate)
    guard_logging(guarded)
    guard_jobs(guarded_job)
    complete_choices(complete)
    complete_values(with_values)
    for plugin in (PopulationLauncher, GridSweeper, StudySource, SchemaSource, RunSource, OurSources):
        Plugins.instance().register(plugin)
    whole = OmegaConf.structured(Config)
    for group in GROUPS:
        whole[group] = "???"  # a default would bar the others: adam is no kind of sgd
    store = ConfigStore.instance()
    store.store(name="schema", node=whole, provider="twinprop", replace=True)
    store.store(group="hydra/launcher", name="population", node=population_node(), provider="twinprop", replace=True)
    store.store(group="hydra/sweeper", name="grid", node=GridConf, provider="twinprop", replace=True)
    if "optuna.yaml" in store.list("hydra/sweeper"):
        node = store.load("hydra/sweeper/optuna.yaml").node
        node["_target_"] = STUDY_SWEEPER
        if "pruner" not in node:
            with open_dict(node):
                node["pruner"] = None
            # after itself, for a group replaces what is there in its place
            node["defaults"] = ["_self_", *node["defaults"], {"pruner": None}]
        for name, keys in PRUNERS.items():
            store.store(group=GROUP, name=name, node=keys, provider="twinprop", replace=True)
        store.store(group="hydra/sweeper", name="optuna", node=node, provider="twinprop", replace=True)
