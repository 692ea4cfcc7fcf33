"""In a notebook: `twinprop.train` does what the command does, `twinprop.load` reads it back."""

import os
import pydoc
import re
import signal
from pathlib import Path

import numpy as np
import pytest
import torch

import twinprop
from twinprop.data.digits import Digits
from twinprop.errors import ConfigError, TwinpropError
from twinprop.learners.scratch import ScratchLearner
from twinprop.learners.torch import TorchLearner
from twinprop.training.plan import Plan


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    return {
        backend: twinprop.train(
            f"model.backend={backend}", "model.activation=tanh", "train.epochs=3", f"hydra.run.dir={folder}/{backend}"
        )
        for backend in ("scratch", "torch")
    }


def test_a_run_has_its_summary_metrics_and_files(runs):
    run = runs["torch"]
    assert run.summary["status"] == "completed"
    assert run.metrics["epoch"].tolist() == [1, 2, 3]
    assert run.metrics["test_accuracy"].iloc[-1] == run.summary["test"]["accuracy"]
    present = {path.name.split(".")[0] for path in run.path.iterdir()}
    assert {"events", "metrics", "summary", "model", "train"} <= present
    assert {path.name for path in (run.path / ".hydra").iterdir()} == {"config.yaml", "hydra.yaml", "overrides.yaml"}


@pytest.mark.parametrize("backend", ["scratch", "torch"])
def test_the_model_gives_the_reported_test_accuracy_in_plain_pytorch(runs, backend):
    run = twinprop.load(runs[backend].path)
    test = Digits().load().test
    predicted = run.model(torch.from_numpy(test.x)).argmax(1).numpy()
    assert np.mean(predicted == test.y) == pytest.approx(run.summary["best"]["test"]["accuracy"], abs=1e-9)


def test_the_twins_models_agree(runs):
    a, b = (runs[backend].saved["state_dict"] for backend in ("scratch", "torch"))
    assert list(a) == list(b)
    for name in a:
        torch.testing.assert_close(a[name], b[name], atol=1e-4, rtol=1e-3)


def test_the_saved_configuration_is_the_one_that_was_trained(runs):
    config = runs["torch"].config
    assert config.model.activation == "tanh"
    assert config.train.epochs == 3


def test_a_mistake_raises_and_names_the_key(tmp_path):
    with pytest.raises(TwinpropError, match=r"model\.activation"):
        twinprop.train("model.activatoin=tanh", f"hydra.run.dir={tmp_path}/a")
    with pytest.raises(TwinpropError, match=r"optimizer\.lr"):
        twinprop.train("optimizer.lr=-1", f"hydra.run.dir={tmp_path}/b")


def test_a_directory_without_a_run_is_an_error(tmp_path):
    with pytest.raises(TwinpropError, match="no readable summary"):
        twinprop.load(tmp_path)


def test_the_lines_in_the_documentation_load_a_model(runs, monkeypatch):
    text = (Path(__file__).parents[2] / "docs" / "twins.md").read_text(encoding="utf-8")
    code = text.partition("```python\n")[2].partition("```")[0].replace("nn.ReLU()", "nn.Tanh()")
    x = torch.rand(5, 8, 8)
    for run in runs.values():
        monkeypatch.chdir(run.path)
        found = {}
        exec(code, found)
        torch.testing.assert_close(found["network"](x), run.model(x))


@pytest.mark.parametrize("backend", ["scratch", "torch"])
def test_the_lines_for_a_convolutional_network_load_it_and_so_do_both_twins(backend, tmp_path, monkeypatch):
    words = ["model=cnn", "model.stages=[[8],[16]]", f"model.backend={backend}", "train.epochs=1"]
    run = twinprop.train(*words, f"hydra.run.dir={tmp_path}/run")
    text = (Path(__file__).parents[2] / "docs" / "twins.md").read_text(encoding="utf-8")
    monkeypatch.chdir(run.path)
    found = {}
    exec(text.split("```python\n")[2].partition("```")[0], found)
    x = torch.rand(5, 8, 8)
    torch.testing.assert_close(found["network"](x), run.model(x))
    np.testing.assert_allclose(run.network.forward(x.numpy()), run.model(x).detach().numpy(), atol=1e-5)


def test_both_twins_predict_alike_whoever_trained(runs):
    x = np.random.default_rng(0).normal(size=(20, 8, 8)).astype(np.float32)
    for run in runs.values():
        np.testing.assert_allclose(
            run.network.forward(x), run.model(torch.from_numpy(x)).detach().numpy(), atol=1e-5, rtol=1e-5
        )


def test_a_model_of_one_twin_goes_on_in_the_other(runs):
    x = np.random.default_rng(0).normal(size=(20, 8, 8)).astype(np.float32)
    outputs = []
    for run in runs.values():
        for kind in (ScratchLearner, TorchLearner):
            learner = kind([run.config], (8, 8), 10, Plan(1, 1, 1))
            learner.load_parameters(run.saved["state_dict"])
            outputs.append(np.asarray(learner.predict(x if kind is ScratchLearner else torch.from_numpy(x))))
        np.testing.assert_allclose(outputs[-1], outputs[-2], atol=1e-5)


