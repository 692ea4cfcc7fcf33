"""Optuna's study of a sweep: kept in the sweep's directory, and gone on with there.

A search that goes on keeps what it has learnt: finished trials stay, those that were in training go on with their own
parameters, and the rest are new.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Any

import optuna
from hydra.utils import instantiate
from hydra_plugins.hydra_optuna_sweeper._impl import create_params_from_overrides
from hydra_plugins.hydra_optuna_sweeper.optuna_sweeper import OptunaSweeper
from omegaconf import ListConfig, OmegaConf
from optuna.trial import FrozenTrial, Trial, TrialState
from sqlalchemy.exc import ArgumentError

from twinprop.app.launcher import PopulationLauncher
from twinprop.app.optuna_pruning import Pruning
from twinprop.app.pruner_keys import PRUNERS
from twinprop.app.resumption import current
from twinprop.app.sweeper import Noting
from twinprop.app.training_task import TrainingTask
from twinprop.config.schema import choice_class
from twinprop.errors import ConfigError, TwinpropError, first_line
from twinprop.population.seeds import was_dropped
from twinprop.run.checkpoints import FOLDER
from twinprop.task import higher_is_better
from twinprop.text import plural

if TYPE_CHECKING:
    from hydra.types import HydraContext, TaskFunction
    from omegaconf import DictConfig

DATABASE = "optuna.db"

OWNER, LEFT, AGAIN = "twinprop sweep", "twinprop left", "twinprop again"
"""What a trial says of itself: the directory of its sweep, that it was left in training, and which one it repeats."""

SAMPLERS = ("optuna.samplers.*", "hydra_plugins.hydra_optuna_sweeper.*")
"""What a sampler may be of, as in Hydra's sweeper."""

TRIES = 5
"""At a database that another process is making at the same time."""


def direction(metric: str, given: Any, on_command_line: bool) -> Any:
    """What the search looks for: a high accuracy, or a low loss, as `metric` says.

    Args:
        metric: the configuration's.
        given: `hydra.sweeper.direction`, which is `minimize` where nobody gave it; a list has several metrics.
        on_command_line: whether it was given there.

    Raises:
        ConfigError: the contrary was given.
    """
    if isinstance(given, list | ListConfig):
        return given
    right = "maximize" if higher_is_better(metric) else "minimize"
    name = str(getattr(given, "name", given))
    if name != right and (on_command_line or name != "minimize"):
        raise ConfigError([f"hydra.sweeper.direction={name}: metric={metric} wants {right}; leave it out."])
    return right


def default_metric(data: DictConfig) -> str:
    """What trials are compared by where nobody says it.

    Raises:
        ConfigError: that is not known before the data is read.
    """
    task = choice_class("data", data.name).learns(OmegaConf.to_object(data))
    if task is None:
        wanted = "val_accuracy where it holds classes, val_rmse where it holds numbers"
        raise ConfigError([f"metric=null: a search on data={data.name} needs one, such as {wanted}."])
    return str(task.metric())


