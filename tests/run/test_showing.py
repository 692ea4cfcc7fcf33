"""Faults in all that only shows a run: none ends it, and each is told once. Of results it is another matter."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from rich.console import Console
from rich.progress import Progress
from tests.kit.commands import in_process
from tests.kit.sweeps import DIRECTORIES, summaries

from twinprop.app.log_files import telling_once
from twinprop.config.schema import Config, choice_class
from twinprop.data.digits import Digits
from twinprop.data.toy import Moons
from twinprop.errors import OutputError
from twinprop.run import console, pictures, plugin_values, showing, summary_values, tensorboard
from twinprop.run.events import EventFile
from twinprop.run.single import execute

DATA = {"digits": Digits(limit=100), "moons": Moons(n_samples=60)}
WORDS = ["data=moons", "data.n_samples=60", "model.width=4", "train.epochs=3", "seed=0,1,2"]


def config(data: Any) -> Config:
    made = Config(data=data, model=choice_class("model", "mlp")(width=4))
    made.train.epochs = 3
    return made


@pytest.fixture(autouse=True)
def nothing_told() -> Iterator[None]:
    showing.told.clear()
    yield
    showing.told.clear()


def fail(*_: Any, **__: Any) -> Any:
    raise ZeroDivisionError("a fault")


def results(path: Path) -> tuple[str, Any, Any]:
    summary = json.loads((path / "summary.json").read_text())
    assert (path / "model.safetensors").exists()
    assert len((path / "metrics.csv").read_text().splitlines()) == 4
    return summary["status"], summary["test"], summary["best"]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("undisturbed")
    for name, data in DATA.items():
        execute(config(data), folder / name)
    return {name: results(folder / name) for name in DATA}


FAULTS: dict[str, tuple[Any, str, str]] = {
    "confusion": (pictures, "confusion", "the confusion matrix"),
    "samples": (pictures, "samples", "the picture of samples"),
    "points": (pictures, "points", "the picture of points"),
    "png": (pictures, "png", "the confusion matrix"),
    "keys of HPARAMS": (tensorboard, "comparable", "the run's line in HPARAMS"),
    "end of HPARAMS": (plugin_values, "session_end", "the run's end in HPARAMS"),
    "layout": (plugin_values, "diagrams", "the layout of curves"),
    "text": (plugin_values, "text", "the configuration in TensorBoard"),
    "curves": (tensorboard, "scalars", "TensorBoard's curves"),
    "histograms": (summary_values, "histogram", "histograms"),
    "making the event file": (EventFile, "__init__", "TensorBoard's event file"),
    "adding to the event file": (EventFile, "add", "TensorBoard's curves"),
    "writing the event file": (EventFile, "flush", "TensorBoard's event file"),
    "the process": (psutil, "Process", "the use of CPU and memory"),
    "memory of the process": (psutil.Process, "memory_info", "the use of CPU and memory"),
    "cores": (psutil, "cpu_count", "the size of the machine"),
    "memory": (psutil, "virtual_memory", "the size of the machine"),
    "console": (Console, "print", "the console"),
    "lines": (console, "evaluation_line", "a line of the log"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_what_only_shows_ends_no_run(
    fault: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    undisturbed: dict[str, Any],
) -> None:
    owner, name, what = FAULTS[fault]
    data = DATA["digits" if fault == "samples" else "moons"]
    monkeypatch.setattr(owner, name, fail)
    monkeypatch.setattr(logging.getLogger("twinprop"), "handlers", [console.ConsoleHandler()])
    with caplog.at_level(logging.INFO, "twinprop"):
        execute(config(data), tmp_path / "run")
    assert results(tmp_path / "run") == undisturbed[data.name]
    told = [each.message for each in caplog.records if "left out" in each.message]
    assert told.count(f"{what}: left out, for it failed (ZeroDivisionError: a fault); training goes on.") == 1
    assert len(told) == len(set(told))


@pytest.mark.parametrize("name", ["start", "update", "stop"])
def test_a_fault_in_the_progress_bar_ends_no_run(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(console.console, "_force_terminal", True)
    stop = Progress.stop
    monkeypatch.setattr(Progress, name, lambda self, *a, **k: (stop(self), fail()) if name == "stop" else fail())
    execute(config(Moons(n_samples=60)), tmp_path / "run")
    assert results(tmp_path / "run")[0] == "completed"
    told = [each.message for each in caplog.records if "left out" in each.message]
    assert told == ["the progress bar: left out, for it failed (ZeroDivisionError: a fault); training goes on."]


SWEEP_FAULTS = {
    "twinprop.report.style.rendered": "the figure of the result",
    "twinprop.report.page.write_atomically": "the report",
    "twinprop.population.compare.Comparison.best_rows": "what was best with each value",
    "twinprop.app.conclusion.jobs_table": "the table of jobs",
    "twinprop.population.display.SweepDisplay.show": "the progress of the sweep",
    "twinprop.population.sweep.remarks": "what jobs repeat",
    "twinprop.population.stack.logging.makeLogRecord": "a job's log",
    "twinprop.run.device.psutil.virtual_memory": "the free memory",
    "twinprop.run.tensorboard.comparable": "the run's line in HPARAMS",
    "twinprop.run.summary_values.pictures.confusion": "the confusion matrix",
    "twinprop.run.tensorboard.EventFile.flush": "TensorBoard's event file",
}


@pytest.mark.parametrize("place", SWEEP_FAULTS)
def test_a_fault_in_what_only_shows_ends_no_sweep(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    made = logging.makeLogRecord if place.endswith("makeLogRecord") else None
    broken = fail if made is None else lambda found: made(found) if "levelno" in found else fail()
    monkeypatch.setattr(place, broken)
    reports = "report" in place
    words = [*WORDS, "hydra.launcher.workers=1", f"hydra.launcher.report={reports}".lower()]
    assert in_process(monkeypatch, tmp_path, "-m", *words, *DIRECTORIES) == (0, "")
    assert [each["status"] for each in summaries(tmp_path)] == ["completed"] * 3
    assert (tmp_path / "sweep" / "sweep.csv").read_text().count("completed") == 3
    assert (tmp_path / "sweep" / "report.html").exists() == (reports and "page" not in place)
    told = "".join(capfd.readouterr())
    assert "Traceback" not in told
    assert told.count(f"{SWEEP_FAULTS[place]}: left out, for it failed (ZeroDivisionError: a fault)") == 1


@pytest.mark.parametrize("name", ["metrics.csv", "model.safetensors", "summary.json"])
def test_a_full_disk_for_results_is_a_failure(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from twinprop.run import directory, state_file

    write, add = directory.write_atomically, directory.RunDirectory._line

    def full(path: Path, data: bytes) -> None:
        if path.name == name:
            raise OutputError(f"{path}: cannot be written (full)")
        write(path, data)

    def full_for_rows(self: Any, values: Any) -> None:
        if name == "metrics.csv" and values[0] == 2:
            raise OutputError(f"{self.path}/metrics.csv: cannot be written (full)")
        add(self, values)

    for module in (directory, state_file):
        monkeypatch.setattr(module, "write_atomically", full)
    monkeypatch.setattr(directory.RunDirectory, "_line", full_for_rows)
    with pytest.raises(OutputError, match=rf"{name}: cannot be written \(full\)"):
        execute(config(Moons(n_samples=60)), tmp_path / "run")
    assert [what for _, what, _ in showing.told] == ["summary.json"] * (name == "summary.json")
    if name != "summary.json":
        assert json.loads((tmp_path / "run" / "summary.json").read_text())["status"] == "failed"


def test_a_log_file_that_takes_no_more_is_told_once(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    file, stream = console.LogFileHandler("/dev/full"), logging.StreamHandler(sys.stdout)
    logger = logging.getLogger("twinprop")
    monkeypatch.setattr(logger, "handlers", [file, stream])
    monkeypatch.setattr(logger, "propagate", False)
    for number in range(3):
        logger.warning(f"line {number}")
    told = "lines of the log: left out, for it failed (OSError: [Errno 28] No space left on device); training goes on."
    out, err = capfd.readouterr()
    assert (sorted(out.splitlines()), err) == (sorted([told, "line 0", "line 1", "line 2"]), "")
    file.close()
    file.close()
    assert capfd.readouterr().err == "/dev/full: lacks 4 lines.\n"


def test_pythons_own_handlers_tell_once_too(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    def handler(name: str) -> dict[str, str]:
        return {"class": f"logging.{name}Handler", "filename" if name == "File" else "stream": "/dev/full"}

    given = {"version": 1, "handlers": {name: handler(name) for name in ("File", "Stream")}, "root": {}}
    classes = [each["class"] for each in telling_once(given)["handlers"].values()]
    assert classes == ["twinprop.run.console.LogFileHandler", "twinprop.run.console.StreamHandler"]
    full = open("/dev/full", "w")  # noqa: SIM115  # to close it fails, too
    logger = logging.getLogger("twinprop")
    monkeypatch.setattr(logger, "handlers", [console.StreamHandler(full)])
    monkeypatch.setattr(logger, "propagate", False)
    for number in range(3):
        logger.warning(f"line {number}")
    with suppress(OSError):
        full.close()
    told = "the console: left out, for it failed (OSError: [Errno 28] No space left on device); training goes on."
    assert capfd.readouterr() == ("", f"{told}\n")
