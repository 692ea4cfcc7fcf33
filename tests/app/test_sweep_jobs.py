"""The jobs of a sweep are composed as Hydra composes them, to the byte: Hydra's own loader is the oracle."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.types import RunMode
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf, open_dict, read_write

from twinprop.app.composer import HYDRA_ERRORS
from twinprop.app.diagnose import problems_of
from twinprop.app.folders import conf
from twinprop.app.plain_jobs import parsed
from twinprop.app.register import register
from twinprop.app.sweep_jobs import SweepComposer
from twinprop.config.schema import typed

NO_SHRINKING = [phase for phase in Phase if phase != Phase.shrink]
"""A job takes long to compose, and a smaller example tells no more."""

MASTER = ["optimizer.lr=0.1,0.2", "label=many", "hydra.mode=MULTIRUN"]


@pytest.fixture(scope="module")
def loader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    register()
    before = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("sweep"))
    with initialize_config_dir(str(conf()), job_name="train"):
        yield GlobalHydra.instance().config_loader()
    os.chdir(before)


@pytest.fixture(scope="module")
def master(loader: Any) -> Any:
    composed = loader.load_configuration("config", MASTER, RunMode.MULTIRUN)
    HydraConfig.instance().set_config(composed)
    return composed


@pytest.fixture(scope="module")
def composer(loader: Any, master: Any) -> SweepComposer:
    return SweepComposer(loader, master)


def hydras(loader: Any, master: Any, number: int, overrides: Sequence[str]) -> tuple[Path, Path, dict[str, str]]:
    """The directory of a job, its log, and what Hydra writes into it, as hydra.core.utils.run_job has it."""
    composed = loader.load_sweep_config(master, list(overrides))
    with open_dict(composed):
        composed.hydra.job.id, composed.hydra.job.num = str(number), number
    HydraConfig.instance().set_config(composed)
    directory = Path(os.path.abspath(os.path.join(composed.hydra.sweep.dir, composed.hydra.sweep.subdir)))
    with read_write(composed.hydra.runtime):
        composed.hydra.runtime.output_dir = str(directory)
    task = copy.deepcopy(composed)
    with open_dict(task):
        del task["hydra"]
    return (
        directory,
        Path(composed.hydra.job_logging.handlers.file.filename),
        {
            "config.yaml": OmegaConf.to_yaml(task),
            "hydra.yaml": OmegaConf.to_yaml(OmegaConf.masked_copy(composed, "hydra")),
            "overrides.yaml": OmegaConf.to_yaml(composed.hydra.overrides.task),
        },
    )


def composed_by(loader: Any, master: Any, overrides: Sequence[str]) -> Any:
    """What Hydra composes for a job, without its own part."""
    composed = loader.load_sweep_config(master, list(overrides))
    with open_dict(composed):
        del composed["hydra"]
    return composed


VALUES = [
    st.floats(1e-6, 10).map("optimizer.lr={!r}".format),
    st.integers(0, 2**31).map("seed={}".format),
    st.sampled_from(["model.activation=tanh", "model.hidden=[3,4]", "model.hidden=null", "model.init=xavier_normal"]),
    st.sampled_from(["train.batch_size=full", "train.batch_size=7", "train.max_grad_norm=1e-3", "train.steps=12"]),
    st.sampled_from(
        ["label='a b, c=d'", "label=null", "label='ö'", "train.patience=${train.epochs}", "metric=test_loss"]
    ),
    st.sampled_from(["scheduler.interval=step", "scheduler.interval=epoch"]),
]
GROUPS = [
    st.sampled_from([f"optimizer={name}" for name in ("sgd", "adam", "adamw", "rmsprop", "adagrad")]),
    st.sampled_from(["data=moons", "data=mnist", "data=digits"]),
    st.sampled_from(["model=mlp", "model=cnn", "model=rnn"]),
    st.sampled_from(["experiment=kece470_mlp"]),
    st.sampled_from(["hydra.job.name=other", "hydra.output_subdir=null", "hydra.sweep.subdir=${hydra.job.num}_own"]),
    st.sampled_from(["hydra.sweep.subdir=${seed}_${hydra.job.num}", "hydra.verbose=true"]),
]


EXACT = [
    st.floats(1e-6, 10).map("optimizer.weight_decay={!r}".format),
    st.integers(1, 99).map("optimizer.momentum=0.{}".format),
    st.sampled_from(["model.hidden=[3]", "model.hidden=[3,4]", "model.hidden=null"]),
    st.sampled_from(["optimizer.lr=1", "optimizer.lr=1e-3", "optimizer.lr=-1", "optimizer.lr=fast", "optimizer.lr=.5"]),
    st.sampled_from(["data.root=~", "data.root=/a/b", "data.root='a b'", "train.drop_last=true", "train.keep=last"]),
    st.sampled_from(["label='1'", "label=1", "label=true", "label='true'", "label=e", "label=a-b", "label=1e3"]),
]
"""More values, some of which are wrong."""


@st.composite
def jobs(draw: st.DrawFn) -> list[str]:
    """Overrides of one job, at most one of each kind, in any order."""
    words = [draw(kind) for kind in VALUES + GROUPS if draw(st.booleans())]
    return list(draw(st.permutations(words)))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=NO_SHRINKING)
@given(overrides=jobs(), number=st.integers(0, 2000))
def test_a_job_is_what_hydra_composes(
    loader: Any, master: Any, composer: SweepComposer, overrides: list[str], number: int
) -> None:
    job = composer.job(number, overrides)
    directory, log, files = hydras(loader, master, number, overrides)
    assert (job.directory, job.log) == (directory, log)
    if "hydra.output_subdir=null" in overrides:
        assert not job.files
    else:
        assert {path.name: text for path, text in job.files.items()} == files
        assert {path.parent for path in job.files} == {directory / ".hydra"}


@st.composite
def two_jobs(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """Overrides of two jobs that select the same and give the same keys values, mostly others."""
    kinds = [kind for kind in VALUES + EXACT if draw(st.booleans())]
    pairs = [(draw(kind), draw(kind)) for kind in kinds]
    keys = [(one.partition("=")[0], other.partition("=")[0]) for one, other in pairs]
    pairs = list({key[0]: pair for key, pair in zip(keys, pairs, strict=True) if key[0] == key[1]}.values())
    pairs += [(word, word) for word in [draw(kind) for kind in GROUPS if draw(st.booleans())]]
    pairs = draw(st.permutations(pairs))
    return [one for one, _ in pairs], [other for _, other in pairs]


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=NO_SHRINKING)
@given(both=two_jobs(), number=st.integers(0, 2000))
def test_a_job_that_is_filled_in_is_what_hydra_composes(
    loader: Any, master: Any, both: tuple[list[str], list[str]], number: int
) -> None:
    """The second one of a kind never meets Hydra."""
    own = SweepComposer(loader, master)
    jobs = [own.job(number + place, overrides) for place, overrides in enumerate(both)]
    for place, (job, overrides) in enumerate(zip(jobs, both, strict=True)):
        try:
            composed = composed_by(loader, master, overrides)
        except HYDRA_ERRORS:
            assert job.config is None
            assert job.problems
            continue
        directory, log, files = hydras(loader, master, number + place, overrides)
        assert (job.directory, job.log) == (directory, log)
        assert {path.name: text for path, text in job.files.items()} in (files, {})
        problems = problems_of(composed)
        assert (job.config, job.problems) == (None if problems else typed(composed), problems)


@given(st.one_of(st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False)))
def test_a_number_is_read_as_hydra_reads_it(number: float) -> None:
    for text in (f"{number}", f"{number:.3f}", f"{number:e}", f"{number:g}"):
        (its,) = OverridesParser.create().parse_overrides([f"optimizer.lr={text}"])
        ours = parsed(f"optimizer.lr={text}")
        assert (ours.key_or_group, ours.value(), type(ours.value())) == ("optimizer.lr", its.value(), type(its.value()))
        assert (ours.type, ours.value_type, ours.input_line) == (its.type, its.value_type, its.input_line)


def test_jobs_that_depend_on_nothing_else_are_filled_in(loader: Any, master: Any) -> None:
    own = SweepComposer(loader, master)
    plain = [["seed=1", "optimizer.lr=0.1"], ["optimizer=adam", "optimizer.betas=[0.5,0.9]"], ["model.hidden=[3,4]"]]
    others = [["train.patience=${train.epochs}"], ["train={epochs:3}"], ["+more=1"], ["seed=1", "seed=2"]]
    for number, overrides in enumerate([*plain, *others]):
        own.job(number, overrides)
    assert [pattern is not None for pattern in own.patterns.values()] == [True] * 3


@pytest.mark.parametrize(
    "overrides",
    [
        ["optimizer=adam", "optimizer.betas=[0.5,0.9]", "optimizer.lr=0.1"],
        ["optimizer.lr=0.1", "optimizer=adam"],
        ["experiment=kece470_mlp", "seed=3", "data=digits"],
        ["scheduler=multistep", "scheduler.milestones=[3,5]"],
        ["data=moons", "data.noise=0.3", "+data.more=1"],
        ["model.hidden=[1,2]", "train.steps=${train.epochs}"],
        ["train.epochs=3", "train={epochs:${seed},steps:4}", "seed=7"],
        ["train={epochs:${seed}}", "train.epochs=3"],
        ["+more={a:{b:1}}", "++more.a.c=[1,2]", "~more.a.b"],
        ["hydra.sweep.subdir=${seed}_${model.width}", "seed=3", "model.width=7"],
        ["hydra.sweep.subdir=${hydra.job.num}_${ optimizer.lr }", "optimizer.lr=0.5"],
        [
            "hydra.job.name=x",
            "hydra.job_logging.handlers.file.filename=${hydra.runtime.output_dir}/${label}.log",
            "label=mine",
        ],
    ],
)
def test_order_and_kinds_of_overrides(loader: Any, master: Any, composer: SweepComposer, overrides: list[str]) -> None:
    job = composer.job(5, overrides)
    directory, log, files = hydras(loader, master, 5, overrides)
    assert job.directory == directory
    assert {path.name: text for path, text in job.files.items()} == files
    assert job.log == log


def test_one_job_leaves_no_trace_in_the_next(loader: Any, master: Any, composer: SweepComposer) -> None:
    first = composer.job(0, ["optimizer.lr=0.5", "model.hidden=[7]", "label=x"])
    composer.job(1, ["optimizer.lr=0.6", "model.hidden=[8]", "train.patience=3"])
    again = composer.job(0, ["optimizer.lr=0.5", "model.hidden=[7]", "label=x"])
    assert (first.files, first.config, first.directory) == (again.files, again.config, again.directory)


def test_hydra_composes_once_for_each_choice(loader: Any, master: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []
    whole = type(loader).load_sweep_config
    monkeypatch.setattr(type(loader), "load_sweep_config", lambda *args: calls.append(args) or whole(*args))
    composer = SweepComposer(loader, master)
    for number in range(20):
        optimizer = "adam" if number % 2 else "sgd"
        composer.job(number, [f"optimizer={optimizer}", f"optimizer.lr={0.01 * (number + 1)}", f"seed={number}"])
    assert len(calls) == 2


@pytest.mark.parametrize(
    ("overrides", "word"),
    [
        (["optimizer.lr=-1"], "optimizer.lr=-1"),
        (["optimizer.lr=fast"], "optimizer.lr"),
        (["optimizer=adan"], "adam"),
        (["model.widht=3"], "model.width"),
    ],
)
def test_a_job_that_is_wrong_says_why_and_has_a_directory(
    composer: SweepComposer, overrides: list[str], word: str
) -> None:
    job = composer.job(3, overrides)
    assert job.config is None
    assert word in "\n".join(job.problems)
    assert job.directory.name.startswith("3_")
