"""The command line from end to end: one message for any mistake, nothing left behind, no torch too early."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.kit.commands import ROOT, in_process, outside

from twinprop.app import training_task
from twinprop.errors import DeviceError

QUICK = ["train.epochs=1", "data=moons", "data.n_samples=50", "model.width=4", "model.backend=scratch"]


MISTAKES = {
    "optimizer.lr=-1 model.width=0": ["2 mistakes", "optimizer.lr=-1.0", "model.width=0"],
    "optimizer.lr=-1 model.widht=3 train.epochs=abc data=mnits device=gpu": ["5 mistakes", "'mnist'", "'model.width'"],
    "+foo=1 ++optimizer.bar=2": ["2 mistakes", "foo=1", "optimizer.bar=2"],
    "~optimizer": ["every run needs one"],
    "optimizer=null": ["every run needs one"],
    "-m +sweeps=depth +sweeps=[seeds]": ["several studies", "'+sweeps=[depth,seeds]'"],
    "-m +sweeps=[depth,typo]": ["+sweeps=[depth,typo]: must be one of", "activation"],
    "-m +sweeps=depth model=cnn": ["model.depth belongs to model=mlp", "(job 4)"],
    "-m hydra/launcher=basic +sweeps=learning_rate optimizer.lr=0.1,abc": ["(job 1)", "None of the 2 jobs was started"],
    "+sweeps=depth": ["+sweeps=depth: a study trains several times, which needs -m."],
    "experiment=typo": ["must be one of", "kece470_mlp"],
    "--config-name=confg": ["Did you mean 'config'?"],
    "--config-path=/nonexistent": ["no such folder"],
    "--config-dir=/nonexistent": ["no such folder"],
    "--multirn": ["Did you mean '--multirun'?"],
    "--optimizer.lr=0.1": ["write optimizer.lr=0.1"],
    "--cfg": ["expected one argument"],
    "--cfg jobs": ["invalid choice"],
    "--cfg job optimizer.lrr=3": ["'optimizer.lr'"],
    "--cfg job --run": ["Only one of"],
    "optimizer.lr = 0.1": ["3 mistakes", "is not key=value"],
    "hydra.run.dir=": ["hydra.run.dir=: must be"],
    "hydra.run.dir=/etc/passwd/run": ["cannot be made"],
    "hydra.run.dir='${nope}'": ["'nope' not found"],
    "label='${nope}'": ["'nope' not found"],
    "-m hydra/launcher=basic optimizer.lr=0.1,abc": ["optimizer.lr=abc", "(job 1)", "None of the 2 jobs was started"],
    "-m model.width=0 seed=1,2": ["model.width=0"],
    "-m hydra/launcher=basic optimizer=sgd,adam optimizer.momentum=0.9": ["(job 1)"],
    "-m optimizer.lr=interval(0,1)": ["optimizer.lr=interval(0,1)", "hydra/sweeper=optuna"],
}


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_ends_with_one_message_and_leaves_nothing(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    status, message = in_process(monkeypatch, tmp_path, *line.split(" "))
    assert status == 1
    for part in MISTAKES[line]:
        assert part in message
    assert "full_key" not in message
    assert capfd.readouterr() == ("", ""), "only the one message"
    assert not list(tmp_path.rglob("*"))


def test_a_finished_run_is_never_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert in_process(monkeypatch, tmp_path, *QUICK, "hydra.run.dir=run") == (0, "")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    status, message = in_process(monkeypatch, tmp_path, *QUICK, "seed=1", "hydra.run.dir=run")
    assert (status, "already holds results" in message) == (1, True)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_finished_sweep_is_never_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sweep").mkdir()
    (tmp_path / "sweep" / "multirun.yaml").write_text("earlier")
    status, message = in_process(monkeypatch, tmp_path, "-m", *QUICK, "seed=1,2", "hydra.sweep.dir=sweep")
    assert (status, "already holds results" in message) == (1, True)
    assert (tmp_path / "sweep" / "multirun.yaml").read_text() == "earlier"


def test_bad_jobs_of_a_sweep_are_told_and_the_others_train(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    rates = "optimizer.lr=0.1,-1,0.2,abc"
    words = ["-m", *QUICK, rates, "hydra.sweep.dir=sweep", "hydra.sweep.subdir=${hydra.job.num}"]
    status, message = in_process(monkeypatch, tmp_path, *words)
    assert (status, message) == (1, "2 of 4 jobs failed: 1, 3. The reasons are above.")
    errors = capfd.readouterr().err
    assert errors.count("optimizer.lr=-1.0: must be a number, greater than 0.") == 1
    assert errors.count("optimizer.lr=abc: must be a number, greater than 0.") == 1
    for number in "13":
        assert f"Job {number} failed. optimizer.lr=" in errors
        assert f"Job {number} failed." in (tmp_path / "sweep" / number / "train.log").read_text()
        assert json.loads((tmp_path / "sweep" / number / "summary.json").read_text())["status"] == "failed"
    for number in "02":
        assert json.loads((tmp_path / "sweep" / number / "summary.json").read_text())["status"] == "completed"
    with open(tmp_path / "sweep" / "sweep.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["status"] for row in rows] == ["completed", "failed", "completed", "failed"]
    assert [row["optimizer.lr"] for row in rows] == ["0.1", "-1", "0.2", "abc"]


def test_the_basic_launcher_tells_of_bad_jobs_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ["-m", *QUICK, "optimizer.lr=0.1,-1,0.2", "hydra.sweep.dir=sweep", "hydra.sweep.subdir=${hydra.job.num}"]
    status, message = in_process(monkeypatch, tmp_path, *words, "hydra/launcher=basic")
    assert (status, message) == (1, "1 of 3 jobs failed: 1. The reasons are above.")
    errors = capfd.readouterr().err
    assert "(job 1)" in errors
    assert "Of 3 jobs, 2 can be trained" in errors
    assert "Job 1 failed." in errors
    assert "Job 1 failed." in (tmp_path / "sweep" / "1" / "train.log").read_text()
    for number in "02":
        assert json.loads((tmp_path / "sweep" / number / "summary.json").read_text())["status"] == "completed"


def test_a_device_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert in_process(monkeypatch, tmp_path, *QUICK, "device=cuda:77", "hydra.run.dir=run") == (1, "")
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("device=cuda:77: not on this machine")
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert summary["status"] == "failed"
    assert summary["reason"].startswith("device=cuda:77")


DIVERGES = [
    ["optimizer.lr=1e30"],
    ["optimizer=adam", "optimizer.lr=3e38"],
    ["optimizer=adam", "optimizer.lr=3e38", "model.backend=torch"],
    ["optimizer=adamw", "optimizer.lr=3e38", "model.backend=torch"],
]


@pytest.mark.parametrize("words", DIVERGES, ids=" ".join)
def test_a_run_that_diverges_says_so_in_its_status(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PyTorch raised an error where the rate, over what corrects Adam's first mean, is larger than a float."""
    quick = [word for word in QUICK if word.partition("=")[0] not in "".join(words)]
    status, _ = in_process(monkeypatch, tmp_path, *quick, *words, "hydra.run.dir=run")
    assert status == training_task.DIVERGED
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["status"] == "diverged"


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        (["completed"], None),
        (["diverged"], training_task.DIVERGED),
        (["completed", "diverged"], None),
        (["diverged", "diverged"], training_task.DIVERGED),
        (["diverged", "failed"], "1 of 2 jobs failed: 1. The reasons are above."),
    ],
)
def test_the_status_of_a_sweep_follows_one_rule(statuses: list[str], code: int | str | None) -> None:
    task = training_task.TrainingTask()
    for number, status in enumerate(statuses):
        task.ended(number, status)
    found = None
    try:
        task.exit()
    except SystemExit as end:
        found = end.code
    assert found == code


