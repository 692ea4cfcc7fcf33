"""Difference quotients: right for smooth functions, silent at kinks and in noise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from twinprop.gradcheck.arrays.comparison import (
    DOUBT,
    RIGHT,
    WRONG,
    compare,
    compare_entry,
    largest,
    measure_slopes,
    relative_error,
)


def verdict(f: Callable[[float], float], at: float, claimed: float, scale: float | None = None) -> int:
    array = np.array([at])

    def value() -> float:
        return f(float(array[0]))

    measured = measure_slopes(value, array, (0,), value(), abs(value()))
    assert array[0] == at
    return compare_entry(claimed, measured, abs(claimed) if scale is None else scale)[0]


@pytest.mark.parametrize(
    ("f", "at", "right"),
    [
        (np.sin, 0.3, np.cos(0.3)),
        (np.exp, 3.0, np.exp(3.0)),
        (np.tanh, 1e-9, 1.0),
        (lambda v: v**3, 1e4, 3e8),
        (lambda v: 1e6 + v * v, 2.0, 4.0),
    ],
)
def test_smooth_functions(f: Any, at: float, right: float) -> None:
    assert verdict(f, at, right) == RIGHT
    for wrong in (1.01 * right, -right, 0.5 * right, 2 * right, 0.0):
        assert verdict(f, at, wrong, abs(right)) == WRONG


@pytest.mark.parametrize("at", [0.0, 3e-7, -3e-6, 9e-6])
def test_kink_within_the_step_is_no_mistake(at: float) -> None:
    for claimed in [0.0] * (at <= 0) + [1.0] * (at >= 0):
        assert verdict(lambda v: max(v, 0.0), at, claimed, 1.0) in (RIGHT, DOUBT)


def test_kink_outside_the_step_hides_nothing() -> None:
    assert verdict(lambda v: max(v, 0.0), 1e-4, 0.0, 1.0) == WRONG
    assert verdict(lambda v: max(v, 0.0), 1e-4, 1.0, 1.0) == RIGHT


def test_rounding_is_no_mistake_and_hides_none() -> None:
    for claimed in (1e-9, 2e-9):
        assert verdict(lambda v: 1e9 + 1e-9 * v, 0.5, claimed, 1e-9) == DOUBT
    assert verdict(lambda v: 1 + 1e-6 * v, 0.5, 1.0005e-6, 1e-6) == RIGHT
    assert verdict(lambda v: 1 + 1e-6 * v, 0.5, 1.1e-6, 1e-6) == WRONG
    assert verdict(lambda v: 0.1 + 0.2, 0.5, 0.0, 0.0) == RIGHT


def test_relative_error_is_as_documented() -> None:
    assert relative_error(1.0, 2.0, 2.0) == 0.5
    assert relative_error(1e-6, 2e-6, 1.0) == pytest.approx(1e-4)
    assert relative_error(0.0, 0.0, 0.0) == 0
    assert relative_error(np.nan, 0.0, 1.0) == np.inf
    assert largest([np.array([1.0, -3.0]), np.array([np.inf]), np.array([])]) == 3


def test_comparison_of_nothing_passes_and_of_doubt_does_not() -> None:
    assert compare(np.zeros((0, 3)), {}, 1.0).passed
    assert not compare(np.zeros((1, 3)), {}, 1.0).passed


def test_reported_error_is_measured_where_it_passes_too() -> None:
    array = np.array([0.5])

    def value() -> float:
        return float(np.sin(array[0]))

    measured = {(0,): measure_slopes(value, array, (0,), value(), 1.0)}
    claimed = np.array([np.cos(0.5) * (1 + 3e-6)])
    assert compare(claimed, measured, 1.0).error == pytest.approx(3e-6, rel=0.01)
