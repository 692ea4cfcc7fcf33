"""Products and sums that BLAS does faster than NumPy asks it to."""

from __future__ import annotations

import sys
from functools import cache, lru_cache
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_info

from twinprop.arrays.namespace import Array, namespace

SMALL = 10**6
"""Multiply-adds of the largest product that OpenBLAS's kernels for AVX-512 do without copying its factors first."""

MANY_COLUMNS, AT_A_TIME = 512, 16
"""From how many columns on a product with few rows is computed by some of its columns, and by how many."""


def matmul(a: Array, b: Array, out: Array | None = None) -> Array:
    """a b, with a (..., rows, inner) and b (..., inner, columns).

    Where OpenBLAS would copy both factors to multiply them, and that would cost much, NumPy gets the product in slices
    of rows that are small enough to be spared it: 0.6 to 0.9 of the time; few rows and many columns, as where a small
    network is evaluated, in slices of columns: 0.4 to 0.9.
    """
    if not isinstance(a, np.ndarray):
        return namespace(a).matmul(a, b, out=out)
    if out is None and b.shape[-1] >= MANY_COLUMNS and few_by_many(a, b):
        return in_columns(a, b)
    count = slices(a.shape[-2], *b.shape[-2:])
    return np.matmul(a, b, out=out) if count == 1 else in_slices(count, a, b, out)


def in_slices(count: int, a: Array, b: Array, out: Array | None = None) -> Array:
    """a b in NumPy, by `count` slices of the rows of a."""
    sliced = count, a.shape[-2] // count
    into = None if out is None else out.reshape(*out.shape[:-2], *sliced, out.shape[-1])
    y = np.matmul(a.reshape(*a.shape[:-2], *sliced, a.shape[-1]), b[..., None, :, :], out=into)
    return y.reshape(*y.shape[:-3], a.shape[-2], b.shape[-1])


def in_columns(a: Array, b: Array) -> Array:
    """a b in NumPy, by AT_A_TIME columns of b, which lie in memory one after the other."""
    (rows, inner), columns = a.shape, b.shape[1]
    whole = columns - columns % AT_A_TIME
    y = np.empty((rows, columns), a.dtype)
    parts = b.T[:whole].reshape(-1, AT_A_TIME, inner).mT
    np.matmul(a, parts, out=y[:, :whole].reshape(rows, -1, AT_A_TIME).swapaxes(0, 1))
    np.matmul(a, b[:, whole:], out=y[:, whole:])
    return y


def many_products(a: Array, b: Array, out: Array | None = None) -> Array:
    """a b in NumPy, for many pairs of matrices that are used one after the other."""
    return in_slices(small_slices(a.shape[-2], *b.shape[-2:]), a, b, out)


@cache
def slices(rows: int, inner: int, columns: int) -> int:
    """In how many slices of rows one product is fastest; measured on AVX-512."""
    short, long = sorted((inner, columns))
    return 1 if long < 512 or rows * short > 16_000 else small_slices(rows, inner, columns)


def few_by_many(a: Array, b: Array) -> bool:
    """Whether a product of many columns is fastest by slices of these; measured on AVX-512."""
    return a.ndim == b.ndim == 2 and a.size * AT_A_TIME <= SMALL and b.flags.f_contiguous and avx512()


@cache
def small_slices(rows: int, inner: int, columns: int) -> int:
    """In how many equal slices of rows a product is small; 1 where it is small as a whole, or cannot be."""
    most = SMALL // (inner * columns)
    if rows <= most or not avx512():
        return 1
    counts = (count for count in range(2, rows // 8 + 1) if rows % count == 0)
    return next((count for count in counts if rows // count <= min(most, 100)), 1)


@cache
def avx512() -> bool:
    """Whether NumPy multiplies with OpenBLAS's kernels for AVX-512; others do not gain from small products."""
    known = {"SkylakeX", "Cooperlake", "SapphireRapids"}
    return any(library.get("architecture") in known for library in threadpool_info())


@cache
def scipy_blas() -> Any:
    """The functions of `scipy.linalg.blas`, without the rest of scipy.linalg: a tenth of the time to import it."""
    name = "scipy.linalg._fblas"
    if "scipy.linalg" not in sys.modules:
        import scipy

        spec = PathFinder.find_spec(name, [str(Path(scipy.__file__).parent / "linalg")])
        if spec is not None and spec.loader is not None:
            found = module_from_spec(spec)
            spec.loader.exec_module(found)
            # whoever imports scipy.linalg later gets the same
            return sys.modules.setdefault(name, found)
    return import_module("scipy.linalg.blas")


def add_product(out: Array, a: Array, b: Array, scale: float = 1.0) -> None:
    """out ← out + scale · a b, in place, which BLAS does without an array for the product.

    Args:
        out: (..., rows, columns), each matrix of it contiguous.
        a: (..., rows, inner).
        b: (..., inner, columns).
        scale: what the product is multiplied by.
    """
    if not isinstance(out, np.ndarray):
        flat = out.reshape(-1, *out.shape[-2:])
        flat.baddbmm_(a.reshape(-1, *a.shape[-2:]), b.reshape(-1, *b.shape[-2:]), alpha=scale)
        return
    gemm = scipy_blas().sgemm if out.dtype == np.float32 else scipy_blas().dgemm
    for place in np.ndindex(out.shape[:-2]):
        # BLAS counts columns first: outᵀ ← outᵀ + bᵀ aᵀ, where it can read one that is turned already as it is
        (left, left_turned), (right, right_turned) = by_column(b[place].T), by_column(a[place].T)
        gemm(scale, left, right, 1, out[place].T, left_turned, right_turned, overwrite_c=1)


def by_column(x: Array) -> tuple[Array, bool]:
    """A matrix, or its transpose, whichever lies in memory column by column, and whether it is the transpose."""
    return (x, False) if x.flags.f_contiguous else (x.T, True)


def sum_rows(x: Array, out: Array) -> None:
    """The sum of the rows of x (..., rows, columns), into out (..., columns)."""
    if isinstance(x, np.ndarray):
        np.matmul(ones(x.shape[-2], x.dtype), x, out=out)  # BLAS takes a third of the time of np.sum
    else:
        namespace(x).sum(x, dim=-2, out=out)


@lru_cache(64)
def ones(count: int, dtype: Any) -> NDArray[Any]:
    """A vector of ones, which nobody may change."""
    found = np.ones(count, dtype)
    found.flags.writeable = False
    return found


def subtract(p: Array, scale: Any, g: Array) -> None:
    """p ← p − scale · g, in place, on (..., n); with one number for `scale`, or one for each row.

    BLAS reads p and g once, three to four times as fast as NumPy's two passes.
    """
    xp = namespace(p)
    if xp is not np:
        if isinstance(scale, int | float):
            p.sub_(g, alpha=scale)
        else:
            p.addcmul_(scale, g, value=-1)
        return
    # BLAS works in place only on flat memory in its own precision, which a row is
    axpy = scipy_blas().saxpy if p.dtype == np.float32 else scipy_blas().daxpy
    if isinstance(scale, int | float):
        axpy(g.reshape(-1), p.reshape(-1), a=-scale)
    else:
        for row, own, gradient in zip(p, np.ravel(scale), g, strict=True):
            axpy(gradient, row, a=-own)
