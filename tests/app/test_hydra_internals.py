"""Each use of a private part of Hydra gives what Hydra's own way gives, which is taken without the part."""

from __future__ import annotations

import argparse
from types import SimpleNamespace
from typing import Any

import pytest
from hydra import compose
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from hydra.experimental.callback import Callback
from omegaconf import OmegaConf
from tests.kit.commands import ROOT
from tests.kit.hydra_parts import take_away

from twinprop.app import hydra_internals

pytestmark = pytest.mark.usefixtures("hydra")


def test_every_part_is_there_in_the_hydra_that_is_installed() -> None:
    named = ("APPLY_OVERRIDES", "ARGUMENT_PARSER", "CALLBACKS", "CONFIGURE_LOGGING", "RUN_JOB")
    for path in (getattr(hydra_internals, name) for name in named):
        assert hydra_internals.part(path) is not None
    for path in ("hydra._internal.gone:x", "hydra._internal.utils:gone", "hydra._internal.utils:get_args_parser.gone"):
        assert hydra_internals.part(path) is None


def test_nothing_else_uses_a_private_part() -> None:
    parts = ("hydra._internal", "omegaconf._", "._get_node", "._set_flag", "._metadata", "instance().cfg =")
    for path in (ROOT / "src" / "twinprop").rglob("*.py"):
        if path.name != "hydra_internals.py":
            text = path.read_text(encoding="utf-8")
            for private in parts:
                assert private not in text, f"{path}: {private}"


# Values


VALUES = [
    ["optimizer.lr=0.25"],
    ["model.hidden=[3,4]", "model.activation=tanh"],
    ["train={epochs:3,batch_size:full}"],
    ["label='a b, c=d'", "label=null"],
    ["label='ö'", "train.patience=${train.epochs}"],
    ["+data.more=1", "+more={a:{b:[1,2]}}", "+more.a.c=x"],
    ["++optimizer.lr=0.5", "++data.more=1", "++more.deep.er=1"],
    ["+more={a:1,b:2}", "~more.a", "~more.b=2"],
    ["+list=[1,2]", "list=[3]"],
    ["train.epochs=3", "train={epochs:${seed}}", "seed=7"],
    ["train={epochs:${seed}}", "train.epochs=3"],
    ["hydra.run.dir=x", "hydra.job.name=y", "+hydra.job.env_set={A:b}"],
]
WRONG = [
    ["optimizer.lrr=1"],
    ["optimizer.lr=fast"],
    ["+optimizer.lr=1"],
    ["~nothing"],
    ["~seed=5"],
    ["train=5"],
]


def set_in_copy(words: list[str]) -> Any:
    """What `set_values` gives, and whether Hydra had to compose."""
    composed: list[bool] = []

    def whole() -> Any:
        composed.append(True)
        return compose("config", words, return_hydra_config=True)

    base = compose("config", [], return_hydra_config=True)
    values = OverridesParser.create().parse_overrides(words)
    return hydra_internals.set_values(base, values, whole), bool(composed)


def plain(config: Any) -> Any:
    """A configuration as plain values, without the overrides that Hydra notes in it."""
    values: Any = OmegaConf.to_container(config)
    del values["hydra"]["overrides"], values["hydra"]["job"]["override_dirname"]
    return values


def flags(config: Any) -> Any:
    """Whether a key can be added to any of the groups in a configuration."""
    return {key: OmegaConf.is_struct(config[key]) for key in ("train", "data", "model", "optimizer", "hydra")}


