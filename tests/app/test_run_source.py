"""`from=RUN` trains as a run was trained, with what is typed beside it on top."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from omegaconf import OmegaConf
from tests.kit.commands import in_process

import twinprop
from twinprop.__main__ import main
from twinprop.app.compose import compose
from twinprop.app.run_source import runs_in
from twinprop.errors import TwinpropError
from twinprop.run.names import short_name

SHORT = ("train.epochs=2", "data.limit=200", "model.backend=scratch")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in a directory whose name asks for quotes."""
    path = tmp_path_factory.mktemp("runs") / "it's (a) run, 1"
    twinprop.train(
        *SHORT,
        *("optimizer=adam", "optimizer.lr=0.01", "optimizer.betas=[0.8,0.9]", "model.hidden=[20,10]", "seed=3"),
        *("label=first", f'hydra.run.dir="{path}"'),
    )
    return path


def test_the_same_comes_out_to_the_last_bit(run: Path, tmp_path: Path) -> None:
    again = twinprop.train(f'from="{run}"', f"hydra.run.dir={tmp_path}/again")
    assert again.metrics["train_loss"].tolist() == twinprop.load(run).metrics["train_loss"].tolist()
    same, other = ({**twinprop.load(path).keys} for path in (run, tmp_path / "again"))
    assert (same.pop("label"), other.pop("label")) == ("first", None)
    assert same == other


def test_what_is_typed_comes_on_top(run: Path) -> None:
    config = compose([f'from="{run}"', "optimizer.lr=0.2", "seed=5"])
    assert (config.optimizer.name, config.optimizer.lr, config.optimizer.betas) == ("adam", 0.2, (0.8, 0.9))
    assert (config.model.hidden, config.seed, config.train.epochs) == ([20, 10], 5, 2)


def test_keys_of_a_choice_that_is_replaced_are_left_out(run: Path) -> None:
    config = compose([f'from="{run}"', "optimizer=sgd", "data=moons"])
    assert (config.optimizer.name, config.optimizer.lr, config.data.limit) == ("sgd", 0.1, None)
    assert config.model.hidden == [20, 10]


@pytest.mark.slow
def test_values_studies_and_runs_are_swept(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    twinprop.train(*SHORT, "seed=7", f"hydra.run.dir={tmp_path}/other")
    runs, swept = f'from="{run}",other', {}
    for name, words in {"values": (f'from="{run}"', "optimizer.lr=0.1,0.2"), "runs": (runs, "seed=1,2")}.items():
        assert in_process(monkeypatch, tmp_path, "-m", *words, f"hydra.sweep.dir={name}") == (0, "")
        found = sorted((tmp_path / name).glob("*/.hydra/config.yaml"))
        swept[name] = [OmegaConf.load(path) for path in found]
    assert [(each.optimizer.lr, each.model.hidden) for each in swept["values"]] == [(0.1, [20, 10]), (0.2, [20, 10])]
    assert [each.optimizer.name for each in swept["runs"]] == ["adam", "adam", "sgd", "sgd"]
    assert (tmp_path / "runs" / "2_from-other_seed-1").is_dir()
    assert in_process(monkeypatch, tmp_path, "-m", "from=other", "+sweeps=activation", "hydra.sweep.dir=study")[0] == 0
    assert len(list((tmp_path / "study").glob("*activation-*"))) == 4


@pytest.mark.slow
def test_a_sweep_goes_on_without_the_runs_that_it_repeats(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "it's gone, now"
    shutil.copytree(run, gone)
    words = ("-m", f'from="{gone}"', "optimizer.lr=0.1,0.2", "hydra.sweep.dir=sweep")
    assert in_process(monkeypatch, tmp_path, *words) == (0, "")
    (job,) = (tmp_path / "sweep").glob("1_*")
    before = [(job / name).read_text() for name in (".hydra/config.yaml", ".hydra/overrides.yaml")]
    shutil.rmtree(job)
    shutil.rmtree(gone)
    assert main(["resume", str(tmp_path / "sweep")]) == 0
    assert [(job / name).read_text() for name in (".hydra/config.yaml", ".hydra/overrides.yaml")] == before
    assert twinprop.load(job).summary["status"] == "completed"


def test_the_runs_in_words_are_found(run: Path, tmp_path: Path) -> None:
    quoted = str(run).replace("'", r"\'")
    for word in (f"from='{quoted}'", f"from={tmp_path},'{quoted}'"):
        found = runs_in(["-m", word, "seed=1,2"])
        assert list(found) == [str(run)]
        assert found[str(run)]["seed"] == 3
    assert runs_in(["seed=1"]) == {}


def test_what_is_no_run_is_told(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sweep").mkdir()
    (tmp_path / "sweep" / "multirun.yaml").touch()
    old = tmp_path / "old" / ".hydra" / "config.yaml"
    old.parent.mkdir(parents=True)
    config = OmegaConf.load(run / ".hydra" / "config.yaml")
    config.optimizer.fastness = 3
    OmegaConf.save(config, old)
    for words, parts in {
        ("from=nothing",): [f"from={tmp_path}/nothing", "holds no run", "outputs/runs"],
        ("from=sweep",): [f"from={tmp_path}/sweep", "is a sweep", "one of its runs"],
        ("from=old",): [f"from={tmp_path}/old", "fastness"],
        ("from=",): ["from=", "the directory of a run"],
        ("from=[old,sweep]",): ["from=[old,sweep]", "-m", "from=A,B"],
        ("from=old", "experiment=hw5_mlp"): ["from and experiment", "leave one"],
        (f'from="{run}"', "optimizer.lrr=1"): ["optimizer.lrr=1", "'optimizer.lr'"],
    }.items():
        with pytest.raises(TwinpropError) as told:
            compose(words)
        assert all(part in str(told.value) for part in parts), str(told.value)


def test_a_name_tells_the_run_without_its_date() -> None:
    typed = ["from='/data/my runs/tanh_lr-0.1_2026-11-26_08-15-43-2'", "optimizer.lr=0.2"]
    assert short_name(typed, None) == "from-tanh_lr-0.1_lr-0.2"
    assert short_name([r"init_from=C:\runs\0_seed-1"], None) == "init_from-0_seed-1"


@pytest.mark.parametrize("option", ["--config-path=RUN/.hydra", "--config-dir=RUN/.hydra", "--config-path=RUN"])
def test_the_record_of_a_run_is_no_folder_of_configurations(
    option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    twinprop.train(*SHORT, "train.epochs=1", f"hydra.run.dir={tmp_path}/run")
    words = option.replace("RUN", "run"), "--config-name=config"
    status, message = in_process(monkeypatch, tmp_path, *words)
    assert status == 1
    assert message.startswith(words[0])
    assert message.endswith("To repeat the run: python train.py from=run")


def test_hydras_own_repetition_takes_another_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = twinprop.train(*SHORT, f"hydra.run.dir={tmp_path}/run")
    status, message = in_process(monkeypatch, tmp_path, "--experimental-rerun", "run")
    assert status == 1
    assert "already holds results" in message
    again = ("--experimental-rerun", "run", "hydra.run.dir=again")
    assert in_process(monkeypatch, tmp_path, *again) == (0, "")
    assert twinprop.load(tmp_path / "again").summary["test"] == first.summary["test"]
