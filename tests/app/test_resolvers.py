"""Directories of sweeps and of their jobs are named by what was varied."""

import sys

from twinprop.app.resolvers import job_name, sweep_name


def test_a_job_is_named_by_what_the_sweep_varies(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["train.py", "-m", "optimizer.lr=0.1,0.2", "train.epochs=3"])
    assert job_name(["optimizer.lr=0.2", "train.epochs=3"]) == "lr=0.2"


def test_a_sweep_is_named_by_its_label_or_study_and_the_time():
    assert sweep_name(["+sweeps=depth"], None, "now") == "depth_now"
    assert sweep_name(["+sweeps=depth"], "mine", "now") == "mine_now"
    assert sweep_name([], None, "now") == "now"
