"""How long a sweep will take, from a few updates of its largest stacks that leave nothing behind."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from statistics import median
from time import perf_counter

import numpy as np

from twinprop.arrays.blas import scipy_blas
from twinprop.config import registry
from twinprop.learners import BACKENDS
from twinprop.population.forks import in_subprocess
from twinprop.population.halving import Halving
from twinprop.population.planner import PlannedGroup
from twinprop.population.setups import SetupCache
from twinprop.population.stack import Stack
from twinprop.run.device import use_threads
from twinprop.training.interrupt import Interrupt

REHEARSAL, MOST_REHEARSED = 0.03, 30
"""Seconds and updates after which a rehearsal knows how fast a stack is."""

MOST_GROUPS = 8
"""Groups of which a stack is rehearsed; the time of others follows from their cost."""


def expected_seconds(
    planned: Sequence[PlannedGroup],
    processes: int,
    setups: SetupCache,
    interrupt: Interrupt,
    halving: Halving | None = None,
) -> float | None:
    """Seconds that the training will take; None where no rehearsal could be held.

    Args:
        planned: what is trained.
        processes: how many of its stacks train at once.
        setups: where their samples are.
        interrupt: what a signal sets, which ends the rehearsals.
        halving: at which rungs networks are dropped, if at any.
    """
    for each in planned:
        # imported before processes part from this one, and not in each of them
        scipy_blas()
        backend = BACKENDS[each.group.config.model.backend]
        for alone in {len(stack.members) == 1 for stack in each.stacks}:
            with suppress(Exception):  # training will meet the same, and tell
                registry.load(backend.learner if alone else backend.stack)
    rates: dict[int, float] = {}
    largest = sorted(planned, key=lambda each: -sum(stack.cost for stack in each.stacks))
    for each in largest[:MOST_GROUPS]:
        if interrupt.requested:
            break
        first = each.stacks[0]
        seconds = in_subprocess(rehearse, first, setups) if each.on_cpu else rehearse(first, setups)
        if seconds is not None:
            if halving is not None:
                epochs = setups.get(each.group.config).plan(each.group.config).epochs
                seconds *= halving.work(epochs) / epochs
            rates[id(each)] = seconds / first.cost
    if not rates:
        return None
    usual = sum(rates.values()) / len(rates)
    seconds = [stack.cost * rates.get(id(each), usual) for each in planned for stack in each.stacks]
    return float(max(max(seconds), sum(seconds) / processes))


def rehearse(stack: Stack, setups: SetupCache) -> float | None:
    """Seconds that a stack will take; None where a few updates of it fail: training will meet the same, and tell."""
    with suppress(Exception), np.errstate(all="ignore"):
        return measure(stack, setups)
    return None


def measure(stack: Stack, setups: SetupCache) -> float:
    """`rehearse`, where nothing fails."""
    use_threads(stack.threads, stack.members[0].config.model.backend)
    config = stack.members[0].config
    setup = setups.get(config)
    plan = setup.plan(config)
    learner = setup.learner([member.config for member in stack.members], plan)
    seeds = [member.config.seed for member in stack.members]
    samples, val, test = setup.splits
    times: list[float] = []
    for x, y in islice(samples.epoch(seeds, 0, config.train.samples, config.train.drop_last), MOST_REHEARSED):
        start = perf_counter()
        learner.step(x, y)
        learner.synchronize()
        times.append(perf_counter() - start)
        if sum(times) > REHEARSAL:
            break
    start = perf_counter()
    x, y = next(test.chunks(learner.evaluation_batch))
    learner.fetch([learner.evaluate(x, y)[0]])
    evaluation = (perf_counter() - start) * (len(val) + len(test)) / y.shape[-1]
    return float(median(times) * plan.total_steps + evaluation * -(-plan.epochs // config.train.eval_every))