def test_a_good_run_writes_nothing_to_stderr(tmp_path: Path) -> None:
    done = outside(tmp_path, *QUICK, "hydra.run.dir=run")
    assert (done.returncode, done.stderr) == (0, "")
    assert "warning" not in done.stdout.lower()


@pytest.mark.parametrize(
    ("line", "status", "message"),
    [
        (
            "label=${nope}",
            1,
            "The configuration has a mistake:\n"
            "  label=${nope}: Interpolation key 'nope' not found; it must be text, or null.\n",
        ),
        ("optimizer.lr=1e30 hydra.run.dir=run", training_task.DIVERGED, ""),
    ],
)
def test_the_process_ends_with_its_status_and_the_message_alone(
    line: str, status: int, message: str, tmp_path: Path
) -> None:
    done = outside(tmp_path, *QUICK, *line.split())
    assert (done.returncode, done.stderr) == (status, message)


NO_TORCH = """
import atexit, sys
from twinprop.app.cli import main
atexit.register(lambda: print('torch' in sys.modules or 'sklearn' in sys.modules, file=sys.stderr))
main()
"""


@pytest.mark.parametrize(
    "line", ["--help", "--cfg job", "-sc query=bash", "optimizer.lr=-1", "data=mnits", "-m seed=y,x"]
)
def test_neither_help_nor_completion_nor_a_mistake_imports_torch(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "query" in line:
        monkeypatch.setenv("COMP_LINE", "train.py optimizer=")
        monkeypatch.setenv("COMP_POINT", "19")
    start = time.monotonic()
    done = outside(tmp_path, *line.split(), code=NO_TORCH)
    assert done.stderr.splitlines()[-1] == "False", done.stderr
    assert "Traceback" not in done.stderr
    assert time.monotonic() - start < 20, "about 0.4 s where the machine is idle"
    if "query" in line:
        assert done.stdout.split() == [f"optimizer={name}" for name in ("adagrad", "adam", "adamw", "rmsprop", "sgd")]


def test_a_fault_of_the_program_shows_its_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr(training_task.TrainingTask, "train", broken)
    with pytest.raises(ZeroDivisionError):
        in_process(monkeypatch, tmp_path, *QUICK, "hydra.run.dir=run")


def test_hydra_full_error_shows_the_traceback_of_a_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    with pytest.raises(DeviceError):
        in_process(monkeypatch, tmp_path, *QUICK, "device=cuda:77", "hydra.run.dir=run")


def test_what_users_name_is_no_markup_and_any_console_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A label like a tag of rich's ended a sweep after it had trained; a console without × ended it before."""
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    words = ["-m", "seed=0,1", "label='[/red]'", "train.epochs=1", "model.width=4", "hydra.sweep.dir='[/red]sweep'"]
    done = outside(tmp_path, *words)
    assert done.returncode == 0, done.stderr
    (table,) = tmp_path.rglob("sweep.csv")
    assert table.read_text().count("completed") == 2


def test_a_closed_console_is_no_reason_to_fail(tmp_path: Path) -> None:
    command = f"exec {sys.executable} {ROOT}/train.py train.epochs=1 hydra.run.dir=run >&-"
    done = subprocess.run(command, shell=True, cwd=tmp_path, stderr=subprocess.PIPE, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "model.safetensors").exists()
