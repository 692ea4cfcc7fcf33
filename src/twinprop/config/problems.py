"""Every mistake in a configuration, that needs no data to be found: each in a sentence, with its key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, cast, get_type_hints

from twinprop.config.extend import KINDS, lacking
from twinprop.config.registry import GROUPS
from twinprop.config.schema import (
    DEVICE_WORDS,
    DEVICES,
    LACKING,
    Config,
    choice_class,
    flatten,
    metadata_of,
    missing_key,
)
from twinprop.errors import ConfigError
from twinprop.fields import value_problem
from twinprop.task import Regression, Task
from twinprop.text import nearest, spelled
from twinprop.training.plan import Plan


def key_problems(composed: Any, config: Config) -> list[str]:
    """Keys of what Hydra composed that a + let in or a ~ took away; `config` is the same, typed."""
    from omegaconf import OmegaConf

    container = cast(dict[str, Any], OmegaConf.to_container(composed))
    whole = flatten({key: value for key, value in container.items() if key != "hydra"})
    known = flatten(config)
    unknown = [f"{key}={spelled(whole[key])}: {missing_key(key, known)}" for key in whole if key not in known]
    return [*unknown, *(f"~{key}: {LACKING}" for key in known if key not in whole)]


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


@cache  # for each job of a sweep, they are the same
def type_hints(owner: Any) -> dict[str, Any]:
    """The types of the fields of a class."""
    return get_type_hints(owner)


def _range_problems(node: Any, prefix: str) -> Iterator[tuple[str, str]]:
    hints = type_hints(cast(Any, type(node)))
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
    if train.patience is not None and not any(key.startswith("data.") for key in bad) and lacks_validation(config):
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


def lacks_validation(config: Config) -> bool:
    """Whether it is known before data are read that there are none to validate on."""
    sizes = config.data.split_sizes()
    return config.data.val_fraction == 0 or (sizes is not None and sizes[1] < 1)


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