@pytest.mark.parametrize("shape", [(20, 8, 8), (20, 1, 8, 8), (20, 8, 8, 1), (20, 64)])
def test_samples_are_taken_in_each_shape_that_means_them(runs, shape):
    """A DataLoader gives grey images a channel; one axis too many made outputs (n, 1, classes), without a word."""
    x = np.random.default_rng(0).normal(size=(20, 8, 8)).astype(np.float32)
    for run in runs.values():
        expected = run.network.forward(x)
        assert expected.shape == (20, 10)
        np.testing.assert_array_equal(run.network.forward(x.reshape(shape)), expected)
        found = run.model(torch.from_numpy(x.reshape(shape))).detach().numpy()
        np.testing.assert_allclose(found, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("shape", [(8, 8), (64,), (20, 63), (20, 3, 8, 8), (20, 4, 16)])
def test_samples_of_another_shape_are_refused(runs, shape):
    x = np.zeros(shape, np.float32)
    for run in runs.values():
        for predict in (run.network.forward, lambda x, run=run: run.model(torch.from_numpy(x))):
            with pytest.raises(ValueError, match=r"expected samples \(n, 8, 8\), got \("):
                predict(x)


def test_the_summary_counts_the_samples_of_each_class(runs):
    for run in runs.values():
        counts = run.summary["data"]
        assert list(counts) == ["train", "val", "test"]
        assert {name: len(split) for name, split in counts.items()} == dict.fromkeys(counts, 10)
        assert sum(counts["train"].values()) > sum(counts["test"].values()) > sum(counts["val"].values()) > 0


def test_it_shows_itself(runs):
    run = twinprop.load(runs["torch"].path)
    assert re.fullmatch(r"Run\('.*', completed, test accuracy 0\.\d{4}, loss 0?\.?\d+\.?\d*\)", repr(run))
    assert run._repr_html_().count("<svg") == 2
    assert repr(run.network) == "Network(Flatten, Linear, Tanh, Linear, Tanh, Linear; 6,310 parameters)"


def test_the_network_by_hand_takes_what_the_model_takes(runs):
    x = torch.rand(3, 8, 8, requires_grad=True)
    found = runs["torch"].network.forward(x)
    np.testing.assert_allclose(found, runs["torch"].model(x).detach().numpy(), atol=1e-5)


@pytest.mark.slow
def test_a_sweep_returns_its_table_its_runs_and_its_picture(tmp_path):
    words = ["data=moons", "data.n_samples=80", "model.width=4", "model.backend=scratch", "train.epochs=1"]
    launcher = ("hydra.launcher.workers=1", "hydra.launcher.report=true")
    found = twinprop.sweep(*words, "seed=0,1", *launcher, f"hydra.sweep.dir={tmp_path}/sweep")
    assert repr(found) == f"Sweep('{tmp_path}/sweep', 2 jobs)"
    assert found.table["seed"].tolist() == [run.config.seed for run in found.runs] == [0, 1]
    assert "<th>seed</th>" in found._repr_html_()
    assert "model.width" not in found._repr_html_()
    assert found.picture is not None
    assert found.picture.startswith(b"\x89PNG")
    assert "data:image/png;base64," in found._repr_html_()
    with pytest.raises(TwinpropError, match=r"optimizer\.lr"):
        twinprop.sweep("optimizer.lr=-1,-2", f"hydra.sweep.dir={tmp_path}/other")
    with pytest.raises(TwinpropError, match="only our own"):
        twinprop.sweep(*words, "seed=0,1", "hydra/launcher=basic", f"hydra.sweep.dir={tmp_path}/basic")


def test_an_error_is_one_message_in_ipython_too():
    assert ConfigError(["x: y."])._render_traceback_() == ["ConfigError: The configuration has a mistake:\n  x: y."]


def test_what_cannot_be_trained_or_predicted_is_one_message(runs, capfd):
    with pytest.raises(TwinpropError, match=r"none.csv: is not there"):
        twinprop.train("data=csv", "data.file=none.csv", "data.target=x", f"hydra.run.dir={runs['torch'].path}-no")
    assert "Error executing job" not in capfd.readouterr().err
    with pytest.raises(TwinpropError, match=r"expected samples \(n, 8, 8\), got \(1, 2\)"):
        runs["torch"].predict([[1, 2]])


def test_what_is_public_is_listed():
    assert {"train", "sweep", "load", "Run", "activation", "dataset"} <= set(dir(twinprop)) == set(twinprop.__all__)
    assert all(hasattr(twinprop, name) for name in twinprop.__all__)
    assert "sweep(*overrides" in pydoc.render_doc(twinprop, renderer=pydoc.plaintext)


def test_in_a_notebook_there_is_a_bar_and_no_lines(tmp_path, monkeypatch, capsys):
    pytest.importorskip("IPython")
    shown = []

    class Handle:
        def update(self, html):
            shown.append(html.data)

    monkeypatch.setattr("IPython.display.display", lambda html, display_id: shown.append(html.data) or Handle())
    for module in ("twinprop.run.console", "twinprop.run.notebook_bar"):
        monkeypatch.setattr(f"{module}.in_notebook", lambda: True)
    words = ["data=moons", "model.width=4", "model.backend=scratch", "train.epochs=2"]
    twinprop.train(*words, f"hydra.run.dir={tmp_path}/run")
    assert capsys.readouterr().out == ""
    assert "epoch 2 train loss" in shown[-1]
    assert 'value="1.000"' in shown[-1]


def test_one_interrupt_ends_the_loop_around_it_and_saves(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    trained = []

    def stop(steps):
        if steps == 5:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr("twinprop.run.console.Display.progress", lambda self, steps: stop(steps))

    def loop():
        for seed in range(3):
            trained.append(seed)
            twinprop.train("model.backend=scratch", "model.width=4", f"seed={seed}", f"hydra.run.dir=run{seed}")

    with pytest.raises(KeyboardInterrupt):
        loop()
    assert trained == [0]
    assert twinprop.load("run0").summary["status"] == "interrupted"
    assert (tmp_path / "run0" / "model.safetensors").exists()
