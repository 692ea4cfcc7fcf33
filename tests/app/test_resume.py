"""`twinprop resume`: what stays, what goes on, what starts, and what is refused."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import optuna
import pytest
from hydra.core.global_hydra import GlobalHydra
from omegaconf import OmegaConf
from tests.kit.commands import in_process
from tests.kit.faults import rows_of

from twinprop.app.optuna_study import direction
from twinprop.app.resume import resume
from twinprop.errors import ConfigError, TwinpropError
from twinprop.run.directory import discard, summary_of

QUICK = ["model.backend=scratch", "model.width=8", "data.limit=200", "train.epochs=3"]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    def give(*words: str) -> tuple[int, str]:
        return in_process(monkeypatch, tmp_path, *QUICK, *words)

    return give


def go_on(directory: Path, *words: str, force: bool = False) -> int:
    GlobalHydra.instance().clear()
    try:
        return resume(directory, words, force)
    except SystemExit as end:
        if isinstance(end.code, str):
            raise
        return int(end.code or 0)


def files(directory: Path) -> dict[Path, tuple[int, bytes]]:
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in directory.rglob("*") if path.is_file()}


def forget(run: Path) -> None:
    """Have a job look as if it had not been begun."""
    discard(run)


def test_a_finished_run_stays_and_a_longer_one_goes_on(command: Any, tmp_path: Path, capsys: Any) -> None:
    assert command("hydra.run.dir=short")[0] == command("hydra.run.dir=long", "train.epochs=7")[0] == 0
    short, before = tmp_path / "short", files(tmp_path / "short")
    assert go_on(short) == 0
    assert "has completed; nothing is left to do" in capsys.readouterr().out
    assert files(short) == before
    assert go_on(short, "train.epochs=7") == 0
    assert rows_of(short) == rows_of(tmp_path / "long")
    assert summary_of(short)["epochs"] == 7
    assert OmegaConf.load(short / ".hydra" / "config.yaml").train.epochs == 7
    log = (short / "train.log").read_text()
    assert log.count("training ") == 2
    assert "going on at step" in log


def test_a_run_that_lost_its_checkpoints_starts_anew(command: Any, tmp_path: Path) -> None:
    command("hydra.run.dir=run")
    run, rows = tmp_path / "run", rows_of(tmp_path / "run")
    forget(run)
    assert go_on(run) == 0
    assert rows_of(run) == rows
    for damage in ("", '{"status": "comp'):
        (run / "summary.json").write_text(damage)  # its last checkpoint is at the end of the training
        assert go_on(run) == 0
        assert rows_of(run) == rows
        assert summary_of(run)["status"] == "completed"


def test_of_a_sweep_some_stay_and_some_start(command: Any, tmp_path: Path, capsys: Any) -> None:
    words = ["-m", "seed=0,1,2,3", "hydra.sweep.dir=sweep", "hydra.sweep.subdir=${hydra.job.num}"]
    assert command(*words)[0] == 0
    sweep = tmp_path / "sweep"
    rows, kept = [rows_of(sweep / str(number)) for number in range(4)], files(sweep / "0")
    for number in (1, 3):
        forget(sweep / str(number))
    for path in sweep.glob("checkpoints/*/step_*"):
        path.unlink()
    capsys.readouterr()
    go_on(sweep)
    assert "resuming 4 jobs: 2 completed stay, 0 go on, 2 start" in capsys.readouterr().out
    assert [rows_of(sweep / str(number)) for number in range(4)] == rows
    assert files(sweep / "0") == kept
    assert len((sweep / "sweep.csv").read_text().splitlines()) == 5
    before = files(sweep)
    go_on(sweep)
    assert files(sweep).keys() == before.keys()
    changed = [path.name for path, (_, content) in files(sweep).items() if content != before[path][1]]
    assert changed == [], "the same command twice changes nothing"


def test_a_longer_sweep_keeps_its_directories(command: Any, tmp_path: Path, capsys: Any) -> None:
    assert command("-m", "seed=0,1", "optimizer.lr=0.1,1e30", "loss=mse", "hydra.sweep.dir=sweep")[0] == 0
    sweep = tmp_path / "sweep"
    names = sorted(path.name for path in sweep.iterdir())
    go_on(sweep, "train.epochs=5")
    assert "2 diverged stay, 2 go on, 0 start" in capsys.readouterr().out
    assert sorted(path.name for path in sweep.iterdir()) == names
    assert sorted(len(rows_of(path.parent)) for path in sweep.glob("*/metrics.csv")) == [0, 0, 5, 5]
    go_on(sweep)
    told = capsys.readouterr().out.partition("resuming 4 jobs: ")[2].partition(" stay, 0 go on, 0 start")[0]
    assert {*told.split(" and ")} == {"2 completed", "2 diverged"}, "a longer plan is remembered"


def test_a_sweep_of_another_launcher_goes_on_job_by_job(command: Any, tmp_path: Path, capsys: Any) -> None:
    words = ["hydra/launcher=basic", "seed=0,1", "hydra.sweep.dir=sweep", "hydra.sweep.subdir=${hydra.job.num}"]
    assert command("-m", *words)[0] == 0
    sweep = tmp_path / "sweep"
    rows, kept = rows_of(sweep / "1"), files(sweep / "0")
    forget(sweep / "1")
    go_on(sweep)
    assert "1 completed stay" in capsys.readouterr().out
    assert rows_of(sweep / "1") == rows
    assert files(sweep / "0") == kept


@pytest.mark.slow
def test_a_search_goes_on_with_its_trials_and_their_numbers(command: Any, tmp_path: Path, capsys: Any) -> None:
    words = ["hydra/sweeper=optuna", "hydra.sweeper.n_trials=4", "hydra.sweeper.n_jobs=2", "hydra.sweep.dir=sweep"]
    space = ["optimizer.lr=interval(0.01,0.1)", "hydra.sweep.subdir=${hydra.job.num}"]
    assert command("-m", *words, *space) == (0, "")
    sweep = tmp_path / "sweep"
    storage = f"sqlite:///{sweep / 'checkpoints' / 'optuna.db'}"
    study = optuna.load_study(study_name=str(sweep), storage=storage)
    assert study.direction.name == "MAXIMIZE", "accuracy is better the higher it is"
    params = {trial.number: trial.params for trial in study.trials}
    # as if it had been killed in its last batch
    optuna.delete_study(study_name=str(sweep), storage=storage)
    again = optuna.create_study(study_name=str(sweep), storage=storage, direction="maximize")
    for number in range(2):
        distributions = study.trials[number].distributions
        again.add_trial(optuna.create_trial(params=params[number], distributions=distributions, value=0.5))
    for number in (2, 3):
        again.enqueue_trial(params[number])
        trial = again.ask()
        trial.suggest_float("optimizer.lr", 0.01, 0.1)
        forget(sweep / str(number))
    capsys.readouterr()
    go_on(sweep)
    assert sorted(path.parent.name for path in sweep.glob("*/metrics.csv")) == list("0123")
    assert len((sweep / "sweep.csv").read_text().splitlines()) == 5
    finished = optuna.load_study(study_name=str(sweep), storage=storage).get_trials()
    assert [trial.state.name for trial in finished].count("COMPLETE") == 4
    assert not [trial for trial in finished if trial.state.name == "RUNNING"]


@pytest.mark.parametrize(
    ("metric", "given", "words", "expected"),
    [
        ("val_accuracy", "minimize", False, "maximize"),
        ("test_loss", "minimize", False, "minimize"),
        ("val_accuracy", "maximize", True, "maximize"),
        ("val_accuracy", "minimize", True, None),
        ("val_loss", "maximize", False, None),
    ],
)
def test_the_direction_of_a_search_follows_from_the_metric(
    metric: str, given: str, words: bool, expected: str | None
) -> None:
    if expected is None:
        with pytest.raises(ConfigError, match=f"hydra.sweeper.direction={given}: metric={metric} wants"):
            direction(metric, given, words)
    else:
        assert direction(metric, given, words) == expected


REFUSED = {
    "nothing": ([], "holds neither a run nor a sweep"),
    "another key": (["optimizer.lr=0.2"], "optimizer.lr=0.2: what goes on stays what it is, but for train.epochs"),
    "a word": (["train.epochs=many"], "train.epochs=many: must be a whole number"),
    "no epochs": (["train.epochs=0"], "train.epochs"),
    "fewer epochs": (["train.epochs=1"], "train.epochs=1: was begun with 2, and can go on longer, but not shorter"),
    "fewer steps": (["train.steps=1"], "training would end at step 1"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_go_on_is_one_message(name: str, command: Any, tmp_path: Path) -> None:
    words, message = REFUSED[name]
    if name != "nothing":
        command("hydra.run.dir=run", "train.epochs=2")
    files = [path for path in (tmp_path / "run").rglob("*") if path.is_file() and path.suffix != ".log"]
    before = {path: path.read_bytes() for path in files}
    with pytest.raises(TwinpropError, match=message):
        go_on(tmp_path / "run", *words)
    assert {path: path.read_bytes() for path in files} == before


def test_a_job_of_a_sweep_names_the_sweep(command: Any, tmp_path: Path) -> None:
    command("-m", "seed=0", "hydra.sweep.dir=sweep", "hydra.sweep.subdir=${hydra.job.num}", "train.epochs=1")
    with pytest.raises(TwinpropError, match="is a job of a sweep; resume that"):
        go_on(tmp_path / "sweep" / "0")


def test_repeating_the_command_says_how_to_go_on(command: Any) -> None:
    words = ["-m", "seed=0", "hydra.sweep.dir=sweep", "train.epochs=1"]
    command(*words)
    status, message = command(*words)
    assert status == 1
    assert "python -m twinprop resume" in message
    command("hydra.run.dir=run", "train.epochs=1")
    assert "python -m twinprop resume" in command("hydra.run.dir=run", "train.epochs=1")[1]


def test_a_changed_configuration_is_named_and_wants_force(command: Any, tmp_path: Path, monkeypatch: Any) -> None:
    command("-m", "seed=0,1", "hydra.sweep.dir=sweep", "hydra.sweep.subdir=${hydra.job.num}")
    sweep = tmp_path / "sweep"
    forget(sweep / "1")
    file = sweep / "checkpoints" / "command.json"
    said = json.loads(file.read_text())
    file.write_text(json.dumps({**said, "words": [*said["words"], "optimizer.lr=0.05"]}))
    with pytest.raises(SystemExit) as end:
        go_on(sweep)
    assert "job 0, optimizer.lr: was 0.1, is 0.05" in str(end.value)
    assert "--force" in str(end.value)
    assert not (sweep / "1" / "metrics.csv").exists()
    go_on(sweep, force=True)
    assert (sweep / "1" / "metrics.csv").exists()
    assert sys.argv[0] == "train.py"


def test_a_run_that_may_not_go_on_stays_as_it_was(command: Any, tmp_path: Path, monkeypatch: Any) -> None:
    command("hydra.run.dir=run")
    run = tmp_path / "run"
    before = {path: content for path, (_, content) in files(run).items() if path.suffix != ".log"}
    monkeypatch.setattr("twinprop.run.matching.code_digest", lambda: "another")
    with pytest.raises(TwinpropError, match="own code has changed"):
        go_on(run, "train.epochs=7")
    assert {path: content for path, (_, content) in files(run).items() if path.suffix != ".log"} == before
