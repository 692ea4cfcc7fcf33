"""The typed configuration, and every check that needs no data.

Each choice (an optimizer, a data set, ...) is a dataclass of its own keys that stands beside the code
it configures; this file joins them into `Config`, registers them with Hydra as structured configs,
and checks values: `problems` returns every mistake at once.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING as NO_DEFAULT
from dataclasses import Field, dataclass, field, fields, is_dataclass
from typing import Any, cast, get_type_hints

from twinprop.config import registry
from twinprop.config.extend import KINDS, lacking
from twinprop.config.plugins import Plugin, loaded
from twinprop.config.registry import GROUPS
from twinprop.data.base import DataConfig
from twinprop.errors import ConfigError
from twinprop.fields import choice, described, expected, number, path, uncompared, value_problem
from twinprop.models.base import ModelConfig
from twinprop.scratch.losses import CrossEntropyLoss, Loss
from twinprop.scratch.optimizers import SGD, Optimizer
from twinprop.scratch.schedulers import Constant, Scheduler
from twinprop.task import METRICS, Regression, Task
from twinprop.text import folded, nearest, nearest_word, spelled
from twinprop.training.plan import Plan, TrainConfig

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
    names = list(config) if isinstance(config, Mapping) else [item.name for item in fields(config)]
    for name in names:
        value = config[name] if isinstance(config, Mapping) else getattr(config, name)
        if isinstance(value, Mapping) or is_dataclass(value):
            flat |= flatten(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def uncompared_keys(*kinds: str) -> set[str]:
    """The keys by which runs are not compared, `data.workers` of the kinds that `fields.uncompared` lists."""
    return {key for key, item in every_field() if item.metadata.get("uncompared") in kinds}


def path_keys() -> set[str]:
    """The keys that are paths, as `fields.path` makes them: `data.root` and so on."""
    return {key for key, item in every_field() if item.metadata.get("path")}


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


def composed_problems(composed: Any) -> list[str]:
    """Every mistake in what Hydra composed: keys that a + let in or a ~ took away, and values."""
    from omegaconf import OmegaConf

    config = typed(composed)
    container = cast(dict[str, Any], OmegaConf.to_container(composed))
    whole = flatten({key: value for key, value in container.items() if key != "hydra"})
    known = flatten(config)
    unknown = [f"{key}={spelled(whole[key])}: {missing_key(key, known)}" for key in whole if key not in known]
    lacking = [f"~{key}: {LACKING}" for key in known if key not in whole]
    return [*unknown, *lacking, *problems(config)]


def missing_key(key: str, keys: Iterable[str]) -> str:
    """That there is no such key, with where it would be right, or the nearest of `keys`."""
    owners: dict[str, list[str]] = {}
    for group, names in GROUPS.items():
        for name in names:
            for item in fields(choice_class(group, name)):
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
        return f"there is no such key here; {near} belongs to {' and '.join(owners[near])}."
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
    bad = dict(_range_problems(config, ""))
    yield from bad.values()
    combined = [*_name_problems(config)]
    for group in GROUPS:
        if not any(key.startswith(f"{group}.") for key in bad):  # or it would compute with what is no number
            combined += getattr(config, group).problems()
    combined += _combination_problems(config, set(bad))
    told = [problem for problem in combined if problem.partition("=")[0] not in bad]
    yield from told
    if not bad and not told:
        yield from _shape_problems(config)


def _range_problems(node: Any, prefix: str) -> Iterator[tuple[str, str]]:
    hints = get_type_hints(type(node))
    for item in fields(node):
        value, key = getattr(node, item.name), f"{prefix}{item.name}"
        if is_dataclass(value):
            yield from _range_problems(value, f"{key}.")
            continue
        problem = value_problem(value, hints[item.name], metadata_of(item))
        if problem is not None:
            yield key, f"{key}={spelled(value)}: {problem}"


def _shape_problems(config: Config) -> Iterator[str]:
    """That the network cannot take the samples, where their shape is known before they are read."""
    known = config.data.dimensions()
    try:
        if known is not None:
            config.model.layers(*known)
    except ConfigError as error:
        yield from error.problems


def _name_problems(config: Config) -> Iterator[str]:
    for group, names in GROUPS.items():
        part = getattr(config, group)
        if part.name not in names:
            yield f"{group}.name={part.name}: must be one of {', '.join(names)}, chosen as {group}=NAME."
        elif choice_class(group, part.name) is not type(part):
            yield f"{group}.name={part.name}: a name alone changes nothing; write {group}={part.name}."
    if not DEVICES.fullmatch(config.device):
        near = nearest(config.device, ["auto", "cpu", "cuda", "mps"])
        yield f"device={config.device}: must be {DEVICE_WORDS}.{near}"


def _combination_problems(config: Config, bad: set[str]) -> Iterator[str]:
    train, model, data = config.train, config.model, config.data
    if config.loss.name == "cross_entropy" and model.output_activation != "identity":
        yield (
            f"model.output_activation={model.output_activation}: cross_entropy works on logits; "
            "use model.output_activation=identity, or loss=mse."
        )
    yield from _twin_problems(config)
    if model.dtype == "float64" and config.device == "mps":
        yield "model.dtype=float64: mps has no float64; use device=cpu or model.dtype=float32."
    if config.scheduler.moves_momentum() and not {"momentum", "betas"} & {f.name for f in fields(config.optimizer)}:
        yield (
            f"scheduler.cycle_momentum=true: {config.optimizer.name} has no momentum to cycle; "
            "set scheduler.cycle_momentum=false."
        )
    task = None if any(key.startswith("data.") for key in bad) else data.learns()
    if task is not None:
        yield from task_problems(config, task)
    sizes = None if any(key.startswith("data.") for key in bad) else data.split_sizes()
    if train.patience is not None and (data.val_fraction == 0 or (sizes is not None and sizes[1] < 1)):
        yield f"train.patience={train.patience}: early stopping needs validation data; set a larger data.val_fraction."
    if sizes is None:
        return
    if sizes[2] < 1:
        yield f"data.test_fraction={data.test_fraction}: leaves no sample to test on."
    if sizes[0] < 1:
        key = "val_fraction" if sizes[1] else "test_fraction"
        yield f"data.{key}={getattr(data, key)}: leaves no sample to train on."
        return
    if not any(key.startswith(("train.", "scheduler.", "optimizer.lr")) for key in bad):
        yield from data_size_problems(config, sizes[0])


def task_problems(config: Config, task: type[Task]) -> Iterator[str]:
    """What does not go with what is learnt."""
    of_task = f"data={config.data.name} has {'numbers' if task is Regression else 'classes'} to learn"
    target = getattr(config.data, "target", None)
    if target is not None:
        of_task += f" (data.target={target}; data.task decides otherwise)"
    if task is Regression and config.loss.name == "cross_entropy":
        yield f"loss=cross_entropy: works on classes, and {of_task}; use loss=mse, l1 or huber."
    if task is Regression and config.model.output_activation == "softmax":
        yield f"model.output_activation=softmax: {of_task}, and of one output softmax is always 1; use identity."
    if config.metric is not None and config.metric not in task.results():
        usual = ", ".join(task.measures())
        yield f"metric={config.metric}: {of_task}, for which it is not defined; use train, val or test with {usual}."


def _twin_problems(config: Config) -> Iterator[str]:
    """What a user has registered for the other twin alone."""
    chosen = {
        "activation": config.model.activation,
        "loss": config.loss.name,
        "optimizer": config.optimizer.name,
        "scheduler": config.scheduler.name,
    }
    for kind, name in chosen.items():
        lack = lacking(kind, name, config.model.backend)
        if lack is not None:
            yield f"{KINDS[kind].key}={name}: {lack}"


def data_size_problems(config: Config, train_samples: int) -> Iterator[str]:
    """What is wrong with lengths for a training set of `train_samples` samples, of which there is at least one."""
    batch, schedule = config.train.batch_size, config.scheduler
    size = config.train.samples_of(train_samples)
    if config.model.batch_norm:
        rest = 0 if config.train.drop_last else train_samples % size
        if (rest or size) == 1:
            whole = "is" if size == 1 else f"leaves, of {train_samples} training samples,"
            yield (
                f"train.batch_size={batch}: {whole} a batch of one, which has no variance to normalize by; use another "
                f"batch size{'' if size == 1 else ', or train.drop_last=true'}."
            )
    if config.train.drop_last and size > train_samples:
        yield (
            f"train.batch_size={batch}: with train.drop_last=true no batch is left of {train_samples} training "
            f"samples; use at most {train_samples}, or full."
        )
        return
    total = Plan.of(config.train, train_samples).intervals(schedule.interval)
    try:
        schedule.bind(total, config.optimizer.lr)
    except ConfigError as error:
        yield from error.problems


def default_of(item: Any) -> Any:
    """The default of a dataclass field."""
    return item.default_factory() if item.default_factory is not NO_DEFAULT else item.default
