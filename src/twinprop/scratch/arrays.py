"""The one thing that NumPy and torch spell differently for us is where a function lives.

`namespace(x)` is the module whose functions work on `x`. Both libraries share the names used in this
package (`exp`, `where`, `amax`, `keepdims=True`, `x.mT`, ...); what they do not share stands below.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info

Array = Any
"""A NumPy array or a torch tensor."""


def namespace(x: Array) -> Any:
    """`numpy` for a NumPy array, `torch` for a torch tensor (which exists only if torch was imported)."""
    return np if isinstance(x, np.ndarray | np.generic) else sys.modules["torch"]


def erf(x: Array) -> Array:
    """The error function, which NumPy does not have."""
    if namespace(x) is np:
        from scipy.special import erf as scipy_erf

        return scipy_erf(x)
    return sys.modules["torch"].erf(x)


SMALL = 10**6
"""Multiply-adds of the largest product that OpenBLAS's kernels for AVX-512 do without copying its factors first."""


def matmul(a: Array, b: Array, out: Array | None = None) -> Array:
    """a b, with a (..., rows, inner) and b (..., inner, columns).

    Where OpenBLAS would copy both factors to multiply them, and that would cost much, NumPy gets the product in slices
    of rows that are small enough to be spared it: 0.6 to 0.9 of the time.
    """
    count = slices(a.shape[-2], *b.shape[-2:]) if isinstance(a, np.ndarray) else 1
    if count == 1:
        return namespace(a).matmul(a, b, out=out)
    sliced = count, a.shape[-2] // count
    into = None if out is None else out.reshape(*out.shape[:-2], *sliced, out.shape[-1])
    y = np.matmul(a.reshape(*a.shape[:-2], *sliced, a.shape[-1]), b[..., None, :, :], out=into)
    return y.reshape(*a.shape[:-1], b.shape[-1])


@cache
def slices(rows: int, inner: int, columns: int) -> int:
    """In how many slices of rows a product is fastest; measured on AVX-512."""
    most = SMALL // (inner * columns)
    short, long = sorted((inner, columns))
    if rows <= most or long < 512 or rows * short > 16_000 or not avx512():
        return 1
    counts = (count for count in range(2, rows // 8 + 1) if rows % count == 0)
    return next((count for count in counts if rows // count <= min(most, 100)), 1)


@cache
def avx512() -> bool:
    """Whether NumPy multiplies with OpenBLAS's kernels for AVX-512; others do not gain from small products."""
    known = {"SkylakeX", "Cooperlake", "SapphireRapids"}
    return any(library.get("architecture") in known for library in threadpool_info())


def sum_rows(x: Array, out: Array) -> None:
    """The sum of the rows of x (..., rows, columns), into out (..., columns)."""
    if isinstance(x, np.ndarray):
        np.matmul(np.ones(x.shape[-2], x.dtype), x, out=out)  # BLAS takes a third of the time of np.sum
    else:
        namespace(x).sum(x, dim=-2, out=out)


def like(values: Any, x: Array) -> Array:
    """`values` as an array of the library, dtype and device of `x`, which the host does not wait for."""
    xp = namespace(x)
    if xp is np:
        return np.asarray(values, dtype=x.dtype)
    if isinstance(values, int | float):
        return x.new_full((), values)
    return send(xp.as_tensor(values, dtype=x.dtype), x.device)


def send(x: Array, device: Any) -> Array:
    """A torch tensor on a torch device."""
    if device.type == "cuda" != x.device.type:
        return x.pin_memory().to(device, non_blocking=True)  # from other memory, a copy waits for all that runs
    return x.to(device)


def to_numpy(x: Array) -> np.ndarray[Any, Any]:
    """A NumPy array with the values of `x`, copied from its device if need be."""
    return np.asarray(x) if namespace(x) is np else x.detach().cpu().numpy()


class Copies:
    """NumPy arrays of what is on a device: each is copied once, however many networks ask for their part of it."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[Array, np.ndarray[Any, Any]]] = {}

    def of(self, x: Array) -> np.ndarray[Any, Any]:
        """`to_numpy(x)`, as it was when first asked for."""
        if id(x) not in self.known:
            self.known[id(x)] = x, to_numpy(x)
        return self.known[id(x)][1]

    def forget(self) -> None:
        """Let all go, for values change."""
        self.known.clear()


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
    from scipy.linalg.blas import daxpy, saxpy

    # BLAS works in place only on flat memory in its own precision, which a row is
    axpy = saxpy if p.dtype == np.float32 else daxpy
    if isinstance(scale, int | float):
        axpy(g.reshape(-1), p.reshape(-1), a=-scale)
    else:
        for row, own, gradient in zip(p, np.ravel(scale), g, strict=True):
            axpy(gradient, row, a=-own)


def full(shape: tuple[int, ...], value: float, x: Array) -> Array:
    """An array of one value, of the library, dtype and device of `x`."""
    return np.full(shape, value, x.dtype) if namespace(x) is np else x.new_full(shape, value)


def empty(shape: tuple[int, ...], x: Array) -> Array:
    """An array to be filled, of the library, dtype and device of `x`."""
    return np.empty(shape, x.dtype) if namespace(x) is np else x.new_empty(shape)
