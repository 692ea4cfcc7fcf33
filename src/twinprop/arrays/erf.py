"""The error function, which NumPy does not have.

In float32 it is a quotient of two polynomials, within 5e-7: SciPy takes one number after the other, 2 to 10 times as
long for a large array, and time to import. In float64 it is SciPy's.
"""

from __future__ import annotations

import sys

import numpy as np

from twinprop.arrays.namespace import Array, namespace

# erf(x) ≈ x P(x²) / Q(x²) for |x| ≤ 4, beyond which it is ±1 in float32: the coefficients of Eigen's generic_fast_erf
P = np.array(
    [
        *(-1.60960333262415e-02, -2.95459980854025e-03, -7.34990630326855e-04, -5.69250639462346e-05),
        *(-2.10102402082508e-06, 2.77068142495902e-08, -2.72614225801306e-10),
    ],
    np.float32,
)
Q = np.array(
    [-1.42647390514189e-02, -7.37332916720468e-03, -1.68282697438203e-03, -2.13374055278905e-04, -1.45660718464996e-05],
    np.float32,
)


def erf(x: Array) -> Array:
    """2/√π ∫₀ˣ e^(−t²) dt, element by element."""
    if namespace(x) is not np:
        return sys.modules["torch"].erf(x)
    if x.dtype != np.float32:
        from scipy.special import erf as scipy_erf

        return scipy_erf(x)
    x = x.clip(-4, 4)
    square = x * x
    y = polynomial(P, square)
    y *= x
    y /= polynomial(Q, square)
    return y


def polynomial(coefficients: Array, x: Array) -> Array:
    """Σ cᵢ xⁱ, from the highest power down  (Horner)."""
    y = x * coefficients[-1]
    for coefficient in coefficients[-2:0:-1]:
        y += coefficient
        y *= x
    y += coefficients[0]
    return y
