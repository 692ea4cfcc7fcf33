"""Products in slices are the products, on any machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
import pytest
import torch

from twinprop.arrays import blas


@contextmanager
def processor(monkeypatch: pytest.MonkeyPatch, avx512: bool) -> Iterator[None]:
    """As on a processor with or without AVX-512."""
    with monkeypatch.context() as patch:
        patch.setattr(blas, "avx512", lambda: avx512)
        for counts in (blas.slices, blas.small_slices):
            patch.setattr(blas, counts.__name__, cache(counts.__wrapped__))
        yield


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As on a processor with AVX-512."""
    with processor(monkeypatch, avx512=True):
        yield


SHAPES = {
    (200, 784, 16): 4,
    (50, 784, 64): 5,
    (10, 784, 16): 1,
    (64, 3072, 32): 8,
    (97, 784, 32): 1,
    (1000, 784, 128): 1,
    (50, 64, 784): 5,
}
"""Of products, with the number of slices."""


@pytest.mark.parametrize("lead", [(), (3,)])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_product_in_slices_is_the_product(shape: tuple[int, int, int], lead: tuple[int, ...], always: None) -> None:
    rows, inner, columns = shape
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(*lead, rows * inner + 5))  # as the parameters of networks: a stack of them has gaps
    a = vectors[..., 5:].reshape(*lead, rows, inner)
    b = rng.normal(size=(columns, inner)).T
    results = rng.normal(size=(*lead, rows * columns + 3))
    out = results[..., 3:].reshape(*lead, rows, columns)
    assert blas.slices(*shape) == SHAPES[shape]
    for each in (blas.matmul(a, b), blas.matmul(a, b, out=out), out, blas.matmul(a.mT.copy().mT, b)):
        np.testing.assert_allclose(each, np.einsum("...ri,ic->...rc", a, b), rtol=0, atol=1e-11)


def test_products_are_whole_where_slices_would_not_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    with processor(monkeypatch, avx512=False):
        assert {blas.slices(*shape) for shape in SHAPES} == {1}
        assert {blas.small_slices(*shape) for shape in OF_PIXELS} == {1}
        assert not blas.few_by_many(np.ones((50, 784)), np.ones((2000, 784)).T)


FEW_BY_MANY = {(50, 784, 2000): True, (10, 64, 1797): True, (128, 784, 2000): False}
"""Of products with many columns, whether they are computed by slices of these."""


@pytest.mark.parametrize("shape", FEW_BY_MANY)
def test_few_rows_by_many_columns_are_the_product(shape: tuple[int, int, int], always: None) -> None:
    rows, inner, columns = shape
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(rows + 1, inner))[1:], rng.normal(size=(columns, inner)).T
    assert blas.few_by_many(a, b) == FEW_BY_MANY[shape]
    for each in (blas.matmul(a, b), blas.in_columns(a, b), blas.matmul(a, np.ascontiguousarray(b))):
        np.testing.assert_allclose(each, a @ b, rtol=0, atol=1e-11)


OF_PIXELS = {(32, 144, 64): 1, (64, 288, 64): 2, (128, 576, 64): 8, (128, 1152, 64): 16, (97, 576, 64): 1}
"""Of products of a pixel's window, with the number of slices that are small."""


@pytest.mark.parametrize("shape", OF_PIXELS)
def test_many_products_in_slices_are_the_products(shape: tuple[int, int, int], always: None) -> None:
    rows, inner, columns = shape
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 1, rows, inner)), rng.normal(size=(2, 3, inner, columns))
    out = np.zeros((4, 3, rows, columns))[1:3]  # some rows of an image
    assert blas.small_slices(*shape) == OF_PIXELS[shape]
    for each in (blas.many_products(a, b), blas.many_products(a, b, out), out):
        np.testing.assert_allclose(each, np.einsum("pqri,pqic->pqrc", np.repeat(a, 3, 1), b), rtol=0, atol=1e-11)


def test_scipys_functions_are_its_own_and_come_without_the_rest_of_it() -> None:
    lines = [
        "import sys, numpy as np",
        "from twinprop.arrays.blas import scipy_blas, subtract",
        "p = np.ones(3, np.float32)",
        "subtract(p, 0.5, np.arange(3, dtype=np.float32))",
        "assert p.tolist() == [1, 0.5, 0], p",
        "assert 'scipy.linalg' not in sys.modules",
        "import scipy.linalg",
        "assert scipy.linalg.blas.saxpy is scipy_blas().saxpy",
    ]
    subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True)


@pytest.mark.parametrize("lead", [(), (3,), (2, 3)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_product_is_added_in_place_however_its_factors_lie(lead: tuple[int, ...], dtype: type) -> None:
    rng = np.random.default_rng(0)
    a, b, start = (rng.normal(size=(*lead, *shape)).astype(dtype) for shape in ((5, 4), (4, 6), (5, 6)))
    for own_a in (a, a.mT.copy().mT, np.repeat(a, 2, -1)[..., ::2]):
        for own_b in (b, b.mT.copy().mT, np.repeat(b, 2, -2)[..., ::2, :]):
            for place in (np.array, torch.tensor):
                out = place(start)
                blas.add_product(out, place(own_a), place(own_b), -0.5)
                np.testing.assert_allclose(out, start - 0.5 * a @ b, rtol=1e-5, atol=1e-5)