class StudySweeper(OptunaSweeper):  # type: ignore[misc]  # the plugin has no types
    """Hydra's sweeper for Optuna, with a study that stays, and a pruner.

    Args:
        pruner: the keys of one, of `hydra/sweeper/pruner`; None drops no trial.
        keys: those of Hydra's own.
    """

    def __init__(self, pruner: Any = None, **keys: Any) -> None:
        names = tuple(each()._target_ for each in PRUNERS.values())
        self.pruner = None if pruner is None else instantiate(pruner, _execution_whitelist_=names)
        self.pruning: Pruning | None = None
        self.jobs: dict[int, int] = {}  # by their trials
        self.sampler_keys: Any = keys["sampler"]
        self.done = 0
        super().__init__(**keys)

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        super().setup(hydra_context=hydra_context, task_function=task_function, config=config)
        directory, search = Path(config.hydra.sweep.dir).absolute(), self.sweeper
        words: Any = OmegaConf.to_container(config.hydra.overrides.hydra, resolve=False)
        given = any(word.startswith("hydra.sweeper.direction=") for word in words)
        search.direction = direction(config.metric or default_metric(config.data), search.direction, given)
        search.storage = search.storage or f"sqlite:///{directory / FOLDER / DATABASE}"
        if isinstance(search.storage, str):
            make_tables(search.storage)
        search.study_name = search.study_name or str(directory)
        self.own = str(directory)
        logging.getLogger(type(search).__module__).addFilter(is_news)
        search._configure_trials = partial(self.configure_trials, search._configure_trials)
        if current() is not None:
            self.done = go_on(search.study_name, search.storage, self.own)
            search.n_trials = max(0, search.n_trials - self.done)
        search.sampler = going_on(search.sampler, self.sampler_keys, study_of(search.study_name, search.storage))
        if isinstance(search.launcher, PopulationLauncher):
            search.launcher.concluded = search.launcher.searches = True
            search.launcher.on_batch = self.begin
        elif isinstance(task_function, TrainingTask):
            search.launcher = Noting(search.launcher, task_function, directory)
        if self.pruner is not None and not isinstance(search.launcher, PopulationLauncher):
            raise ConfigError(["hydra/sweeper/pruner: stops networks that hydra/launcher=population trains; use that."])
        if self.pruner is not None:
            if not isinstance(search.storage, str):
                raise ConfigError(["hydra.sweeper.storage: a pruner needs the URL of a database, for all processes."])
            if config.data.val_fraction == 0:  # said before the study begins; of what a trial chooses, then
                from twinprop.population.planner import NO_VALIDATION

                raise ConfigError([NO_VALIDATION.format(config.data.val_fraction)])
            self.pruning = Pruning(self.pruner, search.storage, search.study_name)
            search.launcher.judges.append(self.pruning)

    def configure_trials(self, configure: Callable[..., Any], trials: list[Trial], *spaces: Any) -> Any:
        """What Hydra's sweeper does with the trials of a batch; we learn here which they are, and of what study."""
        self.batch, study = trials, trials[0].study
        for trial in trials:
            trial.set_user_attr(OWNER, self.own)
        if isinstance(self.sweeper.launcher, PopulationLauncher) and "tell" not in vars(study):
            vars(study)["tell"] = partial(self.tell, study.tell)
        return configure(trials, *spaces)

    def begin(self, numbers: Sequence[int]) -> None:
        """Learn which jobs the trials of the batch are."""
        found = {trial.number: number for trial, number in zip(self.batch, numbers, strict=True)}
        self.jobs |= found
        if self.pruning is not None:
            self.pruning.trials |= {number: trial for trial, number in found.items()}

    def tell(self, tell: Callable[..., Any], trial: Trial, values: Any = None, **more: Any) -> Any:
        """Tell the study what Hydra's sweeper tells it, but that a trial was pruned where its network was dropped."""
        summary = self.sweeper.launcher.summaries.get(self.jobs.get(trial.number), {})
        if values is None or not was_dropped(summary):
            return tell(trial=trial, values=values, **more)
        if self.pruning is None:  # which has told everything
            trial.report(values[0], summary["stopped"]["epoch"])
        return tell(trial=trial, state=TrialState.PRUNED)

    def sweep(self, arguments: list[str]) -> None:
        search = self.sweeper
        if self.done and isinstance(search.sampler, partial):  # of which Hydra's sweeper takes all points for left
            search.n_trials = max(0, min(search.n_trials, points_of_grid(search, arguments) - self.done))
        try:
            super().sweep(arguments)
        except ValueError:
            trials = own_trials(search.study_name, search.storage, self.own)
            if not trials or any(trial.state == TrialState.COMPLETE for trial in trials):
                raise
            self.conclude()
            raise TwinpropError(
                f"hydra/sweeper=optuna: none of {plural(len(trials), 'trial')} has a result, so none is the best one; "
                "the reasons are above."
            ) from None
        except ModuleNotFoundError as error:  # of Optuna's own, which imports when a trial asks
            raise TwinpropError(
                f"hydra.sweeper.sampler: {type(search.sampler).__name__} needs {error.name}, which is not installed; "
                f"pip install {error.name}, and resume."
            ) from error
        finally:
            let_go(search.study_name, search.storage, self.own)
        self.conclude()

    def conclude(self) -> None:
        if isinstance(self.sweeper.launcher, PopulationLauncher):
            self.sweeper.launcher.conclude()


