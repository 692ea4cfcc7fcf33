"""What a mistake is answered with: the nearest valid word, the place where it belongs, the job that has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hydra import initialize_config_dir

from twinprop.app.diagnose import diagnose, to_error
from twinprop.app.folders import conf
from twinprop.app.register import register


@pytest.fixture(autouse=True, scope="module")
def hydra() -> Iterator[None]:
    register()
    with initialize_config_dir(str(conf())):
        yield


ANSWERS = {
    "optimizer.lrr=1": "Did you mean 'optimizer.lr'?",
    "lr=0.1": "Did you mean 'optimizer.lr'?",
    "epochs=3": "Did you mean 'train.epochs'?",
    "optimiser=adam": "Did you mean 'optimizer'?",
    "optimizer=adm": "Did you mean 'adam'?",
    "data=mnits": "Did you mean 'mnist'?",
    "experiment=null": "must be one of",
    "experiment=kece470": "Did you mean 'kece470_mlp'?",
    "model.activation=rleu": "Did you mean 'relu'?",
    "train.drop_last=ture": "Did you mean 'true'?",
    "train.batch_size=fulll": "Did you mean 'full'?",
    "optimizer.betas=[0.9,0.99]": "optimizer.betas belongs to optimizer=adam and optimizer=adamw",
    "momentun=0.9": "Did you mean 'optimizer.momentum'?",
    "gamma=0.9": "scheduler.gamma belongs to scheduler=step and scheduler=multistep and scheduler=exponential",
    "optimizer.name=adam": "write optimizer=adam",
    "optimizer.lr=abc": "must be a number, greater than 0",
    "train.steps=many": "must be a whole number, at least 1, or null",
    "model.hidden=100": "must be a list of whole numbers, at least 1 and at most 1000000, or null",
    "train=5": "must be a group of keys",
    "train={epohcs:1}": "Did you mean 'train.epochs'?",
    "train={epochs:many}": "train.epochs: must be a whole number",
    "hydra.sweeper.params={seed:1}": "to add it, write +hydra.sweeper.params={seed:1}",
    "+optimizer.lr=1": "leave out the +",
    "+optimizer=adam": "leave out the +",
    "~optimizer": "every run needs one",
    "~seed": "cannot be taken away",
    "optimizer.lr=0.1,0.2": "needs -m",
    "model.hidden=100,50": "'model.hidden=[100,50]'",
    "model.hidden=[100,": "quotes",
    "optimizer.lr": "is not key=value",
    "=": "is not key=value",
    "=1": "is not key=value",
    "": "is not key=value",
    "hydra.run.dri=x": "Did you mean 'hydra.run.dir'?",
    "hydra/launcher=basc": "Did you mean 'basic'?",
}


@pytest.mark.parametrize("word", ANSWERS)
def test_answer(word: str) -> None:
    (job,) = diagnose([word])
    assert len(job.problems) == 1, job.problems
    assert ANSWERS[word] in job.problems[0]
    assert "full_key" not in job.problems[0]


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    words = ["optimizer=adam", "optimizer.betas=[0.9,0.99]", "experiment=kece470_mlp"]
    assert [job.problems for job in diagnose(words)] == [[]]


def test_jobs_of_a_sweep_are_told_apart() -> None:
    jobs = diagnose(["optimizer.lr=0.1,-1", "train.epochs=1,0", "model.widht=3"], multirun=True)
    assert [len(job.problems) for job in jobs] == [1, 2, 2, 3]
    text = str(to_error(jobs))
    assert "optimizer.lr=-1.0: must be a number, greater than 0. (job 2, 3)" in text
    assert "train.epochs=0: must be a whole number, at least 1. (job 1, 3)" in text
    assert "  model.widht=3: there is no such key. Did you mean 'model.width'?" in text.splitlines()
    assert text.count("model.widht=3") == 1


def test_a_key_that_only_some_choices_of_a_sweep_have() -> None:
    jobs = diagnose(["optimizer=sgd,adam", "optimizer.momentum=0.9"], multirun=True)
    assert [bool(job.problems) for job in jobs] == [False, True]
    assert [job.composes for job in jobs] == [True, False]


def test_values_out_of_range_compose_all_the_same() -> None:
    (job,) = diagnose(["seed=-1"])
    assert job.problems
    assert job.composes


def test_a_range_that_its_sweeper_samples_hides_no_mistake() -> None:
    jobs = diagnose(["optimizer.lr=interval(0,1)", "model.width=0"], multirun=True)
    assert [len(job.problems) for job in jobs] == [1]


def test_options_of_a_search_path_are_known(tmp_path: Path) -> None:
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "mine.yaml").write_text("# @package _global_\nseed: 3\n")
    words = [f"hydra.searchpath=[file://{tmp_path}]", "model.widht=3"]
    (job,) = diagnose([*words, "experiment=mine"])
    assert job.problems == ["model.widht=3: there is no such key. Did you mean 'model.width'?"]
    (job,) = diagnose([*words, "experiment=mien"])
    assert "Did you mean 'mine'?" in job.problems[0]
