"""When training has converged, on curves whose bend is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinprop.training.convergence import FEW, FEWEST, converged_epoch


def curve(count: int, bend: float, noise: float, seed: int = 0) -> np.ndarray:
    """Rises along a line from 0.5 to 0.9 at the bend, then stays; with noise."""
    epochs = np.arange(1, count + 1)
    return 0.5 + 0.4 * np.minimum(epochs / bend, 1) + noise * np.random.default_rng(seed).normal(size=count)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("count", "bend"), [(50, 15), (100, 30), (200, 100)])
def test_rising_then_flat_converges_near_the_bend(count: int, bend: int, seed: int) -> None:
    found = converged_epoch(range(1, count + 1), curve(count, bend, 0.005, seed))
    assert found is not None
    assert 0.9 * bend <= found <= 1.5 * bend


def test_without_noise_it_is_the_bend() -> None:
    found = converged_epoch(range(1, 101), curve(100, 30, 0.0))
    assert found is not None
    assert abs(found - 30) <= 6


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("noise", [0.0, 0.002, 0.01])
@pytest.mark.parametrize("count", [10, 30, 100])
def test_still_rising_has_not_converged(count: int, noise: float, seed: int) -> None:
    assert converged_epoch(range(1, count + 1), curve(count, count, noise, seed)) is None


def test_a_learning_curve() -> None:
    """1 − e^(−t/τ): flat to within the noise after some τ; with a τ of a third of the run, still rising."""
    epochs, noise = np.arange(1, 101), 0.003 * np.random.default_rng(0).normal(size=100)
    for tau, low, high in ((3, 9, 25), (10, 35, 65)):
        found = converged_epoch(epochs, 0.9 - 0.6 * np.exp(-epochs / tau) + noise)
        assert found is not None
        assert low <= found <= high
    assert converged_epoch(epochs, 0.9 - 0.6 * np.exp(-epochs / 33) + noise) is None


@pytest.mark.parametrize("count", [FEWEST, 12, 100])
def test_constant_converged_at_once(count: int) -> None:
    assert converged_epoch(range(1, count + 1), [0.9] * count) == 1


def test_falling_converged_at_its_highest() -> None:
    assert converged_epoch(range(1, 31), np.linspace(0.9, 0.5, 30)) == 1


@pytest.mark.parametrize("count", range(FEWEST))
def test_too_few_evaluations_have_no_answer(count: int) -> None:
    assert converged_epoch(range(1, count + 1), [0.9] * count) is None


def test_it_names_epochs_and_not_positions() -> None:
    assert converged_epoch([10, 20, 30, 40, 50, 60], [0.9] * 6) == 10


@pytest.mark.parametrize("jump", [40, 60, 75])
def test_a_late_rise_ends_an_early_plateau(jump: int) -> None:
    """Never again means never: a plateau of half the run counts for nothing when accuracy rises after it."""
    epochs = np.arange(1, 101)
    found = converged_epoch(
        epochs, np.where(epochs < jump, 0.8, 0.9) + 0.002 * np.random.default_rng(1).normal(size=100)
    )
    assert found is not None
    assert jump - 6 <= found <= jump + 6


def test_a_rise_as_small_as_the_noise_is_none_and_a_larger_one_is() -> None:
    noise = 0.01 * np.random.default_rng(2).normal(size=100)
    rise = np.arange(100) / 100
    assert converged_epoch(range(1, 101), 0.8 + 0.01 * rise + noise) == 1
    late = converged_epoch(range(1, 101), 0.8 + 0.1 * rise + noise)
    assert late is None or late > 50


def test_kece470_converges_near_epoch_25() -> None:
    """Validation accuracies of `experiment=kece470_mlp`, of 6,000 images; docs/convergence.md has two more seeds."""
    wrong = [468, 358, 299, 255, 228, 210, 191, 186, 181, 175, 171, 165, 158, 159, 160]
    wrong += [165, 154, 153, 158, 144, 145, 147, 150, 146, 148, 146, 145, 140, 145, 143]
    found = converged_epoch(range(1, 31), 1 - np.array(wrong) / 6000)
    assert found is not None
    assert 20 <= found <= 30


@pytest.mark.parametrize(
    "accuracies",
    [
        [0.80, 0.88, 0.92, 0.95, 0.96],
        [0.80, 0.93, 0.95, 0.955, 0.96],
        [0.80, 0.95, 0.93, 0.949, 0.955],
        [0.80, 0.90, 0.85, 0.93, 0.95],
        [0.60, 0.90, 0.95, 0.95, 0.96, 0.96],
        [0.80, 0.81, 0.82, 0.97, 0.971, 0.972, 0.973],
        [0.90, 0.90, 0.90, 0.90, 0.95],
    ],
)
def test_a_short_run_that_improves_has_not_converged(accuracies: list[float]) -> None:
    assert converged_epoch(range(1, len(accuracies) + 1), accuracies) is None


def test_a_short_run_with_a_long_plateau_has_converged_where_it_begins() -> None:
    plateau = [0.95, 0.952, 0.949, 0.951, 0.95, 0.952, 0.949, 0.951, 0.95]
    rising = [0.80, 0.88, 0.92]
    assert converged_epoch(range(1, 10), plateau) == 1
    found = converged_epoch(range(1, 13), rising + plateau)
    assert found is not None
    assert 4 <= found <= 6


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=FEW - 2), st.floats(0.0, 0.9))
def test_a_short_curve_that_only_rises_never_converges(steps: list[int], start: float) -> None:
    values = start + 1e-7 * np.cumsum([0, *steps])
    assert converged_epoch(range(1, len(values) + 1), values) is None


@given(st.integers(FEWEST, 59), st.floats(0.05, 0.3))
def test_a_jump_after_the_first_evaluation_is_no_noise(count: int, jump: float) -> None:
    """The bound between few and many evaluations: whatever their number, the first has not converged."""
    found = converged_epoch(range(1, count + 1), [0.95 - jump, *[0.95] * (count - 1)])
    assert found != 1
    if count >= FEWEST + 3:
        assert found is not None
        assert found <= 4


def test_few_noisy_evaluations_are_seldom_taken_for_a_plateau() -> None:
    rng, taken, plateaus = np.random.default_rng(0), 0, 0
    for _ in range(1000):
        count, noise = rng.integers(FEWEST, FEW), 10 ** rng.uniform(-3, -1.5)
        epochs = np.arange(1, count + 1)
        rise = 0.98 - 0.18 * epochs ** -rng.uniform(0.4, 1.5)
        taken += converged_epoch(epochs, rise + noise * rng.normal(size=count)) == 1
        plateaus += converged_epoch(epochs, 0.95 + noise * rng.normal(size=count)) is not None
    assert taken <= 10
    assert plateaus >= 900


def test_many_evaluations_are_judged_as_ever() -> None:
    """Figures of the definition as it stood before few evaluations were told apart."""
    found = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        count = 20 + 5 * seed
        epochs = np.arange(1, count + 1)
        found.append(converged_epoch(epochs, 0.97 - 0.2 * np.exp(-epochs / 5) + 0.004 * rng.normal(size=count)))
    assert found == [None, 16, 17, 19, 16, 19, 17, 23, 19, 16, 22, 28]
