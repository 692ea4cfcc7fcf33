"""A study in a database of its own, which several commands may share, and which goes on."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import optuna
import pytest
from hydra.core.config_store import ConfigStore
from hydra.utils import instantiate
from hydra_plugins.hydra_optuna_sweeper._impl import OptunaSweeperImpl
from omegaconf import OmegaConf
from optuna.samplers import CmaEsSampler
from optuna.trial import TrialState
from tests.kit.commands import TRAIN
from tests.kit.faults import RESUME
from tests.kit.postgres import database, lacking
from tests.kit.sweeps import wait_until

from twinprop.app import optuna_study
from twinprop.app.optuna_study import (
    OWNER,
    SAMPLERS,
    StudySweeper,
    go_on,
    going_on,
    let_go,
    make_tables,
    points_of_grid,
)
from twinprop.errors import TwinpropError

SEARCH = ["hydra/sweeper=optuna", "hydra.sweeper.n_trials=3", "hydra.sweeper.n_jobs=1", "data.limit=300"]
SEARCH += ["optimizer.lr=interval(0.01,1)", "model.width=12", "model.backend=scratch"]


@pytest.fixture(params=["sqlite", "postgresql"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/study.db"
        return
    if reason := lacking():
        pytest.skip(reason)
    with database() as url:
        yield url


def begun(folder: Path, storage: str, name: str, *words: str) -> subprocess.Popen[str]:
    """A search in a study that others share."""
    own = [f"hydra.sweeper.storage={storage}", "hydra.sweeper.study_name=both", f"hydra.sweep.dir={name}"]
    line = [*TRAIN, "-m", *SEARCH, *own, *words]
    return subprocess.Popen(line, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.mark.slow
def test_two_commands_search_together_and_one_goes_on(storage: str, tmp_path: Path) -> None:
    one = begun(tmp_path, storage, "one", "train.epochs=2")
    other = begun(tmp_path, storage, "other", "train.epochs=800")
    wait_until(lambda: bool(list(tmp_path.glob("other/*/metrics.csv"))), other)
    other.send_signal(signal.SIGINT)
    assert one.wait(300) == 0, one.communicate()
    told, _ = other.communicate(timeout=120)
    assert other.returncode == 130, told
    study = optuna.load_study(study_name="both", storage=storage)
    states = [trial.state for trial in study.trials]
    assert TrialState.RUNNING not in states
    assert (states.count(TrialState.COMPLETE), states.count(TrialState.FAIL)) == (3, 1)
    assert study.direction.name == "MAXIMIZE"
    done = subprocess.run([*RESUME, "other"], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    study = optuna.load_study(study_name="both", storage=storage)
    states = [trial.state for trial in study.trials]
    assert (states.count(TrialState.COMPLETE), states.count(TrialState.FAIL), len(states)) == (6, 1, 7)
    left = next(trial for trial in study.trials if trial.state == TrialState.FAIL)
    assert [trial.params for trial in study.trials].count(left.params) == 2
    assert len(list(tmp_path.glob("other/[0-9]*"))) == 3


@pytest.mark.slow
def test_a_search_of_which_all_fails_ends_with_one_message(tmp_path: Path) -> None:
    words = [
        *SEARCH,
        "train.epochs=2",
        "data=mnist",
        "data.root=/nowhere",
        "data.download=false",
        "hydra.sweep.dir=sweep",
    ]
    done = subprocess.run([*TRAIN, "-m", *words], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "hydra/sweeper=optuna: none of 3 trials has a result, so none is the best one; the reasons are above."
    )
    assert "Traceback" not in done.stderr
    assert "Failed experiment" not in done.stdout + done.stderr
    assert len((tmp_path / "sweep" / "sweep.csv").read_text().splitlines()) == 4


def test_what_a_sweep_left_in_training_is_its_own_to_repeat() -> None:
    storage = optuna.storages.InMemoryStorage()
    study = optuna.create_study(study_name="both", storage=storage)
    space = {"lr": optuna.distributions.FloatDistribution(0, 1)}
    asked = [study.ask(space) for _ in range(4)]
    for trial, owner in zip(asked, ("one", "one", "other", "one"), strict=True):
        trial.set_user_attr(OWNER, owner)
    study.tell(asked[0], 0.5)
    let_go("both", storage, "one")
    states = [trial.state.name for trial in study.trials]
    assert states == ["COMPLETE", "FAIL", "RUNNING", "FAIL"], "the other's goes on"
    for _ in range(2):  # what is to be repeated already is not repeated twice
        assert go_on("both", storage, "one") == 1
        waiting = study.get_trials(states=(TrialState.WAITING,))
        assert [trial.system_attrs["fixed_params"] for trial in waiting] == [asked[1].params, asked[3].params]
    assert go_on("both", storage, "nobody") == 0
    assert go_on("none", storage, "one") == 0


@pytest.mark.parametrize("name", ["tpe", "random", "nsgaii", "qmc"])
def test_a_study_that_goes_on_draws_no_point_twice(name: str) -> None:
    keys = OmegaConf.structured(ConfigStore.instance().load(f"hydra/sweeper/sampler/{name}.yaml").node)
    keys.seed = 3
    space = {"lr": optuna.distributions.FloatDistribution(0, 1), "width": optuna.distributions.FloatDistribution(0, 9)}

    def drawn(times: int) -> list[float]:
        study = optuna.create_study()
        for _ in range(times):
            sampler = instantiate(keys, _execution_whitelist_=SAMPLERS)
            study.sampler = going_on(sampler, keys, study if study.trials else None)
            for _ in range(4):
                study.tell(study.ask(space), 0.5)
        return [trial.params["lr"] for trial in study.trials]

    found = drawn(times=3)
    assert len({*found}) == 12
    assert drawn(times=3) == found, "the seed says nothing any more"


def test_a_sampler_that_needs_more_says_what(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(self: object, arguments: list[str]) -> None:
        raise ModuleNotFoundError("No module named 'cmaes'", name="cmaes")

    monkeypatch.setattr("hydra_plugins.hydra_optuna_sweeper.optuna_sweeper.OptunaSweeper.sweep", lacking)
    sweeper = StudySweeper.__new__(StudySweeper)
    storage = optuna.storages.InMemoryStorage()
    sweeper.sweeper = SimpleNamespace(sampler=CmaEsSampler(), storage=storage, study_name="one")
    sweeper.done, sweeper.own = 0, "here"
    with pytest.raises(TwinpropError, match="CmaEsSampler needs cmaes, which is not installed; pip install cmaes"):
        sweeper.sweep([])


def test_a_grid_of_optunas_has_so_many_points() -> None:
    search = OptunaSweeperImpl(None, "minimize", None, None, 20, 1, 0.0, None, OmegaConf.create({"seed": "0,1,2"}))
    assert points_of_grid(search, ["model.width=choice(3,5)", "seed=0,1", "model.depth=range(1,4)", "label=a"]) == 12


@pytest.mark.parametrize("url", ["nonsense", "postgresql+psycopg://me:secret@127.0.0.1:9/study", "oracle+none://x/y"])
def test_a_database_that_there_is_not_is_one_message(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optuna_study, "TRIES", 1)
    with pytest.raises(TwinpropError) as error:
        make_tables(url)
    assert str(error.value).startswith(f"hydra.sweeper.storage={url.replace('secret', '***')}: ")
    assert "secret" not in str(error.value)
    assert "\n" not in str(error.value)
