"""What TensorBoard shows of a run: all of it in the run's own directory."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from tensorboard.compat.proto.summary_pb2 import Summary

from twinprop.config.compared import compared
from twinprop.config.schema import Config, flatten
from twinprop.data.samples import Samples
from twinprop.run import plugin_values
from twinprop.run.directory import is_sweep, words_of
from twinprop.run.events import EventFile
from twinprop.run.glimpses import GRADIENTS, OUTPUTS, Glimpses
from twinprop.run.insides import is_image
from twinprop.run.showing import only_shows
from twinprop.run.summary_values import (
    PICTURED,
    PICTURED_OF_MANY,
    against,
    histograms,
    matrix,
    pictured,
    plane,
    scalars,
)
from twinprop.task import CLASSIFICATION, MEASURES, SPLITS, Predicted, Regression, Task
from twinprop.text import as_typed, in_shell, markdown_table, spelled
from twinprop.training.learner import Learner
from twinprop.training.monitor import Monitor, Row

HISTOGRAMS = 20
"""Evaluations at which histograms are written, at most: more would cost more than training."""

ENVIRONMENT = ("twinprop", "commit", "python", "torch", "numpy", "device", "gpu", "cpu", "threads", "platform")
"""What the TEXT tab says of versions and machine."""

SCALARS = ("lr", "grad_norm", "samples_per_second")
"""What is shown of an evaluation beside its results."""


WORDS = ("data.normalize",)
"""Keys that are true or false in one run and numbers in another: words in all."""


def comparable(config: Config) -> dict[str, float | bool | str]:
    """The keys by which runs are compared, as HPARAMS takes them: a key is of one type in all runs.

    Where numbers of one run meet words of another, TensorBoard takes all for words and then drops the
    runs with numbers from its table. So a key that is null is left out, and a full batch is its size.
    """
    flat = {key: value for key, value in compared(flatten(config)).items() if value is not None}
    if config.train.samples is None:
        del flat["train.batch_size"]
        sizes = config.data.split_sizes()
        if sizes is not None:
            flat["train.batch_size"] = sizes[0]
    return {key: spelled(value) if key in WORDS else _plain(value) for key, value in flat.items()}


def _plain(value: Any) -> float | bool | str:
    return value if isinstance(value, bool | int | float) else str(list(value) if isinstance(value, tuple) else value)


def diagrams(task: Task, together: bool, layers: bool = False) -> dict[str, list[str]]:
    """Curves that are shown in one diagram, by its title.

    Args:
        task: what is learnt.
        together: the splits, as for a single run; else a diagram each, in which the runs of a sweep can be told apart.
        layers: whether there are sizes of each layer's outputs and gradients.
    """
    if not together:
        return {f"{MEASURES[what].label}, {split}": [f"{what}/{split}"] for what in task.measures() for split in SPLITS}
    found = {MEASURES[what].label: [f"{what}/{split}" for split in SPLITS] for what in task.measures()}
    of_layers = {"size of each layer's outputs": OUTPUTS, "size of each layer's gradients": GRADIENTS}
    return found | {title: [f"{tag}/.*"] for title, tag in of_layers.items() if layers}


class TensorBoard:
    """Writes the event file of one run. It only shows: what fails in here is told once and left out.

    Args:
        directory: the run's.
        config: the run's.
        evaluations: how many evaluations there will be.
        recorded: what `recorded` gave, to go on from there.
        task: what it learns.
        environment: versions and machine.
        glimpses: what it shows of its network; None for nothing.
    """

    def __init__(
        self,
        directory: Path,
        config: Config,
        evaluations: int,
        recorded: Mapping[str, Any] | None = None,
        task: Task = CLASSIFICATION,
        environment: Mapping[str, Any] | None = None,
        glimpses: Glimpses | None = None,
    ) -> None:
        self.config, self.task, self.glimpses = config, task, glimpses
        self.every = max(1, -(-evaluations // HISTOGRAMS))
        self.count = 0
        self.ended = False
        self.process: psutil.Process | None = None
        self.clocks = time.process_time(), time.perf_counter()
        # what fails for one run of a sweep mostly fails for all
        self.of_sweep = is_sweep(directory.parent)
        self.of = directory.parent if self.of_sweep else directory
        self.file: EventFile | None = None
        with self.left_out("TensorBoard's event file"):
            if recorded:
                self.file, self.count = EventFile(directory, recorded["events"], recorded["bytes"]), recorded["count"]
                return
            self.file = EventFile(directory)
        curves = partial(diagrams, task, together=not self.of_sweep, layers=glimpses is not None)
        text = partial(configuration_text, directory, config, environment or {})
        self.add("the layout of curves", lambda: [plugin_values.diagrams(curves())])
        self.add("the configuration in TensorBoard", lambda: [plugin_values.text("configuration/text_summary", text())])
        # Nothing announces the keys and metrics of a whole sweep: TensorBoard would believe the first run that does.
        # From what the runs themselves hold it finds every key, its type and whether it varies, and shows those first.
        # A named group would be averaged with the others of its name; without a name each run is a group.
        self.add("the run's line in HPARAMS", lambda: [plugin_values.session_start(comparable(config))])
        self.flush()

    def left_out(self, what: str) -> AbstractContextManager[None]:
        """A context in which an exception leaves something out, and ends nothing."""
        return only_shows(what, self.of)

    def add(self, what: str, values: Callable[[], Iterable[Summary.Value]], step: int = 0) -> None:
        """Add what is given by a function, or leave it out where that fails."""
        with self.left_out(what):
            if self.file is not None:
                self.file.add(values(), step)

    def flush(self) -> None:
        """Write what was added; where that fails, the rest of the run is left out."""
        file, self.file = self.file, None
        with self.left_out("TensorBoard's event file"):
            if file is not None:
                file.flush()
                self.file = file

    def recorded(self) -> dict[str, Any]:
        """How far the event file is written."""
        if self.file is None:
            return {"events": "", "bytes": 0, "count": self.count}
        shown = {} if self.glimpses is None else {"after": self.glimpses.after}
        return {"events": self.file.path.name, "bytes": self.file.size, "count": self.count, **shown}

    def evaluated(self, row: Row, learner: Learner, member: int, ended: bool = False) -> None:
        """Scalars of an evaluation, now and then histograms of weights and gradients, and what is seen of the network.

        Args:
            row: its results.
            learner: the network's.
            member: its place there.
            ended: whether this is the last one.
        """
        values = {
            f"{what}/{split}": row.results[f"{split}_{what}"] for what in self.task.measures() for split in SPLITS
        }
        values |= {f"train/{name}": getattr(row, name) for name in SCALARS}
        with self.left_out("the use of CPU and memory"):
            values |= self.use_of_machine()
        self.add("TensorBoard's curves", lambda: scalars(values), row.epoch)
        if self.count % self.every == 0:
            self.add("histograms", lambda: histograms(learner, member), row.epoch)
        if self.glimpses is not None and self.glimpses.due(row.epoch, ended):
            with self.left_out("what the network has learnt"), self.glimpses.taken(row.epoch):
                for what, found in self.glimpses.seen(learner, member):
                    self.add(what, found, row.epoch)
        self.count += 1
        self.flush()

    def use_of_machine(self) -> dict[str, float]:
        """CPU, memory and the GPU's memory that this process uses."""
        self.process = self.process or psutil.Process()
        values = {"system/cpu_percent": self.cpu_percent(), "system/memory_MB": self.process.memory_info().rss / 1e6}
        torch = sys.modules.get("torch")  # what it does not even need takes no memory of a GPU
        peak = torch.cuda.max_memory_allocated() if torch else 0
        return values | ({"system/gpu_memory_MB": peak / 1e6} if peak else {})

    def cpu_percent(self) -> float:
        """CPU use since the call before, in percent of one core; psutil's clock is too coarse for short epochs."""
        before, self.clocks = self.clocks, (time.process_time(), time.perf_counter())
        used, passed = (now - then for now, then in zip(self.clocks, before, strict=True))
        return 100 * used / max(passed, 1e-9)

    def pictures(self, test: Samples, found: Predicted, shape: tuple[int, ...], classes: list[str], epoch: int) -> None:
        """The confusion matrix, or predicted against true numbers, and samples of the test split with predictions."""
        predicted = found.values
        if isinstance(self.task, Regression):
            self.add("the picture of predictions", partial(against, self.task, test, predicted), epoch)
            return
        if len(classes) <= 50:
            self.add("the confusion matrix", partial(matrix, test, predicted, classes), epoch)
        most = PICTURED_OF_MANY if self.of_sweep else PICTURED
        first = np.arange(min(most, len(test)))
        wrong = np.flatnonzero(test.y != predicted)[:most]
        if is_image(shape):
            for tag, which in {"samples": first, "mistakes": wrong}.items():
                if len(which):
                    self.add(f"the picture of {tag}", partial(pictured, tag, test, which, predicted, classes), epoch)
        elif shape == (2,) and test.x is not None:
            self.add("the picture of points", partial(plane, test, predicted), epoch)

    def finished(self, monitor: Monitor, seconds_per_epoch: float | None) -> None:
        """What HPARAMS compares beside the last values of the curves, and the end of the session."""
        if self.ended:
            return
        self.ended = True
        if monitor.rows:
            values = {"train/seconds_per_epoch": seconds_per_epoch}
            if monitor.best is not None:
                chief = self.task.chief
                values |= {
                    f"best/{name}": monitor.best.results[name] for name in (f"val_{chief}", "val_loss", f"test_{chief}")
                }
            self.add("TensorBoard's curves", lambda: scalars(values), monitor.rows[-1].epoch)
        # TensorBoard believes the first end that it reads, so an interrupted run leaves its own to whoever resumes it
        if monitor.status != "interrupted":
            well = monitor.status in ("completed", "dropped")
            self.add("the run's end in HPARAMS", lambda: [plugin_values.session_end(well)])
        self.flush()


def configuration_text(directory: Path, config: Config, environment: Mapping[str, Any]) -> str:
    """What was typed, versions and the whole configuration, in Markdown."""
    words = words_of(directory)
    chosen = [(key, value) for key, _, value in (word.partition("=") for word in words)]
    versions = [(name, str(environment[name])) for name in ENVIRONMENT if environment.get(name) is not None]
    keys = [(key, spelled(value)) for key, value in flatten(config).items()]
    parts = [
        "### Command",
        f"    {as_typed(f'python train.py {in_shell(*words)}'.rstrip())}",
        *(("### Chosen", markdown_table(("key", "value"), chosen)) if chosen else ()),
        *(("### Where it ran", markdown_table(("what", "which"), versions)) if versions else ()),
        "### The whole configuration",
        markdown_table(("key", "value"), keys),
    ]
    return "\n\n".join(parts)
