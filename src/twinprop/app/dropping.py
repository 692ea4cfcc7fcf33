"""What a user asks for who has networks dropped before their end, and whether that can be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from twinprop.errors import ConfigError

if TYPE_CHECKING:
    from twinprop.app.sweep_jobs import SweepJob
    from twinprop.population.halving import Halving

HALVING = "hydra.launcher.halving"

KEEP = 0.33
"""Of the networks at a rung, the share that goes on where nobody says it: a third, as the paper has it."""


def halving_of(keys: Mapping[str, Any]) -> Halving | None:
    """What the keys of `hydra.launcher.halving` ask for; None where it is nothing.

    Raises:
        ConfigError: a key does not take its value.
    """
    every, keep = keys["every"], keys["keep"]
    found = []
    if every is not None and (isinstance(every, bool) or not isinstance(every, int) or every < 1):
        found.append(f"{HALVING}.every={every}: must be a whole number, at least 1, or null.")
    if isinstance(keep, bool) or not isinstance(keep, int | float) or not 0 < keep < 1:
        found.append(f"{HALVING}.keep={keep}: must be a number, greater than 0 and less than 1.")
    elif every is None and keep != KEEP:
        found.append(f"{HALVING}.keep={keep}: needs {HALVING}.every as well, the epochs to the first rung.")
    if found:
        raise ConfigError(found)
    if every is None:
        return None
    from twinprop.population.halving import Halving

    return Halving(every, keep)


def check_dropping(jobs: Sequence[SweepJob], halving: Halving | None, judged: bool) -> None:
    """Check that networks can be dropped before their end, where they may be; some of the jobs may be at fault.

    Args:
        jobs: of a sweep; what is wrong with some of them is added to their problems.
        halving: at which rungs they may be dropped, if at any.
        judged: whether somebody else may drop some.

    Raises:
        ConfigError: none of them can be.
    """
    from twinprop.config.problems import lacks_validation
    from twinprop.population.planner import NO_VALIDATION

    if halving is None and not judged:
        return
    sound = [(job, job.config) for job in jobs if job.config is not None and not job.problems]
    blind = [(job, NO_VALIDATION.format(own.data.val_fraction)) for job, own in sound if lacks_validation(own)]
    for job, problem in blind:
        job.problems.append(problem)
    if blind and len(blind) == len(sound):
        raise ConfigError([blind[0][1]])
    configs = [config for _, config in sound]
    lengths = [None if config.train.steps else config.train.epochs for config in configs]
    if halving is None or not configs or None in lengths:
        return
    if all(
        -(-halving.every // config.train.eval_every) * config.train.eval_every >= config.train.epochs
        for config in configs
    ):
        longest = max(config.train.epochs for config in configs)
        raise ConfigError(
            [
                f"{HALVING}.every={halving.every}: the first rung must come before the last of "
                f"{longest} epochs, and be evaluated (train.eval_every)."
            ]
        )
