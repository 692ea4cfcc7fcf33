"""Schedules in closed form against torch.optim.lr_scheduler, which multiplies its way along."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kit.choices import SCHEDULERS, schedules
from tests.kit.twins import sampling
from torch.optim.lr_scheduler import ReduceLROnPlateau as TorchPlateau

from twinprop.config import registry
from twinprop.errors import ConfigError
from twinprop.scratch.schedulers import ExponentialLR, MultiStepLR, OneCycleLR, ReduceLROnPlateau, StepLR

TOTAL, BASE = 100, 0.4


def torch_rates(schedule: Any, base: float, steps: int, observed: Any) -> tuple[list[float], list[Any]]:
    """Learning rates and momenta that torch's schedule sets, one for each interval."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base, momentum=0.77)
    scheduler = registry.load(registry.SCHEDULERS[schedule.name].pytorch)(optimizer, schedule)
    rates, momenta = [], []
    for t in range(steps):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        momenta.append(optimizer.param_groups[0]["momentum"])
        optimizer.step()
        if isinstance(scheduler, TorchPlateau):
            scheduler.step(observed[t][0 if schedule.mode == "min" else 1])
        else:
            scheduler.step()
    return rates, momenta


def observations(seed: int, steps: int) -> Any:
    """Validation losses and accuracies that improve, stall, tie and get worse."""
    rng = np.random.default_rng(seed)
    loss = np.round(np.abs(np.exp(-np.arange(steps) / 20) + 0.05 * rng.normal(size=steps)), 2)
    return np.stack([loss, np.round(1 - loss / 2, 2)], 1)


def assert_same_rates(schedule: Any, seed: int = 0, base: float = BASE) -> None:
    bound = schedule.bind(TOTAL, base)
    observed = observations(seed, TOTAL)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        expected, momenta = torch_rates(bound, base, TOTAL, observed)
    rates = []
    for t in range(TOTAL):
        rates.append(bound.lr(t, base))
        if bound.moves_momentum():
            np.testing.assert_allclose(bound.momentum(t), momenta[t], rtol=1e-12)
        else:
            assert bound.momentum(t) is None
            assert momenta[t] == 0.77
        bound.observe(*observed[t])
    np.testing.assert_allclose(rates, expected, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("schedule", SCHEDULERS, ids=repr)
def test_each_option(schedule: Any) -> None:
    assert_same_rates(schedule)


@given(schedules(cycle=True), st.integers(0, 999), st.sampled_from([1e-3, 0.4, 3.0]))
@settings(**sampling(200))
def test_options_together(schedule: Any, seed: int, base: float) -> None:
    assert_same_rates(schedule, seed, base)


@given(st.integers(0, 9999), st.integers(0, 3), st.integers(0, 3), st.booleans(), st.booleans(), st.floats(0, 0.3))
@settings(**sampling(100))
def test_plateau(seed: int, patience: int, cooldown: int, accuracy: bool, absolute: bool, threshold: float) -> None:
    assert_same_rates(
        ReduceLROnPlateau(
            mode="max" if accuracy else "min",
            factor=0.6,
            patience=patience,
            cooldown=cooldown,
            threshold=threshold,
            threshold_mode="abs" if absolute else "rel",
            min_lr=0.01,
        ),
        seed,
    )


def test_plateau_state_continues() -> None:
    observed = observations(3, TOTAL)
    whole = ReduceLROnPlateau(patience=1, cooldown=2, factor=0.7).bind(TOTAL, BASE)
    first, second = (ReduceLROnPlateau(patience=1, cooldown=2, factor=0.7).bind(TOTAL, BASE) for _ in range(2))
    for t in range(TOTAL):
        if t == 41:
            second.load_state(first.state())
            first = second
        for schedule in (whole, first):
            schedule.observe(*observed[t])
        assert first.lr(t, BASE) == whole.lr(t, BASE)


def test_plateaus_of_one_configuration_are_independent() -> None:
    """Two networks of a stack may share the configuration's object; their memories are their own."""
    shared = ReduceLROnPlateau(patience=0)
    first, second = shared.bind(TOTAL, BASE), shared.bind(TOTAL, BASE)
    first.observe(1.0, 0.5)
    first.observe(1.0, 0.5)
    assert first.lr(2, BASE) < second.lr(2, BASE) == BASE


@pytest.mark.parametrize("total", [1, 2, 3, 30, 100, 1500])
def test_lengths_that_are_left_out_follow_from_the_training(total: int) -> None:
    step, multistep, exponential = (kind().bind(total, BASE) for kind in (StepLR, MultiStepLR, ExponentialLR))
    for t in range(total):
        thirds = 0 if 3 * t < total else 1 if 3 * t < 2 * total else 2
        np.testing.assert_allclose(multistep.lr(t, BASE), BASE * 0.1**thirds)
        np.testing.assert_allclose(step.lr(t, BASE), BASE * 0.1 ** (t // -(-total // 3)))
    np.testing.assert_allclose(exponential.lr(total, BASE), BASE / 100)


@pytest.mark.parametrize("total", [1, 2, 3, 4, 5, 10])
@pytest.mark.parametrize("pct_start", [0.0, 0.1, 0.2, 0.25, 0.3, 0.5, 0.6, 1.0])
@pytest.mark.parametrize("three_phase", [False, True])
def test_one_cycle_runs_to_its_end_or_says_why_not(total: int, pct_start: float, three_phase: bool) -> None:
    """PyTorch divides by 0 where a phase has no length. That is found before training, not within."""
    schedule = OneCycleLR(pct_start=pct_start, three_phase=three_phase)
    try:
        expected, _ = torch_rates(replace(schedule, total_steps=total, max_lr=BASE), BASE, total, None)
    except ZeroDivisionError:
        with pytest.raises(ConfigError, match=r"scheduler\.pct_start"):
            schedule.bind(total, BASE)
        return
    bound = schedule.bind(total, BASE)
    np.testing.assert_allclose([bound.lr(t, BASE) for t in range(total)], expected, rtol=1e-9, atol=1e-15)
    bound.lr(total, BASE)


def test_one_cycle_shorter_than_the_training_is_a_mistake() -> None:
    with pytest.raises(ConfigError, match=r"scheduler\.total_steps=99"):
        OneCycleLR(total_steps=99).bind(100, BASE)
