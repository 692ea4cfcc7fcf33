"""Directories of runs and sweeps are named by what was varied, safely, and never twice."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinprop.app.resolvers import job_name, sweep_name
from twinprop.run.names import LONGEST, safe, short_name, unused


@pytest.mark.parametrize(
    ("overrides", "label", "name"),
    [
        ([], None, "default"),
        (["model.activation=tanh", "optimizer.lr=0.01"], None, "activation=tanh,lr=0.01"),
        (["data=mnist", "data.root=/big/disk", "hydra.run.dir=x"], None, "data=mnist"),
        (["experiment=kece470_mlp", "seed=3"], None, "kece470_mlp,seed=3"),
        (["seed=3"], "mine", "mine,seed=3"),
        (["model.hidden=[20,10]"], None, "hidden=[20,10]"),
    ],
)
def test_a_run_is_named_by_its_overrides(overrides, label, name):
    assert short_name(overrides, label) == name


def test_a_job_is_named_by_what_the_sweep_varies(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["train.py", "-m", "optimizer.lr=0.1,0.2", "train.epochs=3"])
    assert job_name(["optimizer.lr=0.2", "train.epochs=3"]) == "lr=0.2"


def test_a_sweep_is_named_by_its_label_or_study_and_the_time():
    assert sweep_name(["+sweeps=depth"], None, "now") == "depth_now"
    assert sweep_name(["+sweeps=depth"], "mine", "now") == "mine_now"
    assert sweep_name([], None, "now") == "now"


@given(st.text(max_size=300))
def test_any_name_is_safe_for_a_file_system(text):
    name = safe(text)
    assert len(name) <= LONGEST
    assert not set(name) & set('/\\:*?"<>|\0\n')


def test_a_name_is_never_used_twice(tmp_path):
    names = []
    for _ in range(3):
        names.append(unused(str(tmp_path / "run")))
        (tmp_path / names[-1]).mkdir()
    assert [name.rpartition("/")[2] for name in names] == ["run", "run-2", "run-3"]
