"""The documentation names every key and every choice."""

from dataclasses import fields
from pathlib import Path

import pytest

from twinprop.config import registry
from twinprop.config.schema import GROUPS, Config, choice_class, flatten
from twinprop.learners import BACKENDS

DOCS = Path(__file__).parents[1] / "docs"


def all_keys():
    keys = {key for key in flatten(Config()) if key.startswith("train.") or "." not in key}
    for group, names in GROUPS.items():
        for name in names:
            keys |= {f"{group}.{item.name}" for item in fields(choice_class(group, name)) if item.name != "name"}
    return sorted(keys)


@pytest.mark.parametrize("key", all_keys())
def test_configuration_md_explains_each_key(key):
    text = (DOCS / "configuration.md").read_text(encoding="utf-8")
    group, _, leaf = key.partition(".")
    assert f"`{key}`" in text or (group in ("optimizer", "scheduler") and f"`{leaf}`" in text)


@pytest.mark.parametrize(
    "name",
    [
        *registry.ACTIVATIONS,
        *registry.INITS,
        *registry.LOSSES,
        *BACKENDS,
        *(f"optimizer={name}" for name in registry.OPTIMIZERS),
        *(f"scheduler={name}" for name in registry.SCHEDULERS),
    ],
)
def test_configuration_md_names_each_choice(name):
    assert f"`{name}`" in (DOCS / "configuration.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", ["conf/experiment", "sweeps"])
def test_experiments_md_names_each_experiment_and_study(folder):
    text = (DOCS / "experiments.md").read_text(encoding="utf-8")
    paths = list((DOCS.parent / folder).glob("*.yaml"))
    assert paths
    for path in paths:
        assert f"`{path.stem}`" in text


@pytest.mark.parametrize("name", registry.DATA)
def test_configuration_md_names_each_data_set(name):
    text = (DOCS / "configuration.md").read_text(encoding="utf-8")
    assert f"`{name}`" in text or f"`data={name}`" in text
