"""Tab completes groups, options and keys in a real bash, at a terminal."""

from __future__ import annotations

import os
import pty
import select
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from tests.kit.commands import ROOT

PATIENCE = 60
"""Seconds for an answer, of which half a one is needed where the machine is idle."""


class Terminal:
    """An interactive bash in which `python` is ours."""

    def __init__(self) -> None:
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        self.process, self.screen = pty.fork()
        if self.process == 0:
            os.chdir(ROOT)
            os.execvpe("bash", ["bash", "--norc", "--noprofile", "-i"], {**os.environ, "PATH": path, "TERM": "dumb"})
        self.text = ""

    def type(self, keys: str) -> None:
        os.write(self.screen, keys.encode())

    def wait_for(self, *words: str) -> bool:
        """Whether all the words come onto the screen."""
        end = monotonic() + PATIENCE
        while monotonic() < end and not all(word in self.text for word in words):
            if select.select([self.screen], [], [], 0.1)[0]:
                self.text += os.read(self.screen, 4096).decode(errors="replace").replace("\a", "")
        return all(word in self.text for word in words)

    def close(self) -> None:
        self.type("\x03exit\n")
        os.close(self.screen)
        os.waitpid(self.process, 0)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    terminal = Terminal()
    terminal.type('eval "$(python train.py -sc install=bash)"; echo ready $((40 + 2))\n')
    assert terminal.wait_for("ready 42"), terminal.text
    yield terminal
    terminal.close()


def test_bash_completes_at_a_terminal(terminal: Terminal) -> None:
    terminal.type("python train.py optimizer=a\t")
    assert terminal.wait_for("optimizer=ada"), terminal.text
    terminal.type("\t\t")  # there are several
    assert terminal.wait_for("optimizer=adagrad", "optimizer=adam ", "optimizer=adamw"), terminal.text
    terminal.type("\x15python train.py model.backend=torch train.ep\t")
    assert terminal.wait_for("train.epochs="), terminal.text