def going_on(sampler: Any, keys: Any, study: optuna.Study | None) -> Any:
    """The sampler for a study that may have trials: with its seed as it was, it would draw their points again.

    Those that go through points in an order find in the study which were tried; their seed is that of the order.

    Args:
        sampler: with the seed that was given.
        keys: what it was made of.
        study: None where it begins.
    """
    seed = keys.get("seed")
    if seed is None or study is None or isinstance(sampler, partial | optuna.samplers.QMCSampler):
        return sampler
    return instantiate(keys, seed=(seed + len(study.trials)) % 2**32, _execution_whitelist_=SAMPLERS)


def points_of_grid(search: Any, arguments: list[str]) -> int:
    """How many points Hydra's sweeper finds in a grid for Optuna."""
    words = [*(f"{key}={value}" for key, value in (search.params or {}).items()), *arguments]
    spaces, *_ = create_params_from_overrides(words)
    return prod(len(search._to_grid_sampler_choices(each)) for each in spaces.values())


def make_tables(storage: str) -> None:
    """Make the tables of a database that lacks them; of several processes that do at once, one gets to it.

    Raises:
        TwinpropError: there is no such database.
    """
    for left in reversed(range(TRIES)):
        try:
            optuna.storages.get_storage(storage)
            return
        except Exception as error:  # what SQLAlchemy raises depends on the database
            if isinstance(error, ImportError | ArgumentError) or not left:
                told = re.sub(r"://([^/@]*):[^/@]*@", r"://\1:***@", storage)  # without the password
                remedy = "see docs/sweeps.md#sweepers; for PostgreSQL, pip install -e '.[postgres]' in the checkout"
                raise TwinpropError(f"hydra.sweeper.storage={told}: {first_line(error)}; {remedy}.") from error
            sleep(0.5)


def is_news(record: logging.LogRecord) -> bool:
    """Whether a line of Hydra's sweeper tells something: of a job that failed, its launcher told before."""
    return not str(record.msg).startswith("Failed ")


def study_of(name: str, storage: Any) -> optuna.Study | None:
    """A study; None where there is none yet."""
    names = {summary.study_name for summary in optuna.get_all_study_summaries(storage)}
    return optuna.load_study(study_name=name, storage=storage) if name in names else None


def own_trials(name: str, storage: Any, own: str) -> list[FrozenTrial]:
    """The trials of a study that the sweep in a directory chose; other commands may have theirs in it."""
    study = study_of(name, storage)
    trials = [] if study is None else study.get_trials()
    return [trial for trial in trials if trial.user_attrs.get(OWNER, own) == own]


def let_go(name: str, storage: Any, own: str) -> None:
    """Have no trial of a sweep that ends stay in training; those that were are known for when it goes on."""
    study = study_of(name, storage)
    for trial in own_trials(name, storage, own):
        if study is not None and trial.state == TrialState.RUNNING:
            study._storage.set_trial_user_attr(trial._trial_id, LEFT, True)
            study.tell(trial.number, state=TrialState.FAIL)


def go_on(name: str, storage: Any, own: str) -> int:
    """Have a study begin with the trials of a sweep that were in training; how many it has done."""
    let_go(name, storage, own)
    study, trials = study_of(name, storage), own_trials(name, storage, own)
    again = {trial.user_attrs.get(AGAIN) for trial in trials}
    for trial in trials:
        if study is not None and LEFT in trial.user_attrs and trial.number not in again:
            study.enqueue_trial(trial.params, user_attrs={OWNER: own, AGAIN: trial.number})
    return sum(trial.state in (TrialState.COMPLETE, TrialState.PRUNED) for trial in trials)
