"""The documentation names every key and every choice."""

import shutil
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from twinprop.config import registry
from twinprop.config.schema import GROUPS, Config, choice_class, flatten
from twinprop.learners import BACKENDS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


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


@pytest.mark.skipif(not (ROOT / ".git").exists() or not shutil.which("git"), reason="not a checkout")
def test_a_checkout_holds_what_people_type_and_nothing_that_a_run_wrote():
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    top = {name.partition("/")[0] for name in files if name}
    assert top <= {".ci", ".gitignore", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE", "Makefile",
                   "README.md", "benchmarks", "conf", "constraints.txt", "docs", "examples", "pyproject.toml", "src",
                   "sweeps", "tests", "train.py"}  # fmt: skip
