"""Tab completes commands, groups, options, keys and values; in a real bash, at a terminal."""

from __future__ import annotations

import os
import pty
import select
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from omegaconf import OmegaConf
from tests.kit.commands import ROOT

from twinprop.__main__ import COMMANDS, TRAINING
from twinprop.app.completion import complete_commands, with_values
from twinprop.config.schema import Config
from twinprop.models.mlp import MLP

PATIENCE = 60
"""Seconds for an answer, of which half a one is needed where the machine is idle."""


class Terminal:
    """An interactive bash in which `python` is ours."""

    def __init__(self, *folders: Path) -> None:
        path = ":".join(map(str, [*folders, Path(sys.executable).parent, os.environ["PATH"]]))
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


@pytest.mark.slow
def test_bash_completes_at_a_terminal(terminal: Terminal) -> None:
    terminal.type("python train.py optimizer=a\t")
    assert terminal.wait_for("optimizer=ada"), terminal.text
    terminal.type("\t\t")  # there are several
    assert terminal.wait_for("optimizer=adagrad", "optimizer=adam ", "optimizer=adamw"), terminal.text
    terminal.type("\x15python train.py model.backend=torch train.ep\t")
    assert terminal.wait_for("train.epochs="), terminal.text
    terminal.type("\x15python train.py model.activation=si\t\t\t")
    assert terminal.wait_for("model.activation=sigmoid", "model.activation=silu"), terminal.text


@pytest.mark.slow
def test_bash_completes_the_module(terminal: Terminal) -> None:
    terminal.type("python -m twinprop ev\t")
    assert terminal.wait_for("twinprop evaluate"), terminal.text
    terminal.type("\x15python -m twinprop train model.activation=si\t\t\t")
    assert terminal.wait_for("model.activation=sigmoid", "model.activation=silu"), terminal.text
    terminal.type("\x15python -m twinprop rep\t")
    assert terminal.wait_for("twinprop report"), terminal.text
    terminal.type("\x15python -m twinprop report READ\t")
    assert terminal.wait_for("report README.md"), terminal.text
    terminal.type("\x15python -m jso\t\x15python conf\t")
    assert terminal.wait_for("python conf/"), terminal.text


@pytest.mark.slow
def test_bash_completes_the_installed_command(tmp_path: Path) -> None:
    script = tmp_path / "twinprop"
    script.write_text(f"#!{sys.executable}\nfrom twinprop.__main__ import command\n\ncommand()\n", "utf-8")
    script.chmod(0o755)
    terminal = Terminal(tmp_path)
    try:
        terminal.type('eval "$(twinprop -sc install=bash)"; echo ready $((40 + 2))\n')
        assert terminal.wait_for("ready 42"), terminal.text
        terminal.type("twinprop sum\t")
        assert terminal.wait_for("twinprop summary"), terminal.text
        terminal.type("\x15twinprop train model.activation=ta\t")
        assert terminal.wait_for("model.activation=tanh"), terminal.text
        terminal.type("\x15twinprop sweep +sweeps=wi\t")
        assert terminal.wait_for("+sweeps=width"), terminal.text
    finally:
        terminal.close()


@pytest.mark.parametrize(
    ("word", "values"),
    {
        "model.backend=": ["scratch", "torch"],
        "model.activation=ta": ["tanh"],
        "model.activation=relu,si": ["relu,sigmoid", "relu,silu"],
        "model.batch_norm=": ["true", "false"],
        "train.batch_size=": ["full"],
        "optimizer.lr=": ["what Hydra has"],
        "model.act": ["what Hydra has"],
        "nothing.such=": ["what Hydra has"],
    }.items(),
)
def test_values_are_offered_where_they_can_be_told(word: str, values: list[str]) -> None:
    config = OmegaConf.structured(Config)
    config.model = OmegaConf.structured(MLP)
    key = word.partition("=")[0]
    found = with_values(lambda config, word: ["what Hydra has"], config, word)
    assert found == (values if values == ["what Hydra has"] else [f"{key}={value}" for value in values])


def test_commands_are_offered_and_training_is_hydras(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    query = ["-sc", "query=bash"]
    monkeypatch.setenv("COMP_LINE", "twinprop s")
    assert complete_commands(query, COMMANDS, TRAINING) == []
    assert capsys.readouterr().out.split() == [name for name in COMMANDS if name.startswith("s")]
    for line, left in {
        "twinprop sweep +sweeps=w": "twinprop -m +sweeps=w",
        "twinprop train model=": "twinprop model=",
        "twinprop summary model=": "twinprop model=",
    }.items():
        monkeypatch.setenv("COMP_LINE", line)
        assert complete_commands(query, COMMANDS, TRAINING) == query
        assert os.environ["COMP_LINE"] == left
    monkeypatch.setenv("COMP_LINE", "twinprop report out")
    assert complete_commands(query, COMMANDS, TRAINING) == []
    assert complete_commands(["-sc", "install=fish"], COMMANDS, TRAINING) == ["-sc", "install=fish"]
