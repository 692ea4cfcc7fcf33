"""A table of command lines and of the words that their answers must contain, and how to try many in one process."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import pytest
from tests.kit.commands import in_process

from twinprop.app.training_task import TrainingTask
from twinprop.population.sweep import Sweep

FOLDER = Path(__file__).parents[1] / "app" / "catalogue"
FILES = {
    "file": "no folder\n",
    "finished/summary.json": "{}\n",
    "finished/.hydra/config.yaml": "seed: 1\n",
    "finished/.hydra/config.pickle": "no pickle\n",
    "empty/readme.txt": "no configuration\n",
    "mine/experiment/mine.yaml": "# @package _global_\nseed: 3\n",
    "mine/experiment/typo_inside.yaml": "# @package _global_\nmodel:\n  widht: 3\n",
    "mine/experiment/broken_yaml.yaml": "# @package _global_\nmodel: [1,\n",
    "mine/experiment/no_package.yaml": "seed: 3\n",
    "mine/experiment/bad_default.yaml": "# @package _global_\ndefaults:\n  - override /data: nope\n",
    "mine/experiment/bad_value.yaml": "# @package _global_\noptimizer:\n  lr: abc\n",
    "mine/data/extra.yaml": "nope: 3\n",
    "mine/data/extra_key.yaml": "name: moons\nnope: 3\n",
    "mine/experiment/code.yaml": "# @package _global_\nplugins: [mine.py]\n",
    "mine/sweeps/empty_study.yaml": "",
    "mine/sweeps/bad_study.yaml": "# @package hydra.sweeper\nparams:\n  optimizer.lr: abc,def\n",
}
"""What lies in the folder that the lines are tried in."""


@dataclass
class Entry:
    """A line of the table: what is typed, and what its answer must contain."""

    line: str
    expected: list[str]

    @property
    def words(self) -> list[str]:
        """The line as a shell hands it over, with `\\n` and `\\x00` for characters that no line can hold."""
        return [word.replace("\\n", "\n").replace("\\x00", "\0") for word in shlex.split(self.line)]


def entries(name: str) -> list[Entry]:
    """The table in the file `name` of the catalogue."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    parts = [line.split(" => ") for line in lines if line and not line.startswith("#")]
    return [Entry(line, expected.split(" | ")) for line, expected in parts]


class Trained(BaseException):
    """A line was not refused; no error, so that nothing takes it for one."""


@dataclass
class Answer:
    """How the command answered a line.

    Attributes:
        status: its exit status; None where it would have trained.
        message: what it ended with.
        shown: what else it printed.
        error: what came through as a traceback.
        seconds: how long it took.
    """

    status: int | None
    message: str
    shown: str
    error: BaseException | None
    seconds: float

    def faults(self, entry: Entry) -> list[str]:
        """What is wrong with the answer to an entry of the table."""
        if self.error is not None:
            return [f"traceback: {type(self.error).__name__}: {self.error}"]
        if not self.status:
            return ["not refused"]
        found = [f"does not say {part!r}" for part in entry.expected if part not in self.message]
        found += [f"shows {word!r}" for word in ("full_key", "object_type", "Traceback") if word in self.message]
        return [*found, *([f"prints more: {self.shown}"] if self.shown else [])]


def prepare(folder: Path) -> None:
    """Put `FILES` into a folder."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def refuse_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have whatever would train raise `Trained`."""

    def trained(*_: object, **__: object) -> None:
        raise Trained

    monkeypatch.setattr(TrainingTask, "train", trained)
    monkeypatch.setattr(Sweep, "__init__", trained)


def answer(
    words: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Answer:
    """Give the command a line; after `refuse_training`."""
    start, error = perf_counter(), None
    status: int | None
    try:
        status, message = in_process(monkeypatch, folder, *words)
    except Trained:
        status, message = None, ""
    except Exception as raised:
        status, message, error = 1, "", raised
    shown = "".join(capfd.readouterr())
    if not message:  # Hydra printed it
        message, shown = shown, ""
    return Answer(status, message, shown, error, perf_counter() - start)
