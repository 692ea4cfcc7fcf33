"""Directories of sweeps and of their jobs are named by what was varied."""

import re
import sys

from tests.kit.catalogue import answer, refuse_training

from twinprop.app.resolvers import job_name, sweep_name


def test_a_job_is_named_by_what_the_sweep_varies(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["train.py", "-m", "optimizer.lr=0.1,0.2", "train.epochs=3"])
    assert job_name(["optimizer.lr=0.2", "train.epochs=3"]) == "lr-0.2"


def test_what_does_not_vary_is_in_no_name_however_it_was_typed(monkeypatch):
    fixed = ["model.batch_norm=true", "model.hidden=[20, 10]", "+a=1e-3", "optimizer.lr=choice(0.1)", "seed=1,2"]
    monkeypatch.setattr(sys, "argv", ["train.py", "-m", "--config-dir", "x", *fixed, "train.epochs=range(1,3)"])
    params = {"model.depth": 3, "model.width": "10,20", "seed": "5,6,7", "data": "interval(0,1)"}
    job = ["model.batch_norm=True", "model.hidden=[20,10]", "+a=0.001", "optimizer.lr=0.1", "seed=1", "train.epochs=2"]
    assert (
        job_name([*job, "model.depth=3", "model.width=20", "data=0.5"], params) == "seed-1_epochs-2_width-20_data-0.5"
    )


def test_a_sweep_is_named_by_its_label_or_study_and_the_time():
    assert sweep_name(["+sweeps=depth"], None, "now") == "depth_now"
    assert sweep_name(["+sweeps=depth"], "mine", "now") == "mine_now"
    assert sweep_name([], None, "now") == "now"


def test_what_varied_stands_before_the_date(tmp_path, monkeypatch, capfd):
    """TensorBoard's HPARAMS cuts long names short, and dates are alike in their beginning."""
    refuse_training(monkeypatch)
    answer(["model.activation=tanh", "optimizer.lr=0.3"], tmp_path, monkeypatch, capfd)
    (run,) = (tmp_path / "outputs" / "runs").iterdir()
    assert re.fullmatch(r"activation-tanh_lr-0\.3_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d", run.name)
