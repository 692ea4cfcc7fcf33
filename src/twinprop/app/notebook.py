"""twinprop in a notebook: train what the command would, and read what a run left."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinprop.app.compose import with_other_samples
from twinprop.app.folders import conf
from twinprop.app.home import expand
from twinprop.app.hydra_main import hydra_main
from twinprop.app.plugin_words import take
from twinprop.app.training_task import TrainingTask, checked
from twinprop.config.plugins import fault
from twinprop.errors import ConfigError, TwinpropError
from twinprop.run import saved
from twinprop.run.console import display_path, quiet_in_notebook
from twinprop.run.found import find
from twinprop.run.measured import Measured, measure
from twinprop.text import plural

if TYPE_CHECKING:
    import pandas
    from omegaconf import DictConfig


MOST_ROWS = 40
"""Of the table of a sweep that a notebook shows."""


class Run(saved.Run):
    """A finished run, which is measured again as the command does it."""

    def evaluate(self, *overrides: str, split: str | None = None) -> Measured:
        """Do what `twinprop evaluate RUN OVERRIDES` does, and return `results`, `confusion`, `by_class()`.

        Args:
            overrides: other samples: `"data=kmnist", "data.limit=1000"`; none for its own.
            split: `train`, `val` or `test`. None: the test split of its own samples; of others the test split that
                they come with, and all of them where they come with none.

        Raises:
            TwinpropError: a key is no key of samples, or these cannot be read, or are none for this network.
        """
        config, most = with_other_samples(self, overrides)
        return measure(self, config, split, most)


def load(directory: str | Path, weights: str | None = None, plugins: str | Sequence[str] = ()) -> Run:
    found = saved.load(directory, weights, plugins)
    return Run(found.path, found.summary, found.weights)


load.__doc__ = saved.load.__doc__


def train(*overrides: str) -> Run:
    """Do what `python train.py OVERRIDES` does, and return the run.

    Raises:
        TwinpropError: the configuration, the data or the device is not usable.
        KeyboardInterrupt: a signal came; what was trained is saved, and `twinprop resume` goes on with it.
    """
    from hydra.core.hydra_config import HydraConfig

    from twinprop.run.single import execute

    directories: list[Path] = []
    failed: list[TwinpropError] = []

    def task(config: DictConfig) -> None:
        directories.append(Path(HydraConfig.get().runtime.output_dir))
        try:
            status = execute(checked(config), directories[0])["status"]
        except TwinpropError as error:
            failed.append(error)  # of which Hydra would say something as well
            return
        if status == "interrupted":
            raise KeyboardInterrupt  # which ends the loop that this may stand in, too

    run(task, overrides)
    if failed:
        raise failed[0]
    return load(directories[0])


def sweep(*overrides: str) -> Sweep:
    """Do what `python train.py -m OVERRIDES` does, and return the runs, their table and their picture.

    Raises:
        TwinpropError: none of the jobs can be trained, or they train by another launcher than ours.
        KeyboardInterrupt: a signal came; what was trained is saved, and `twinprop resume` goes on with it.
    """
    task = TrainingTask()
    run(task, overrides, multirun=True)
    if task.directory is None:
        raise TwinpropError("hydra/launcher: only our own, population, returns what became of a sweep; leave it out.")
    return Sweep(task.directory)


def run(task: Callable[[DictConfig], Any], overrides: Sequence[str], multirun: bool = False) -> None:
    """Have Hydra run a task for what overrides ask for.

    Raises:
        TwinpropError: that cannot be trained.
    """
    from hydra import initialize_config_dir

    from twinprop.app.composer import HYDRA_ERRORS
    from twinprop.app.diagnose import diagnose, in_a_line, to_error

    options = [word for word in overrides if word.startswith("-")]
    if options:
        raise ConfigError([f"{word!r}: is not key=value." for word in options])
    words = take(expand(overrides))
    try:
        with quiet_in_notebook():
            hydra_main(task, ["-m", *words] if multirun else words)
    except HYDRA_ERRORS as error:
        with initialize_config_dir(str(conf())):
            raise to_error(diagnose(words, multirun=multirun)) or ConfigError([in_a_line(error)]) from error
    except Exception as error:
        message = fault(error)
        if message is None:
            raise
        raise TwinpropError(message) from error
    except SystemExit as error:  # the gate ends a process that cannot start; a notebook goes on
        raise TwinpropError(str(error.code)) from error


@dataclass
class Sweep:
    """A finished sweep.

    Attributes:
        path: its directory.
    """

    path: Path

    @cached_property
    def table(self) -> pandas.DataFrame:
        """sweep.csv, a row for each job."""
        import pandas

        return pandas.read_csv(self.path / "sweep.csv")

    @cached_property
    def runs(self) -> list[Run]:
        """The runs that have a result, in the order of their jobs."""
        return [load(found.path) for found in find(self.path) if "summary.json" in found.names]

    @property
    def picture(self) -> bytes | None:
        """What varied against what came of it, as the report draws it, a PNG file; None where it draws nothing."""
        from twinprop.report.page import RESULT

        path = self.path / RESULT
        return path.read_bytes() if path.exists() else None

    def __repr__(self) -> str:
        return f"Sweep({display_path(self.path)!r}, {plural(len(self.table), 'job')})"

    def _repr_html_(self) -> str:
        """What a notebook shows of it: what the jobs vary and their results, and the picture."""
        image = "" if self.picture is None else base64.b64encode(self.picture).decode()
        picture = f'<img style="max-width:100%" src="data:image/png;base64,{image}"/>' if image else ""
        table, settings = self.table, list(self.table.columns)[2 : list(self.table.columns).index("status")]
        own = [name for name in settings if table[name].nunique(dropna=False) > 1]
        results = [name for name in table.columns if name.startswith(("val_", "test_"))]
        few = table[["job", *own, "status", *results]]
        html = few.to_html(index=False, float_format="{:.4g}".format, na_rep="", max_rows=MOST_ROWS)
        return f"<div><code>{escape(display_path(self.path))}</code>{html}{picture}</div>"
