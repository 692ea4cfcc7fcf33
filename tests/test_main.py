"""Every command is in one table, and what is printed names the commands as the user types them."""

from __future__ import annotations

import ast
import sys
from importlib import import_module
from pathlib import Path

import pytest

import twinprop
from twinprop.__main__ import COMMANDS, TRAINING, main
from twinprop.app import cli

SOURCE = Path(twinprop.__file__).parent
STARTED = {
    "train.py": ("python -m twinprop", "python train.py"),
    "/venv/bin/twinprop": ("twinprop", "twinprop train"),
    "Scripts/twinprop.exe": ("twinprop", "twinprop train"),
    "/venv/lib/twinprop/__main__.py": ("python -m twinprop", "python -m twinprop train"),
    "/venv/lib/ipykernel_launcher.py": ("python -m twinprop", "python -m twinprop train"),
}
"""What a process was started as: how the user types our commands, and training."""

TRANSLATED = {
    ("app/resolvers.py", "USAGE"),
    ("commands/gradcheck/__init__.py", "DESCRIPTION"),
    ("app/completion.py", "BASH"),
}
"""Texts with names of their own that are translated where they are used, or that bash runs."""


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command that succeeds prints."""
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 0
    return capsys.readouterr().out


def test_help_lists_every_command_and_a_version(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(sys, "argv", ["/venv/bin/twinprop"])
    listed = said(capsys)
    assert listed == said(capsys, "--help")
    for name, (_, purpose) in COMMANDS.items():
        assert any(line.split(None, 1) == [name, purpose] for line in listed.splitlines()), name
    assert said(capsys, "--version") == f"twinprop {twinprop.__version__}\n"


@pytest.mark.parametrize("started", STARTED)
@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - TRAINING))
def test_help_names_the_command_that_was_typed(
    name: str, started: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [started])
    text, (program, _) = said(capsys, name, "--help"), STARTED[started]
    assert text.startswith(f"usage: {program} {name} ")
    if program == "twinprop":
        assert "python -m" not in text
        assert "train.py" not in text


@pytest.mark.parametrize("started", STARTED)
def test_help_of_training_names_the_command_that_was_typed(started: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from twinprop.app.resolvers import usage

    program, training = STARTED[started]
    monkeypatch.setattr(sys, "argv", [started])
    lines = usage().splitlines()
    assert lines[0].split("  ")[1] == training
    assert any(line.startswith(f"  {program} report DIRECTORY  ") for line in lines)


def test_training_is_read_by_hydra(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[list[str]] = []
    monkeypatch.setattr(cli, "run", lines.append)
    assert main(["train", "--cfg", "job", "seed=1"]) == main(["sweep", "seed=1,2"]) == 0
    assert lines == [["--cfg", "job", "seed=1"], ["-m", "seed=1,2"]]


def test_an_unknown_command_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/venv/bin/twinprop"])
    assert main(["tran", "seed=1"]) == 1
    wanted = "tran: there is no such command. Did you mean 'train'? See twinprop --help.\n"
    assert capsys.readouterr().err == wanted


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - TRAINING))
def test_a_command_has_its_two_functions(name: str) -> None:
    module = import_module(COMMANDS[name].module)
    assert callable(module.arguments)
    assert callable(module.main)


def untranslated(path: Path) -> list[str]:
    """Where a file names a command in a text that is neither a docstring nor given to `as_typed`."""
    found: list[str] = []
    name = str(path.relative_to(SOURCE))

    def look(node: ast.AST) -> None:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return  # a docstring; those of commands are translated with their help
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "as_typed":
            return
        if isinstance(node, ast.Assign) and (name, ast.unparse(node.targets[0])) in TRANSLATED:
            return
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.extend(f"{name}:{node.lineno}" for each in ("-m twinprop", "train.py") if each in node.value)
        for child in ast.iter_child_nodes(node):
            look(child)

    look(ast.parse(path.read_text("utf-8")))
    return found


def test_messages_name_the_command_that_was_typed() -> None:
    files = [path for path in SOURCE.rglob("*.py") if path.relative_to(SOURCE) != Path("text.py")]
    wrong = [place for path in files for place in untranslated(path)]
    assert not wrong, f"give the text to twinprop.text.as_typed: {', '.join(wrong)}"
