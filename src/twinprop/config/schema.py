"""The typed configuration, and every check that needs no data.

Each choice (an optimizer, a data set, ...) is a dataclass of its own keys that stands beside the code
it configures; this file joins them into `Config`, registers them with Hydra as structured configs,
and checks values: `problems` returns every mistake at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING as NO_DEFAULT
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, cast

from twinprop import registry
from twinprop.config.fields import choice, nearest, number, value_problem
from twinprop.data.base import DataConfig
from twinprop.errors import ConfigError
from twinprop.models.base import ModelConfig
from twinprop.scratch.optimizers import SGD, Optimizer
from twinprop.scratch.schedulers import Constant, Scheduler

DEVICES = re.compile(r"auto|cpu|cuda(:\d+)?|mps")
GROUPS: dict[str, Mapping[str, str | registry.Twin]] = {
    "data": registry.DATA,
    "model": registry.MODELS,
    "optimizer": registry.OPTIMIZERS,
    "scheduler": registry.SCHEDULERS,
}


@dataclass
class TrainConfig:
    """How long and how a network trains. Lengths are in epochs unless the name says otherwise."""

    epochs: int = number(30, ge=1)
    steps: int | None = number(None, ge=1)
    batch_size: int | str = number(32, ge=1)
    drop_last: bool = False
    eval_every: int = number(1, ge=1)
    max_grad_norm: float | None = number(None, gt=0)
    patience: int | None = number(None, ge=1)
    checkpoint_every: int | None = number(None, ge=1)

    def full_batch(self) -> bool:
        return self.batch_size == "full"


@dataclass
class Config:
    """Everything that a run depends on."""

    seed: int = number(0, ge=0, lt=2**63)
    device: str = "auto"
    loss: str = choice("cross_entropy", registry.LOSSES)
    label: str | None = None
    data: DataConfig = field(default_factory=DataConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    optimizer: Optimizer = field(default_factory=lambda: SGD(lr=0.1))
    scheduler: Scheduler = field(default_factory=Constant)
    train: TrainConfig = field(default_factory=TrainConfig)


def choice_class(group: str, name: str) -> type[Any]:
    """The dataclass of a choice: `choice_class("optimizer", "adam")` is Adam."""
    entry = GROUPS[group][name]
    return cast(type[Any], registry.load(entry if isinstance(entry, str) else entry.scratch))


def register() -> None:
    """Give Hydra the schema: `schema` for the whole, `GROUP/schema/NAME` for each choice."""
    from hydra.core.config_store import ConfigStore
    from omegaconf import OmegaConf

    store, whole = ConfigStore.instance(), OmegaConf.structured(Config)
    for group in GROUPS:
        whole[group] = "???"  # a default would bar the others: adam is no kind of sgd
    store.store(name="schema", node=whole, provider="twinprop")
    for group, names in GROUPS.items():
        for name in names:
            store.store(group=f"{group}/schema", name=name, node=choice_class(group, name), provider="twinprop")


def flatten(config: Any, prefix: str = "") -> dict[str, Any]:
    """A configuration as `{"optimizer.lr": 0.1, ...}`, in the order of the schema."""
    flat: dict[str, Any] = {}
    items = config.items() if isinstance(config, Mapping) else ((f.name, getattr(config, f.name)) for f in fields(config))
    for name, value in items:
        if isinstance(value, Mapping) or is_dataclass(value):
            flat |= flatten(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def from_dict(values: Mapping[str, Any]) -> Config:
    """The configuration that was saved as plain values, in `.hydra/config.yaml` or in `model.pt`.

    Raises:
        ConfigError: a key or a value does not fit the schema.
    """
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    unknown = [
        f"{group}.name={values.get(group, {}).get('name')}: not one of {', '.join(names)}."
        for group, names in GROUPS.items()
        if values.get(group, {}).get("name") not in names
    ]
    if unknown:
        raise ConfigError(unknown)
    typed = OmegaConf.structured(Config)
    for group in GROUPS:
        typed[group] = OmegaConf.structured(choice_class(group, values[group]["name"]))
    try:
        return cast(Config, OmegaConf.to_object(OmegaConf.merge(typed, dict(values))))
    except OmegaConfBaseException as error:
        raise ConfigError([str(error).splitlines()[0]]) from error


def check(config: Config) -> Config:
    """Return `config` if it is sound.

    Raises:
        ConfigError: it is not; the text lists every mistake.
    """
    found = list(problems(config))
    if found:
        raise ConfigError(found)
    return config


def problems(config: Config) -> Iterator[str]:
    """Every mistake in the values of a configuration, one sentence each, each with its key."""
    yield from _range_problems(config, "")
    yield from _name_problems(config)
    for group in ("data", "model", "optimizer", "scheduler"):
        yield from getattr(config, group).problems()
    yield from _combination_problems(config)


def _range_problems(node: Any, prefix: str) -> Iterator[str]:
    for item in fields(node):
        value = getattr(node, item.name)
        if is_dataclass(value):
            yield from _range_problems(value, f"{prefix}{item.name}.")
            continue
        problem = value_problem(value, item.metadata)
        if problem is not None:
            yield f"{prefix}{item.name}={value}: {problem}"


def _name_problems(config: Config) -> Iterator[str]:
    for group, names in GROUPS.items():
        part = getattr(config, group)
        if part.name not in names or choice_class(group, part.name) is not type(part):
            yield f"{group}.name={part.name}: set it by choosing the group, as in {group}={part.name}.{nearest(part.name, names)}"
    if not DEVICES.fullmatch(config.device):
        yield f"device={config.device}: must be auto, cpu, cuda, cuda:N or mps.{nearest(config.device, ['auto', 'cpu', 'cuda', 'mps'])}"


def _combination_problems(config: Config) -> Iterator[str]:
    train, model, data = config.train, config.model, config.data
    if isinstance(train.batch_size, str) and not train.full_batch():
        yield f"train.batch_size={train.batch_size}: must be a whole number, at least 1, or full."
    if config.loss == "cross_entropy" and model.output_activation != "identity":
        yield (
            f"model.output_activation={model.output_activation}: cross_entropy works on logits; "
            "use model.output_activation=identity, or loss=mse."
        )
    if train.patience is not None and data.val_fraction == 0:
        yield f"train.patience={train.patience}: early stopping needs validation data; set data.val_fraction above 0."
    if model.dtype == "float64" and config.device == "mps":
        yield "model.dtype=float64: mps has no float64; use device=cpu or model.dtype=float32."
    if config.scheduler.moves_momentum() and not {"momentum", "betas"} & {f.name for f in fields(config.optimizer)}:
        yield (
            f"scheduler.cycle_momentum=true: {config.optimizer.name} has no momentum to cycle; "
            "set scheduler.cycle_momentum=false."
        )
    sizes = data.split_sizes()
    if sizes is not None:
        yield from data_size_problems(config, sizes[0])


def data_size_problems(config: Config, train_samples: int) -> Iterator[str]:
    """What is wrong with the batch size for a training set of `train_samples` samples."""
    if train_samples < 1:
        yield f"data.val_fraction={config.data.val_fraction}: leaves no sample to train on."
        return
    batch = config.train.batch_size
    if config.train.drop_last and isinstance(batch, int) and batch > train_samples:
        yield (
            f"train.batch_size={batch}: with train.drop_last=true no batch is left of {train_samples} training samples; "
            f"use at most {train_samples}, or full."
        )


def default_of(item: Any) -> Any:
    """The default of a dataclass field."""
    return item.default_factory() if item.default_factory is not NO_DEFAULT else item.default