@pytest.mark.parametrize("words", VALUES, ids=" ".join)
def test_values_are_set_as_hydra_sets_them(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    hydras = compose("config", words, return_hydra_config=True)
    fast, composed = set_in_copy(words)
    assert not composed
    assert plain(fast) == plain(hydras)
    assert flags(fast) == flags(hydras)
    assert OmegaConf.get_type(fast, "train") is OmegaConf.get_type(hydras, "train")
    take_away(monkeypatch, "APPLY_OVERRIDES")
    slow, composed = set_in_copy(words)
    assert composed
    assert plain(slow) == plain(hydras)


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_values_that_do_not_fit_raise_either_way(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HydraException) as fast:
        set_in_copy(words)
    take_away(monkeypatch, "APPLY_OVERRIDES")
    with pytest.raises(HydraException) as slow:
        set_in_copy(words)
    assert str(fast.value) == str(slow.value)


@pytest.mark.parametrize("changed", [lambda: None, lambda overrides, config, more: None])
def test_a_function_that_takes_other_arguments_is_as_good_as_none(
    changed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hydra_internals, "part", lambda path: changed)
    config, composed = set_in_copy(["optimizer.lr=0.25"])
    assert composed
    assert config.optimizer.lr == 0.25


# hydra.yaml, and what ${hydra:...} sees


TASK_OVERRIDES: list[list[str]] = [
    [],
    ["seed=1"],
    ["label='a: b # c'", "model.hidden=[1,2]"],
    ["model.stages=[[3],[4,4]]", "optimizer.betas=[0.9,0.999]", "model.hidden=[]"],
    ["x=${seed}", "- y", "MARK"],
    ["n=\n\n  job:\n"],
]


def test_hydra_yaml_is_what_hydra_dumps(master: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    loader = GlobalHydra.instance().config_loader()
    fields: list[hydra_internals.JobFields] = [
        {
            "overrides": {"task": task},
            "job": {"id": str(number), "num": number},
            "runtime": {"output_dir": f"{folder}{number}"},
        }
        for number, task in enumerate(TASK_OVERRIDES)
        for folder in ("/a folder: ö", "/folder/")
    ]

    def dumped() -> list[str]:
        yaml = hydra_internals.HydraYaml(loader.load_sweep_config(master, ["data=moons"]))
        assert yaml.is_laid_out_as_supposed == supposed
        return [yaml.of(each) for each in fields]

    hydras = []
    for each in fields:
        whole = loader.load_sweep_config(master, ["data=moons"])
        hydra_internals.set_job_fields(whole, each)
        hydras.append(OmegaConf.to_yaml(OmegaConf.masked_copy(whole, "hydra")))
    supposed = True
    assert dumped() == hydras
    lines = hydra_internals.lines_of
    supposed = False
    for other in (lambda each: [line.replace("  ", "\t") for line in lines(each)], lambda each: ["", "", ""]):
        monkeypatch.setattr(hydra_internals, "lines_of", other)
        assert dumped() == hydras


@pytest.mark.parametrize("part", ["there", "gone"])
def test_what_is_published_is_what_interpolations_see(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if part == "gone":
        take_away(monkeypatch, "HYDRA_CONFIG")
    for number in range(2):
        config = compose("config", return_hydra_config=True)
        hydra_internals.set_job_fields(config, {"job": {"num": number}})
        hydra_internals.publish(config)
        assert HydraConfig.get().job.num == number
        seen = OmegaConf.create({"number": "${hydra:job.num}"})
        assert seen.number == number


# Callbacks


class Counts(Callback):
    def on_job_start(self, config: Any, **kwargs: Any) -> None: ...


def test_a_callback_listens_to_what_it_defines(monkeypatch: pytest.MonkeyPatch) -> None:
    some, none = SimpleNamespace(callbacks=[Callback(), Counts()]), SimpleNamespace(callbacks=[Callback()])
    assert hydra_internals.listens(some, "on_job_start")
    assert not hydra_internals.listens(some, "on_job_end")
    assert not hydra_internals.listens(none, "on_job_start")
    take_away(monkeypatch, "CALLBACK_LIST")
    assert hydra_internals.listens(none, "on_job_start"), "what cannot be known is taken to be so"


# The command line


LINES = [
    "",
    "optimizer.lr=0.1 seed=3",
    "-m seed=0,1 optimizer=adam --config-dir here",
    "seed=1 --multirun x=2 -cd=here",
    "--config-path=there --config-name other ~seed",
    "-cp there -cn other",
    "--cfg job --resolve --package model seed=1",
    "-c all -p model",
    "--info",
    "--info defaults seed=1",
    "-sc query=bash",
    "--help seed=1",
    "-h",
    "--hydra-help --run",
    "-r",
]
USED = ("overrides", "config_path", "config_name", "config_dir", "multirun")


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_read_as_hydra_reads_it(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def read() -> dict[str, Any]:
        parser, knows_all = hydra_internals.argument_parser()
        assert knows_all == there
        args, unknown = parser.parse_known_intermixed_args(line.split())
        assert unknown == []
        return vars(args)

    there = True
    fast = read()
    take_away(monkeypatch, "ARGUMENT_PARSER")
    there = False
    slow = read()
    assert {key: slow[key] for key in USED} == {key: fast[key] for key in USED}
    assert {key: fast[key] for key in slow if key in fast} == {key: slow[key] for key in slow if key in fast}
    monkeypatch.setattr(hydra_internals, "part", lambda path: lambda needed: argparse.ArgumentParser())
    assert read() == slow
