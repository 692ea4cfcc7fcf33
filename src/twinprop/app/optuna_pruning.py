"""Optuna's pruners in a sweep: each evaluation goes into the study, and the pruner says who is not worth going on with.

Networks train in other processes, and on other machines, so these find the study by its name, in its database.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import optuna
from optuna.pruners import BasePruner
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial

from twinprop.population.stack import Member
from twinprop.training.monitor import Monitor


@cache
def opened(storage: str, process: int) -> BaseStorage:
    """A database of studies: no connection is good in two processes."""
    return optuna.storages.get_storage(storage)


@dataclass
class Pruning:
    """The judge of a search with a pruner.

    Attributes:
        pruner: whom Optuna asks.
        storage: the database's URL.
        study: its name in it.
        trials: the numbers of the jobs' trials, by those of the jobs.
    """

    pruner: BasePruner
    storage: str
    study: str
    trials: dict[int, int] = field(default_factory=dict)

    def __call__(self, evaluated: Sequence[tuple[Member, Monitor]]) -> None:
        """Report the evaluations of networks that train together, and then ask about each of them."""
        study = optuna.load_study(study_name=self.study, storage=self.database, pruner=self.pruner)
        for member, monitor in evaluated:
            self.report(member, monitor)
        for member, monitor in evaluated:
            if monitor.running and self.pruner.prune(study, self.trial(member)):
                result = f"{monitor.chosen_by} {monitor.rows[-1].results[monitor.chosen_by]:.4g}"
                monitor.drop(type(self.pruner).__name__, result)

    @property
    def database(self) -> BaseStorage:
        return opened(self.storage, os.getpid())

    def trial(self, member: Member) -> FrozenTrial:
        """A job's trial as it stands."""
        study = self.database.get_study_id_from_name(self.study)
        number = self.database.get_trial_id_from_study_id_trial_number(study, self.trials[member.number])
        return self.database.get_trial(number)

    def report(self, member: Member, monitor: Monitor) -> None:
        """Tell a trial the evaluations of its network that it does not have yet, as steps by their epochs."""
        trial = self.trial(member)
        for row in monitor.rows:
            if row.epoch not in trial.intermediate_values:
                value = row.results[monitor.chosen_by]
                self.database.set_trial_intermediate_value(trial._trial_id, row.epoch, value)
