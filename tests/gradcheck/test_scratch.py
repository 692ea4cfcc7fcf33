"""Every public layer, activation and loss of the hand-written library passes the check, and none passes unseen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from twinprop import scratch
from twinprop.__main__ import main
from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.source.loading import parse_arguments

ARGUMENTS = {
    "BatchNorm1d": "--args 4",
    "BatchNorm2d": "--args 3",
    "Conv2d": "--args 3 4 3",
    "CrossEntropyLoss": "--targets labels",
    "Dropout": "--args 0.5",
    "Flatten": "--input 5 2 3",
    "GRU": "--args 4 3",
    "LSTM": "--args 4 3",
    "Linear": "--args 4 3",
    "MaxPool2d": "--args 2",
    "Noise": "--args 0.3",
    "RNN": "--args 4 3",
    "Unflatten": "--args -1 [2,2]",
}
"""What the command is given beside the name; nothing for what is not here."""

NAMES = [
    name
    for name, value in ((name, getattr(scratch, name)) for name in scratch.__all__)
    if isinstance(value, type)
    and issubclass(value, scratch.Layer | scratch.Loss)
    and value not in (scratch.Layer, scratch.Activation, scratch.Loss)
]
IN_TRAINING = {"BatchNorm1d", "BatchNorm2d", "Dropout", "Noise"}


def command(name: str) -> list[str]:
    return ["gradcheck", "--layer", f"twinprop.scratch:{name}", *ARGUMENTS.get(name, "").split()]


def test_table_names_what_is_there() -> None:
    assert set(ARGUMENTS) | IN_TRAINING <= set(NAMES)
    assert {"Linear", "Conv2d", "LSTM", "ReLU", "Softmax", "Dropout", "MSELoss", "CrossEntropyLoss"} <= set(NAMES)
    assert {"Linear", "Conv2d", "LSTM", "BatchNorm2d"} <= {
        name for name in NAMES if getattr(made(name), "shapes", None)
    }


@pytest.mark.parametrize("name", NAMES)
def test_passes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command(name)) == 0
    printed = capsys.readouterr().out
    assert "agree" in printed
    assert "Not checked" not in printed
    assert "Note" not in printed
    assert ("training=True" in printed.splitlines()[0]) == (name in IN_TRAINING)


@pytest.mark.parametrize("name", NAMES)
def test_wrong_dx_is_found(name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    right = getattr(scratch, name).backward
    monkeypatch.setattr(getattr(scratch, name), "backward", lambda *args, **keywords: 1.01 * right(*args, **keywords))
    assert main(command(name)) == 1
    assert "dx: " in capsys.readouterr().out


def made(name: str) -> Any:
    args, keywords = parse_arguments(words_of(name))
    return getattr(scratch, name)(*args, **keywords)


def has_parameters(name: str) -> bool:
    return bool(getattr(made(name), "shapes", None))


def words_of(name: str) -> list[str]:
    """Arguments of the constructor."""
    words = ARGUMENTS.get(name, "").split()
    return words[1:] if words[:1] == ["--args"] else []


@pytest.mark.parametrize("name", [name for name in NAMES if has_parameters(name)])
def test_every_parameter_is_checked(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shapes, right = made(name).shapes, getattr(scratch, name).backward
    report = check_class(f"twinprop.scratch:{name}", words_of(name))
    assert [gradient.of for gradient in report.gradients] == [*shapes, "x"]
    assert all(np.any(gradient.right) for gradient in report.gradients)

    def wrong(self: Any, dy: Any, need_dx: bool = True) -> Any:
        dx = right(self, dy, need_dx)
        for parameter in shapes:
            getattr(self, f"{parameter}_grad").flat[-1] += 0.1
        return dx

    monkeypatch.setattr(getattr(scratch, name), "backward", wrong)
    report = check_class(f"twinprop.scratch:{name}", words_of(name))
    assert [gradient.of for gradient in report.gradients if not gradient.passed] == list(shapes)
