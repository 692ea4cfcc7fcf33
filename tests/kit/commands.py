"""The command line as tests run it: in this process, or in one of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hydra.core.global_hydra import GlobalHydra

from twinprop.app import cli

ROOT = Path(__file__).parents[2]
TRAIN = [sys.executable, str(ROOT / "train.py")]


def in_process(monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str) -> tuple[int, str]:
    """(exit status, message that the process ends with) of the command line, run in `folder`."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["train.py", *words])
    GlobalHydra.instance().clear()
    try:
        cli.main()
    except SystemExit as end:
        return (end.code, "") if isinstance(end.code, int) else (1, str(end.code)) if end.code else (0, "")
    return 0, ""


def outside(folder: Path, *words: str, code: str | None = None) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    start = TRAIN if code is None else [sys.executable, "-c", code]
    return subprocess.run([*start, *words], cwd=folder, capture_output=True, text=True, timeout=100, check=False)
