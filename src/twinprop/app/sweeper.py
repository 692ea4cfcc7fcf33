"""`hydra/sweeper=grid`: all combinations of the values of a sweep."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from hydra.utils import get_class

from twinprop.app.launcher import PopulationLauncher
from twinprop.app.training_task import TrainingTask
from twinprop.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hydra.core.utils import JobReturn
    from hydra.types import HydraContext, TaskFunction
    from omegaconf import DictConfig


class Noting(Launcher):
    """One of Hydra's own launchers, whose jobs run in other processes, and tell the task here nothing by themselves.

    Not a part of that launcher, which pickles itself.
    """

    def __init__(self, launcher: Launcher, task: TrainingTask, directory: Path) -> None:
        self.launcher, self.task, self.directory = launcher, task, directory

    def setup(self, **arguments: Any) -> None:
        self.launcher.setup(**arguments)

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        returns = self.launcher.launch(job_overrides, initial_job_idx=initial_job_idx)
        for each in returns:
            self.task.note(each)
        if "interrupted" in self.task.statuses.values():
            from twinprop.run.console import console
            from twinprop.run.single import how_to_go_on

            console.print(how_to_go_on(self.directory))
            raise KeyboardInterrupt
        return returns


class GridSweeper(Sweeper):
    """Hydra's own sweeper, `hydra/sweeper=basic`, with what a population adds: a comparison at the end.

    As with Hydra's, a value on the command line replaces what a study gives for its key.
    """

    def __init__(self, **keys: Any) -> None:
        self.keys = keys

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        basic = get_class(ConfigStore.instance().load("hydra/sweeper/basic.yaml").node["_target_"])
        self.basic: Sweeper = basic(**self.keys)
        self.basic.setup(hydra_context=hydra_context, task_function=task_function, config=config)
        self.hydra_context, self.config, self.launcher = hydra_context, config, self.basic.launcher
        if isinstance(self.launcher, PopulationLauncher):
            # which tells of each job that cannot be composed; it need not be done twice
            self.basic.validate_batch_is_legal = lambda batch: None
            self.launcher.concluded = True
        elif isinstance(task_function, TrainingTask):
            self.basic.launcher = Noting(self.launcher, task_function, Path(config.hydra.sweep.dir))

    def sweep(self, arguments: list[str]) -> Any:
        overrides = OverridesParser.create().parse_overrides(arguments)
        found = [
            f"{each.input_line}: a grid needs single values, {each.key_or_group}=A,B; "
            "hydra/sweeper=optuna chooses within an interval."
            for each in overrides
            if each.is_interval_sweep()
        ]
        if found:
            raise ConfigError(found)
        returns = self.basic.sweep(arguments)
        if isinstance(self.launcher, PopulationLauncher):
            self.launcher.conclude()
        return returns
