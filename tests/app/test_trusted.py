"""No configuration runs anything, or writes into a file that is not the run's, whoever it comes from."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.kit.attempts import Attempt, attempts, nested, yaml_of
from tests.kit.commands import in_process, outside

from twinprop.app.resume import resume
from twinprop.app.trusted import allowed, typed
from twinprop.errors import ConfigError, TwinpropError
from twinprop.run.files import COMMAND

SHORT = ["train.epochs=1", "data=moons", "data.n_samples=50", "model.width=4", "model.backend=scratch"]
SHORT += ["hydra.run.dir=outputs/run", "hydra.sweep.dir=outputs/sweep", "hydra.launcher.workers=1"]

QUICK = 9
"""Of so many attempts, one is tried among the quick tests."""


def chosen() -> Iterator[Any]:
    for number, attempt in enumerate(attempts()):
        yield pytest.param(attempt, id=attempt.name, marks=() if number % QUICK == 0 else pytest.mark.slow)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file in a folder, but for results."""
    paths = [path for path in folder.rglob("*") if not path.is_relative_to(folder / "outputs") and path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths if "__pycache__" not in path.parts}


@pytest.mark.parametrize("attempt", list(chosen()))
def test_nothing_is_run_and_nothing_is_spoilt(
    attempt: Attempt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt.lay_out(tmp_path)
    before = contents(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("HYDRA_FULL_ERROR", "0")
    monkeypatch.delitem(sys.modules, "evil", raising=False)
    words = [word for word in SHORT if not ("hydra.launcher" in word and "hydra/launcher=basic" in attempt.words)]
    in_process(monkeypatch, tmp_path, *words, *(word.replace("HERE", str(tmp_path)) for word in attempt.words))
    assert contents(tmp_path) == before
    assert "evil" not in sys.modules


def test_there_are_as_many_attempts_as_were_once_made() -> None:
    names = [attempt.name for attempt in attempts()]
    assert len(set(names)) == len(names)
    assert len(names) >= 105


MINE = """from pathlib import Path
from hydra.experimental.callback import Callback
class Note(Callback):
    def on_run_start(self, config, **kwargs):
        Path("noted").touch()
"""


def test_an_own_callback_is_refused_with_the_way_to_allow_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.py").write_text(MINE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "mine", raising=False)
    words = [*SHORT, "+hydra.callbacks.note._target_=mine.Note"]
    status, message = in_process(monkeypatch, tmp_path, *words)
    assert (status, "mine" in sys.modules, (tmp_path / "outputs").exists()) == (1, False, False)
    assert message.splitlines()[1:] == [
        "  hydra.callbacks.note: would call mine.Note, which a configuration may not; "
        "if you trust it, set TWINPROP_ALLOW=mine.Note."
    ]
    monkeypatch.setenv("TWINPROP_ALLOW", "other.Thing, mine.Note")
    assert in_process(monkeypatch, tmp_path, *words) == (0, "")
    assert (tmp_path / "noted").exists()


def test_an_own_class_of_the_log_can_be_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "logging.handlers.RotatingFileHandler"
    words = [*SHORT, f"hydra.job_logging.handlers.file.class={name}"]
    status, message = in_process(monkeypatch, tmp_path, *words)
    assert status == 1
    assert f"hydra.job_logging.handlers.file.class: would call {name}" in message
    monkeypatch.setenv("TWINPROP_ALLOW", name)
    assert in_process(monkeypatch, tmp_path, *words) == (0, "")
    assert (tmp_path / "outputs" / "run" / "train.log").stat().st_size > 0


@pytest.mark.parametrize("name", ["mine.*", "*", "mine", "mine..Note", "mine.Note;os.system"])
def test_what_is_allowed_is_named_in_full(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINPROP_ALLOW", f"twinprop.app.gate.Gate,{name}")
    with pytest.raises(ConfigError, match="must be full names"):
        allowed()


@pytest.mark.parametrize(
    ("words", "is_typed"),
    [
        (["+hydra.job.env_set.A=1"], True),
        (["hydra.job.env_set={A:1}"], True),
        (["++hydra.job.env_set={A:null}"], False),
        (["hydra.job={env_set:{A:1}}"], True),
        (["hydra.job.env_set={B:1}", "hydra.job.env_set.AB=1"], False),
        (["~hydra.job.env_set.A"], False),
        (["hydra.job=x", "hydra/job=A"], False),
    ],
)
def test_what_was_typed_is_told_from_what_a_file_says(words: list[str], is_typed: bool) -> None:
    assert typed("hydra.job.env_set.A", words) == is_typed


def test_an_environment_that_was_typed_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HARMLESS", raising=False)
    words = [*SHORT, "+hydra.job.env_set.HARMLESS=x", "label=${oc.env:HARMLESS,unset}"]
    assert in_process(monkeypatch, tmp_path, *words) == (0, "")


def test_commands_of_a_launcher_that_were_typed_are_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [*SHORT, "-m", "seed=0,1", "hydra.launcher.submitit.setup=[true]", "hydra.launcher.engine=none"]
    status, message = in_process(monkeypatch, tmp_path, *words)
    assert status == 1
    assert "setup" not in message


@pytest.mark.slow
@pytest.mark.parametrize("evil", ["file", "class"])
def test_a_job_of_another_launcher_is_guarded_in_its_own_process(evil: str, tmp_path: Path) -> None:
    """Hydra's submitit plugin composes and logs in processes where nothing of ours was registered."""
    handler = {
        "file": {"class": "logging.FileHandler", "filename": str(tmp_path / "thesis.txt"), "mode": "w"},
        "class": {"()": "evil.Evil"},
    }[evil]
    files = {"x": nested("hydra.job_logging.handlers.x", handler), "y": {"seed": 1}}
    Attempt("", (), {f"theirs/experiment/{name}.yaml": yaml_of(files[name]) for name in files}).lay_out(tmp_path)
    before = contents(tmp_path)
    words = [word for word in SHORT if "hydra.launcher" not in word]
    words += ["-m", "--config-dir", "theirs", "experiment=y,x", "hydra/launcher=submitit_local"]
    done = outside(tmp_path, *words)
    assert done.returncode != 0
    assert "must be a, which adds" in done.stderr or "would call evil.Evil" in done.stderr
    assert contents(tmp_path) == before


@pytest.mark.slow
def test_a_sweep_that_goes_on_runs_no_commands_of_its_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Attempt("", ()).lay_out(tmp_path)
    assert in_process(monkeypatch, tmp_path, *SHORT, "-m", "seed=0,1") == (0, "")
    before = contents(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    command = tmp_path / "outputs" / "sweep" / COMMAND
    whole = json.loads(command.read_text())
    submitit = ["hydra.launcher.engine=submitit", "hydra.launcher.submitit.cluster=local"]
    for words, message in {
        (*submitit, "hydra.launcher.submitit.setup=[touch marker]"): "hydra.launcher.submitit.setup: starts programs",
        ("+hydra.callbacks.x._target_=evil.touch",): "hydra.callbacks.x: would call evil.touch",
        ("hydra.job_logging.handlers.file.filename=thesis.txt",): "must end in .log",
    }.items():
        command.write_text(json.dumps({**whole, "words": [*whole["words"], *words]}))
        with pytest.raises((SystemExit, TwinpropError)) as error:
            resume(tmp_path / "outputs" / "sweep")
        assert message in str(error.value)
        assert contents(tmp_path) == before
