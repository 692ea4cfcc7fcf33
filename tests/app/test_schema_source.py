"""Each choice's dataclass is a config of Hydra's, as if it lay in the ConfigStore."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.core.object_type import ObjectType
from hydra.errors import HydraException
from omegaconf import OmegaConf

from twinprop.app.folders import conf
from twinprop.app.register import register
from twinprop.app.schema_source import SchemaSource
from twinprop.config.registry import GROUPS
from twinprop.config.schema import choice_class

CHOICES = [(group, name) for group, names in GROUPS.items() for name in names]
SOURCE = SchemaSource("test", "choices://")


@pytest.fixture(autouse=True, scope="module")
def hydra() -> Iterator[None]:
    register()
    with initialize_config_dir(str(conf())):
        yield


@pytest.mark.parametrize(("group", "name"), CHOICES)
def test_a_choice_is_what_the_config_store_would_hold(group: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ConfigStore.instance()
    monkeypatch.setattr(store, "repo", {})
    store.store(group=group, name=name, node=choice_class(group, name))
    stored: Any = store.load(f"{group}/{name}.yaml").node
    loaded: Any = SOURCE.load_config(f"{group}/schema/{name}").config
    assert loaded == stored
    assert OmegaConf.get_type(loaded) is OmegaConf.get_type(stored) is choice_class(group, name)
    assert [OmegaConf.get_type(loaded, key) for key in loaded] == [OmegaConf.get_type(stored, key) for key in stored]


def test_it_is_taken_from_the_source_and_not_from_the_store() -> None:
    assert not [name for name in ConfigStore.instance().repo if name in GROUPS]
    assert OmegaConf.get_type(compose("config", ["optimizer=adam"]), "optimizer") is choice_class("optimizer", "adam")


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_has_its_schemas_below(group: str) -> None:
    loader = GlobalHydra.instance().config_loader()
    assert loader.get_group_options(group, ObjectType.GROUP) == ["schema"]
    assert loader.get_group_options(f"{group}/schema") == sorted(GROUPS[group])
    assert loader.get_group_options(group) == sorted(GROUPS[group])


def test_it_knows_nothing_else() -> None:
    assert SOURCE.available()
    assert SOURCE.list("", ObjectType.GROUP) == SOURCE.list("", None) == sorted(GROUPS)
    assert SOURCE.list("", ObjectType.CONFIG) == SOURCE.list("data", ObjectType.CONFIG) == []
    assert SOURCE.list("data/schema", ObjectType.GROUP) == []
    for path in ("hydra", "schema", "data/other", "data/schema/digits", "other/schema"):
        assert not SOURCE.is_group(path)
    for path in ("config", "schema", "data", "data/digits", "data/schema", "data/schema/other", "other/schema/digits"):
        assert not SOURCE.is_config(path)
        with pytest.raises(HydraException, match="not found"):
            SOURCE.load_config(path)
