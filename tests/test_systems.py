"""Where the system has nothing of what only POSIX has, and where paths are those of Windows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.kit.commands import ROOT
from tests.kit.made_runs import configure

import twinprop
from twinprop.app.compose import compose
from twinprop.app.home import expand
from twinprop.report.page import commands
from twinprop.report.study import Study
from twinprop.run.saved import Run
from twinprop.text import as_typed, in_shell

LINES = {
    "train train.epochs=1 model.backend=scratch hydra.run.dir=run": "status   completed",
    "resume run train.epochs=2": "status   completed",
    "sweep train.epochs=1 seed=0,1,2,3 model.backend=scratch,torch hydra.sweep.dir=sweep": "4 completed",
    "report sweep": "written to sweep",
    "gradcheck --layer slow.py:Slow --csv grades.csv --timeout 5": "timeout",
    "summary": "in all",
}
"""Command lines, and what each prints."""

SLOW = "import time\n\ntime.sleep(60)\n"


@pytest.mark.slow
def test_commands_work_without_what_only_posix_has(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text((ROOT / "tests" / "kit" / "bare_system.py").read_text("utf-8"), "utf-8")
    (tmp_path / "slow.py").write_text(SLOW, "utf-8")
    source = Path(twinprop.__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (site, source)))}
    for line, wanted in LINES.items():
        command = [sys.executable, "-m", "twinprop", *line.split()]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        told = done.stdout + done.stderr
        assert wanted in told, f"{line}\n{told}"
        assert "Traceback" not in told, f"{line}\n{told}"
        assert "failed" not in told, f"{line}\n{told}"
    probe = "import os, signal; assert not hasattr(os, 'fork') and not hasattr(signal, 'SIGKILL')"
    subprocess.run([sys.executable, "-c", probe], env=environment, check=True)


PATHS = [r"C:\data\x", r"C:/data/x", r"\\server\share\x", r"C:\new (2)\x", r"D:\it's", "C:\\data\\"]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_of_windows_is_what_it_was_typed_as(path: str) -> None:
    assert compose([f"data.root={path}"]).data.root == path


def test_paths_of_windows_are_swept_and_begin_a_run() -> None:
    (word,) = expand([r"data.root=C:\a b,\\server\x"])
    assert word == r"data.root='C:\a b','\\server\x'"
    (word,) = expand([r"hydra.run.dir=C:\out\(1)"])
    assert word == r"hydra.run.dir='C:\out\(1)'"


def test_a_path_of_windows_in_a_file_stays_what_it_is(tmp_path: Path) -> None:
    path = r"C:\data\new\x"
    run = twinprop.train(
        *("train.epochs=1", "model.backend=scratch", f"data.root={path}", f"hydra.run.dir={tmp_path}/run")
    )
    assert rf"root: {path}" in (run.path / ".hydra" / "config.yaml").read_text("utf-8")
    assert run.config.data.root == path
    again = compose([f"from={run.path}"])
    assert again.data.root == path


QUOTED = {
    "a": "a",
    r"C:\x": r"C:\x",
    r"C:\my runs\x": r'"C:\my runs\x"',
    "C:\\my runs\\": r'"C:\my runs\\"',
    "lr=[1,2]": '"lr=[1,2]"',
    "C:\\a&b\\": r'"C:\a&b\\"',
    "model.activation=tanh": "model.activation=tanh",
    'hydra.run.dir="a b"': r'"hydra.run.dir=\"a b\""',
}


@pytest.mark.parametrize(("word", "windows"), QUOTED.items())
def test_commands_are_quoted_as_the_system_reads_them(word: str, windows: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twinprop.text.os", type("System", (), {"name": "nt"}))
    assert in_shell(word) == windows
    assert in_shell("a", word) == f"a {windows}"


def test_a_report_quotes_commands_as_the_system_reads_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(tmp_path / "run", r"data.root=C:\my data", "optimizer.lr=0.1")
    study = Study("runs", [Run(tmp_path / "run", {})])
    assert commands(study) == [as_typed(r"python train.py 'data.root=C:\my data' optimizer.lr=0.1")]
    monkeypatch.setattr("twinprop.text.os", type("System", (), {"name": "nt"}))
    assert commands(study) == [as_typed(r'python train.py "data.root=C:\my data" optimizer.lr=0.1')]
