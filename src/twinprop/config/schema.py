"""The typed configuration.

Each choice (an optimizer, a data set, ...) is a dataclass of its own keys that stands beside the code it configures;
this file joins them into `Config`.
"""

from __future__ import annotations

import copy
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING as NO_DEFAULT
from dataclasses import Field, dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any, cast, get_type_hints

from twinprop.config import registry
from twinprop.config.plugins import Plugin, loaded
from twinprop.config.registry import GROUPS
from twinprop.data.base import DataConfig
from twinprop.errors import ConfigError
from twinprop.fields import choice, described, expected, number, path, uncompared
from twinprop.models.base import ModelConfig
from twinprop.scratch.losses import CrossEntropyLoss, Loss
from twinprop.scratch.optimizers import SGD, Optimizer
from twinprop.scratch.schedulers import Constant, Scheduler
from twinprop.task import METRICS
from twinprop.text import folded, likeness, nearest_word
from twinprop.training.plan import TrainConfig

LACKING = "a key cannot be taken away; give it another value."
CHOSEN = (*GROUPS, "experiment", "from", "+sweeps", "plugins")
"""What is chosen by its name, and is no key."""

UNTYPED = (
    "the configuration lacks twinprop's types: what --config-path and --config-name choose must have `schema` first in "
    "its defaults list, as conf/config.yaml does."
)

DEVICES, DEVICE_WORDS = re.compile(r"auto|cpu|cuda(:\d+)?|mps"), "auto, cpu, cuda, cuda:N or mps"


