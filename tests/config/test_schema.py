"""Every range and rule of the schema, and that the YAML files, the help text and the dataclasses say the same."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hydra import compose, initialize_config_dir
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from twinprop.app.diagnose import diagnose
from twinprop.app.folders import conf, sweeps
from twinprop.app.register import register
from twinprop.config import schema
from twinprop.config.compared import identity
from twinprop.config.problems import check, problems
from twinprop.data.csv_file import CSV
from twinprop.errors import ConfigError
from twinprop.scratch.losses import HuberLoss

CHOICES = [(group, name) for group, options in schema.GROUPS.items() for name in options]


@pytest.fixture(autouse=True, scope="module")
def hydra() -> Iterator[None]:
    register()
    with initialize_config_dir(str(conf())):
        yield


def numbers_of(group: str, cls: type[Any]) -> Iterator[tuple[str, Any]]:
    """(key, field) of every field of a dataclass that has bounds."""
    for item in dataclasses.fields(cls):
        if item.metadata.get("bounds"):
            yield f"{group}.{item.name}", item


def outside(bounds: dict[str, float]) -> list[float]:
    """Values just beyond each bound."""
    step = {"gt": 0, "ge": -1, "lt": 0, "le": 1}
    return [bound + step[name] for name, bound in bounds.items()]


BOUNDED = [
    pytest.param(group, cls, item, id=f"{name}-{key}")
    for group, name, cls in [
        *((group, name, schema.choice_class(group, name)) for group, name in CHOICES),
        ("train", "train", schema.TrainConfig),
    ]
    for key, item in numbers_of(group, cls)
]


@pytest.mark.parametrize(("group", "cls", "item"), BOUNDED)
def test_every_bound_is_reported_with_its_key(group: str, cls: type[Any], item: Any) -> None:
    default = schema.default_of(item)
    for value in [*outside(item.metadata["bounds"]), math.nan, math.inf, -math.inf, 2**70]:
        typed = [[value]] if isinstance(default, list) else value
        typed = (value,) * len(default) if isinstance(default, tuple) else typed
        config = schema.Config(**{group: dataclasses.replace(cls(), **{item.name: typed})})
        about = [problem for problem in problems(config) if problem.startswith(f"{group}.{item.name}=")]
        assert len(about) == 1 or (value == 2**70 and "float" in item.type), (value, about)


@pytest.mark.parametrize(("group", "name"), CHOICES)
def test_yaml_equals_dataclass_defaults(group: str, name: str) -> None:
    defaults = dataclasses.asdict(schema.choice_class(group, name)())
    written = OmegaConf.to_container(OmegaConf.load(conf() / group / f"{name}.yaml"), resolve=False)
    assert isinstance(written, dict)
    del written["defaults"]
    assert set(written) == set(defaults), "a key that the file leaves out is not seen by a reader"
    written.pop("root", None)  # from the environment
    for key, value in written.items():
        default = list(defaults[key]) if isinstance(defaults[key], tuple) else defaults[key]
        assert value == default, f"{group}/{name}.yaml: {key}"


def test_config_yaml_equals_dataclass_defaults() -> None:
    config = schema.typed(compose("config"))
    for item in dataclasses.fields(schema.Config):
        if item.name not in schema.GROUPS:
            assert getattr(config, item.name) == schema.default_of(item), item.name
    assert config.optimizer == schema.Config().optimizer
    assert config.scheduler == schema.Config().scheduler


@pytest.mark.parametrize(("group", "name"), CHOICES)
def test_every_choice_composes_into_its_own_class_and_is_sound(group: str, name: str) -> None:
    needed = ["data.file=table.csv"] if name == "csv" else []
    config = check(schema.typed(compose("config", [f"{group}={name}", *needed])))
    assert type(getattr(config, group)) is schema.choice_class(group, name)
    assert getattr(config, group).name == name


@pytest.mark.parametrize("name", sorted(path.stem for path in (conf() / "experiment").glob("*.yaml")))
def test_every_experiment_composes_and_is_sound(name: str) -> None:
    assert list(problems(schema.typed(compose("config", [f"experiment={name}"])))) == []


def test_conf_and_registry_and_help_list_the_same_choices() -> None:
    text = (conf() / "config.yaml").read_text().partition("Choices")[2].partition("Keys")[0]
    listed: dict[str, set[str]] = {}
    group = ""
    for line in text.splitlines():
        group, *names = line.split() if line[8:9].strip() else [group, *line.split()]  # or the line before goes on
        listed.setdefault(group, set()).update(names)
    for group in [*schema.GROUPS, "experiment", "+sweeps"]:
        folder = sweeps() if group == "+sweeps" else conf() / group
        files = {path.stem for path in folder.glob("*.yaml")}
        assert listed[group] == files, f"hydra.help.template in conf/config.yaml: {group}"
        assert group not in schema.GROUPS or files == set(schema.GROUPS[group])


@pytest.mark.parametrize("key", ["model", "data.name", "scheduler.name", "data.columns", "model.hidden", "model.depth"])
@pytest.mark.parametrize("odd", [{"a": 1}, {}, [[1]], "x", 2.5])
def test_a_saved_configuration_of_other_types_is_refused_in_one_way(key: str, odd: Any) -> None:
    saved = dataclasses.asdict(schema.Config(data=CSV()))
    group, _, name = key.partition(".")
    saved = {**saved, group: {**saved[group], name: odd} if name else odd}
    with suppress(ConfigError):
        schema.from_dict(saved)
    assert identity(schema.flatten(saved))


def test_saved_configuration_comes_back() -> None:
    for group, name in CHOICES:
        config = schema.typed(compose("config", [f"{group}={name}"]))
        assert schema.from_dict(dataclasses.asdict(config)) == config


RULES = {
    "optimizer.nesterov": ["optimizer.nesterov=true"],
    "model.output_activation": ["model.output_activation=softmax"],
    "train.patience": ["train.patience=3", "data.val_fraction=0"],
    "train.patience=2": ["train.patience=2", "data.limit=2"],
    "scheduler.cycle_momentum": ["scheduler=one_cycle", "optimizer=adagrad"],
    "scheduler.total_steps": ["scheduler=one_cycle", "scheduler.total_steps=5"],
    "scheduler.base_momentum": ["scheduler=one_cycle", "scheduler.base_momentum=0.99"],
    "train.batch_size": ["train.batch_size=5000", "train.drop_last=true"],
    "data.val_fraction": ["data.val_fraction=0.9999"],
    "data.test_fraction": ["data.test_fraction=0.0001"],
    "data.test_fraction=0.9999": ["data.test_fraction=0.9999"],
    "model.dtype": ["model.dtype=float64", "device=mps"],
    "device": ["device=gpu"],
    "optimizer.name": ["optimizer.name=adam"],
    "model.name": ["model.name=perceptron"],
    "data.resident": ["data=image_folder", "data.resident=perhaps"],
    "train.batch_size=fulll": ["train.batch_size=fulll"],
    "seed": ["seed=-1"],
    "train.epochs": ["train.epochs=99999999999999999999"],
    "optimizer.lr": ["optimizer.lr=1e300"],
    "label": ["label='${nope}'"],
}


@pytest.mark.parametrize("key", RULES)
def test_rule(key: str) -> None:
    (job,) = diagnose(RULES[key])
    assert len(job.problems) == 1, job.problems
    assert job.problems[0].startswith(key)


def test_sound_combinations_pass() -> None:
    for words in (
        ["optimizer.nesterov=true", "optimizer.momentum=0.9"],
        ["loss=mse", "model.output_activation=softmax"],
        ["train.batch_size=full", "train.drop_last=true"],
        ["scheduler=one_cycle", "optimizer=adam"],
        ["model.hidden=[]"],
        ["model.depth=0"],
        ["scheduler=multistep", "scheduler.milestones=[20,10]"],
        ["device=cuda:3"],
    ):
        assert [job.problems for job in diagnose(words)] == [[]], words


MISTAKES = {
    "optimizer.lr": ["optimizer.lr=-1", "optimizer.lr=0", "optimizer.lr=nan", "optimizer.lr=fast", "optimizer.lr=[1]"],
    "model.depth": ["model.depth=-2", "model.depth=99999999"],
    "model.width": ["model.width=0", "model.width=1.5", "model.width=wide", "model.width=null", "model.width="],
    "data.val_fraction": ["data.val_fraction=1.5", "data.val_fraction=-0.1", "data.val_fraction=some"],
    "train.epochs": ["train.epochs=0", "train.epochs=1e3", "train.epochs=[1,2]", "train.epochs={a:1}"],
    "train.drop_last": ["train.drop_last=ture", "train.drop_last=[true]"],
    "train.batch_size": ["train.batch_size=0", "train.batch_size=1.5", "train.batch_size=all"],
    "model.activation": ["model.activation=rleu", "model.activation=3", "model.activation=''"],
    "model.hidden": ["model.hidden=100", "model.hidden=[0]", "model.hidden=[a]", "model.hidden=[10,-1]"],
    "loss": ["loss=crossentropy", "loss=null"],
    "seed": ["seed=-1", "seed=true", "seed=x"],
    "device": ["device=gpu", "device=cuda:x", "device=''"],
    "optimizer.momentun": ["optimizer.momentun=0.9", "+optimizer.momentun=0.9", "++optimizer.momentun=1"],
    "widht": ["widht=3", "+widht=3"],
    "scheduler": ["scheduler=cosin", "scheduler=null", "~scheduler", "+scheduler=step"],
    "train.eval_every": ["~train.eval_every", "+train.eval_every=2"],
    "train.patience": ["train.patience=1,2"],
    "label": ["label=a;b", "label=[a"],
}


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from(sorted(MISTAKES)), min_size=1, unique=True).flatmap(
        lambda keys: st.tuples(*(st.sampled_from(MISTAKES[key]).map(lambda word, key=key: (key, word)) for key in keys))
    )
)
def test_any_mixture_of_mistakes_reports_every_one(mistakes: tuple[tuple[str, str], ...]) -> None:
    (job,) = diagnose([word for _, word in mistakes])
    for key, word in mistakes:
        about = [problem for problem in job.problems if problem.lstrip("+~").startswith((f"{key}=", f"{key}:"))]
        assert len(about) == 1, (word, job.problems)
    assert len(job.problems) == len(mistakes)


def test_check_raises_all_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        check(schema.Config(seed=-1, loss=HuberLoss(delta=-1.0)))
    assert len(caught.value.problems) >= 2
