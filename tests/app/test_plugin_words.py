"""`plugins=` of a command line: what it names, where it may stand, and who else knows it then."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kit.commands import in_process
from tests.kit.plugins import CUBE, HEAD, forgotten

import twinprop
from twinprop.app.plugin_words import take
from twinprop.config import extend, plugins, registry
from twinprop.errors import TwinpropError
from twinprop.population import forks, pool

MOONS = ["data=moons", "data.n_samples=60", "model.width=4", "train.epochs=1", "model.backend=scratch"]
WRONG = f"""{HEAD}
@twinprop.activation("wrong")
class Wrong(Activation):
    def forward(self, z, training=False):
        self.z = z
        return z * z

    def backward(self, da, need_dx=True):
        return 3 * self.z * da

@twinprop.activation("alone")
class Alone(Activation):
    def forward(self, z, training=False):
        return z - z.mean(0) * 0

    def backward(self, da, need_dx=True):
        assert da.ndim == 2
        return da
"""
RULE = """import twinprop
from twinprop.scratch import Optimizer

@twinprop.optimizer("plain", torch="torch.optim:SGD")
class Plain(Optimizer):
    def update(self, p, g, state, t):
        p -= self.lr * g
"""


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    Path("cube.py").write_text(CUBE)
    Path("own.py").write_text(WRONG)
    with forgotten():
        yield


@pytest.mark.parametrize(
    "words",
    [
        ["plugins=[cube.py,own.py]"],
        ["plugins=cube.py", "+plugins=own"],
        ["++plugins=['cube.py', \"own.py\"]"],
        ["plugins=lab/all.yaml"],
        ["plugins=lab/list.yml"],
    ],
)
def test_several_are_named_in_each_way(words: list[str]) -> None:
    Path("lab").mkdir()
    Path("lab/all.yaml").write_text("# mine\nplugins: [../cube.py, ../own.py]\n")
    Path("lab/list.yml").write_text("- ../cube.py\n- ../own.py\n")
    assert take(["a=1", *words, "-m"]) == ["a=1", "-m"]
    assert {name for _, name in extend.ORIGINS} == {"cube", "wrong", "alone"}


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("plugins=", "must be a file"),
        ("plugins=[]", "must be a file"),
        ("plugins=null", "must be a file"),
        ("plugins=a.py,b.py", r"several are a list: 'plugins=\[a.py,b.py\]'"),
        ("plugins=no.yaml", "there is no file"),
        ("plugins=bad.yaml", "bad.yaml:2: is no YAML"),
        ("plugins=none.yaml", "lists no plugins"),
        ("plugins=run/.hydra/config.yaml", "is the record of a run, which names no code"),
    ],
)
def test_what_names_none_is_told(word: str, message: str) -> None:
    Path("run/.hydra").mkdir(parents=True)
    Path("run/.hydra/config.yaml").write_text("plugins: [cube.py]\n")
    Path("bad.yaml").write_text("plugins: [\n")
    Path("none.yaml").write_text("x: 1\n")
    with pytest.raises(TwinpropError, match=message):
        take([word])
    assert not plugins.loaded()


def test_tab_runs_what_was_run_before_and_nothing_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMP_LINE", "python train.py plugins=cube.py model.activation=cu")
    take(["-sc", "query=bash"])
    assert not plugins.loaded()
    take(["plugins=cube.py"])
    with forgotten():
        monkeypatch.setenv("COMP_LINE", "python train.py plugins=cube.py model.activation=cu")
        take(["-sc", "query=bash"])
        assert "cube" in registry.ACTIVATIONS


def test_help_and_suggestions_know_its_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert in_process(monkeypatch, tmp_path, "--help", "plugins=cube.py") == (0, "")
    assert "  cube.py: activation cube" in capfd.readouterr().out
    status, message = in_process(monkeypatch, tmp_path, "plugins=cube.py", "model.activation=cubed")
    assert status == 1
    assert "Did you mean 'cube'?" in message


def test_an_error_in_its_code_is_one_message_with_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("cube.py").write_text(CUBE.replace("self.z = z", "self.z = zz"))
    words = ["plugins=cube.py", *MOONS, "model.activation=cube"]
    told = "cube.py:7: NameError: name 'zz' is not defined: self.z = zz"
    assert in_process(monkeypatch, tmp_path, *words, "hydra.run.dir=one")[0] == 1
    assert told in capfd.readouterr().err
    with pytest.raises(TwinpropError) as error:
        twinprop.train(*words, "hydra.run.dir=two")
    assert str(error.value) == told


@pytest.mark.slow
def test_a_sweep_says_what_is_wrong_once_and_what_trains_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ["-m", "plugins=own.py", *MOONS, "model.activation=wrong,alone", "seed=0,1", "hydra.launcher.workers=1"]
    assert in_process(monkeypatch, tmp_path, *words, "hydra.sweep.dir=sweep") == (0, "")
    out, err = capfd.readouterr()
    assert out.count("alone: alone does not work on several networks side by side") == 2
    assert err.count("model.activation=wrong (own.py:4): backward is not the derivative of forward") == 1
    for folder in (Path("sweep"), *Path("sweep").glob("*_activation*")):
        assert (folder / "plugins" / "own.py").read_text() == WRONG
    with forgotten():
        run = twinprop.load(next(Path("sweep").glob("0_*")))
        assert run.network.forward([[0.5, 0.5]]).shape == (1, 2)


@pytest.mark.slow
def test_workers_that_are_no_forks_know_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for module in (forks, pool):
        monkeypatch.setattr(module, "FORKS", False)
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None, raising=False)
    Path("rule.py").write_text(RULE)
    words = ["-m", "plugins=[cube.py,rule.py]", *MOONS, "model.activation=cube", "optimizer=plain", "model.depth=1,2"]
    assert in_process(monkeypatch, tmp_path, *words, "hydra.launcher.workers=2", "hydra.sweep.dir=sweep") == (0, "")
    assert capfd.readouterr().out.count("completed") == 2


@pytest.mark.slow
def test_jobs_of_a_cluster_know_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ["-m", "plugins=cube.py", *MOONS, "model.activation=cube", "seed=0,1", "hydra.sweep.dir=sweep"]
    words += ["hydra.launcher.engine=submitit", "hydra.launcher.submitit.cluster=local"]
    assert in_process(monkeypatch, tmp_path, *words) == (0, "")
    assert "2 completed" in capfd.readouterr().out


@pytest.mark.slow
def test_a_sweep_goes_on_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from twinprop.app.resume import resume

    words = ["-m", "plugins=cube.py", *MOONS, "model.activation=cube", "seed=0,1", "hydra.sweep.dir=sweep"]
    assert in_process(monkeypatch, tmp_path, *words) == (0, "")
    with forgotten():
        resume(tmp_path / "sweep", ["train.epochs=3"])
        assert twinprop.load(next(Path("sweep").glob("0_*"))).summary["epochs"] == 3