@dataclass
class Config:
    """Everything that a run depends on."""

    seed: int = number(0, ge=0, lt=2**63)
    device: str = described("auto", DEVICE_WORDS)
    init_from: str | None = path(None)
    label: str | None = uncompared("label", None)
    metric: str | None = uncompared("telling", choice(None, METRICS))
    data: DataConfig = field(default_factory=DataConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    optimizer: Optimizer = field(default_factory=lambda: SGD(lr=0.1))
    scheduler: Scheduler = field(default_factory=Constant)
    loss: Loss = field(default_factory=CrossEntropyLoss)
    train: TrainConfig = field(default_factory=TrainConfig)

    def __reduce__(self) -> Any:
        """With the plugins of this process, which another one then has before it meets their names."""
        return _unpickled, (loaded(), vars(self))


def _unpickled(plugins: tuple[Plugin, ...], values: dict[str, Any]) -> Config:
    return Config(**values)


def choice_class(group: str, name: str) -> type[Any]:
    """The dataclass of a choice: `choice_class("optimizer", "adam")` is Adam."""
    entry = GROUPS[group][name]
    return cast(type[Any], registry.load(entry.scratch if isinstance(entry, registry.Twin) else entry))


def metadata_of(item: Field[Any]) -> Mapping[str, Any]:
    """What a field says of its values, with the names that are registered now."""
    group = item.metadata.get("registry")
    return item.metadata if group is None else {**item.metadata, "options": tuple(registry.NAMES[group])}


def flatten(config: Any, prefix: str = "") -> dict[str, Any]:
    """A configuration as `{"optimizer.lr": 0.1, ...}`, in the order of the schema."""
    flat: dict[str, Any] = {}
    kind: Any = type(config)
    names = tuple(config) if isinstance(config, Mapping) else field_names(kind)
    for name in names:
        value = config[name] if isinstance(config, Mapping) else getattr(config, name)
        if isinstance(value, Mapping) or is_dataclass(value):
            flat |= flatten(value, f"{prefix}{name}.")
        else:
            flat[sys.intern(f"{prefix}{name}")] = value  # a sweep may have 100,000 of them
    return flat


@cache  # for each job of a sweep
def field_names(kind: Any) -> tuple[str, ...]:
    """The fields of a dataclass."""
    return tuple(item.name for item in fields(kind))


def uncompared_keys(*kinds: str) -> frozenset[str]:
    """The keys by which runs are not compared, `data.workers` of the kinds that `fields.uncompared` lists."""
    return keys_with("uncompared", (*kinds,), registered())


def path_keys() -> frozenset[str]:
    """The keys that are paths, as `fields.path` makes them: `data.root` and so on."""
    return keys_with("path", (True,), registered())


def registered() -> tuple[Any, ...]:
    """All choices of groups, those of users among them."""
    return tuple(entry for names in GROUPS.values() for entry in names.values())


@cache  # asked for each job of a sweep
def keys_with(what: str, values: tuple[Any, ...], choices: tuple[Any, ...]) -> frozenset[str]:
    """The keys whose fields say one of some values of `what`, where these are the `registered` choices."""
    return frozenset(key for key, item in every_field() if item.metadata.get(what) in values)


def every_field() -> Iterator[tuple[str, Field[Any]]]:
    """The fields of the configuration and of all choices, by their keys."""
    choices = [(f"{group}.", choice_class(group, name)) for group, names in GROUPS.items() for name in names]
    choices.append(("train.", TrainConfig))
    for prefix, owner in [("", Config), *choices]:
        for item in fields(owner):
            yield f"{prefix}{item.name}", item


def from_dict(values: Mapping[str, Any]) -> Config:
    """The configuration that was saved as plain values, in `.hydra/config.yaml` or in a model's file.

    Raises:
        ConfigError: a key or a value does not fit the schema.
    """
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    if isinstance(values.get("loss"), str):  # as earlier versions wrote it
        values = {**values, "loss": {"name": values["loss"]}}
    parts = {group: values[group] if isinstance(values.get(group), Mapping) else {} for group in GROUPS}
    chosen = {group: part.get("name") for group, part in parts.items()}
    unknown = [
        f"{group}.name={name}: not one of {', '.join(GROUPS[group])}."
        for group, name in chosen.items()
        if not (isinstance(name, str) and name in GROUPS[group])
    ]
    if unknown:
        raise ConfigError(unknown)
    typed = OmegaConf.structured(Config)
    for group, name in chosen.items():
        typed[group] = OmegaConf.structured(choice_class(group, name))
    try:
        return cast(Config, OmegaConf.to_object(OmegaConf.merge(typed, dict(values))))
    except (OmegaConfBaseException, TypeError) as error:  # a group in place of a list is a TypeError
        raise ConfigError([str(error).splitlines()[0]]) from error


def typed(composed: Any) -> Config:
    """What Hydra composed, as a `Config`.

    Raises:
        ConfigError: it is of another kind, as a file that another program composes from.
    """
    from omegaconf import OmegaConf, open_dict

    if "hydra" in composed:
        composed = copy.deepcopy(composed)
        with open_dict(composed):
            del composed["hydra"]
    config = OmegaConf.to_object(composed)
    if not isinstance(config, Config):
        raise ConfigError([UNTYPED])
    return config


LIKE = 0.75
"""How like a key of another choice must be what was typed, to be suggested."""


def missing_key(key: str, keys: Iterable[str]) -> str:
    """That there is no such key, with where it would be right, or the nearest of `keys`."""
    owners: dict[str, list[str]] = {}
    for group, names in GROUPS.items():
        for name in names:
            for item in fields(choice_class(group, name)):
                if item.name != "name":
                    owners.setdefault(f"{group}.{item.name}", []).append(f"{group}={name}")
    known = [name for name in [*keys, *CHOSEN] if not name.endswith(".name")]
    by_leaf = {name.rpartition(".")[2]: name for name in [*owners, *known]}
    near_leaf = by_leaf.get(nearest_word(key.rpartition(".")[2], by_leaf), "")
    if key in owners:
        near = key
    elif folded(near_leaf.rpartition(".")[2]) == folded(key):
        near = near_leaf
    elif "." in key:
        near = nearest_word(key, [*known, *owners]) or near_leaf
    else:
        near = nearest_word(key, [name for name in known if "." not in name]) or near_leaf
    if near in owners and near not in known:
        if folded(near).endswith(folded(key.rpartition(".")[2])):
            return f"there is no such key here; {near} belongs to {' and '.join(owners[near])}."
        # of all keys of all choices one is like nearly any word
        is_like = likeness(key.rpartition(".")[2], near.rpartition(".")[2]) >= LIKE
        near = f"{near}' of '{owners[near][0]}" if is_like else ""
    return "there is no such key." + (f" Did you mean '{near}'?" if near else "")


def expected_at(composed: Any, key: str) -> str | None:
    """What a key of a composed configuration may be, in words; None where the schema does not say."""
    from omegaconf import OmegaConf

    parent, _, leaf = key.rpartition(".")
    node = OmegaConf.get_type(OmegaConf.select(composed, parent) if parent else composed)
    if node is None or not is_dataclass(node):
        return None
    metadata = {item.name: metadata_of(item) for item in fields(node)}
    return expected(get_type_hints(node)[leaf], metadata[leaf]) if leaf in metadata else None


def default_of(item: Any) -> Any:
    """The default of a dataclass field."""
    return item.default_factory() if item.default_factory is not NO_DEFAULT else item.default
