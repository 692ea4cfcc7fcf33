"""The error function is SciPy's: to the bit in float64, to rounding in float32."""

from __future__ import annotations

import numpy as np
import scipy.special

from twinprop.arrays.erf import erf


def test_float64_is_scipys() -> None:
    x = np.linspace(-7, 7, 1001)
    np.testing.assert_array_equal(erf(x), scipy.special.erf(x))


def test_float32_is_within_rounding() -> None:
    x = np.linspace(-7, 7, 200_001, dtype=np.float32)
    before, y = x.copy(), erf(x)
    assert y.dtype == np.float32
    np.testing.assert_array_equal(x, before)
    np.testing.assert_allclose(y, scipy.special.erf(x.astype(float)), rtol=5e-7, atol=0)
    np.testing.assert_array_equal(erf(-x), -y)


def test_float32_far_out() -> None:
    x = np.array([-np.inf, -1e30, -4, 0, 4, 1e30, np.inf, np.nan], np.float32)
    np.testing.assert_array_equal(erf(x), np.array([-1, -1, -1, 0, 1, 1, 1, np.nan], np.float32))


def test_float32_of_any_shape() -> None:
    x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype(np.float32).mT
    np.testing.assert_array_equal(erf(x), erf(x.ravel()).reshape(x.shape))
