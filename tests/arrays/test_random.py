"""Numbers as functions of a position: SplitMix64 as published, uniform, and independent from mask to mask."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2
from tests.kit.twins import sampling

from twinprop.arrays.random import ORDER, generator, normal, splitmix64, streams, uniform
from twinprop.pytorch.modules import Dropout as TorchDropout
from twinprop.pytorch.modules import Noise as TorchNoise
from twinprop.scratch.dropout import Dropout, dropout_scale, noise

PUBLISHED = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC, 0x1B39896A51A8749B]
"""The first outputs of the reference generator, seeded with 0."""


def reference(seed: int) -> Iterator[int]:
    """Vigna's splitmix64.c, in whole numbers of any size."""
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) % 2**64
        z = seed
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
        yield z ^ (z >> 31)


def test_splitmix64_gives_the_published_numbers() -> None:
    words = splitmix64(np.arange(1, 6))
    assert [int(word) % 2**64 for word in words] == PUBLISHED
    assert [word for word, _ in zip(reference(0), PUBLISHED, strict=False)] == PUBLISHED
    assert [int(word) % 2**64 for word in splitmix64(torch.arange(1, 6))] == PUBLISHED


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=8))
@settings(**sampling(200))
def test_splitmix64_of_any_counter(counters: list[int]) -> None:
    """Counter n gives what the reference gives at its n-th step from 0, also where n has wrapped around."""
    expected = [next(reference((counter - 1) * 0x9E3779B97F4A7C15 % 2**64)) for counter in counters]
    assert [int(word) % 2**64 for word in splitmix64(np.array(counters, np.int64))] == expected
    assert [int(word) % 2**64 for word in splitmix64(torch.tensor(counters))] == expected


def test_uniform_has_24_even_bits() -> None:
    """Chi-square of all 24 bits, of 4096 cells by the high bits, and of the cells of pairs of neighbours."""
    u = uniform(np, streams((7,), 0, 1)[:, None], (1024, 1024))
    assert u.dtype == np.float32
    assert u.min() >= 0
    assert u.max() < 1
    words = np.asarray(u, np.float64).ravel() * 2**24
    whole = words.astype(np.int64)
    np.testing.assert_array_equal(whole, words)
    count = len(whole)
    ones = np.array([(whole >> bit & 1).sum() for bit in range(24)])
    bits = (((ones - count / 2) ** 2) / (count / 4)).sum()
    assert chi2.sf(bits, 24) > 1e-4
    for cells in (whole >> 12, whole & 4095, (whole[::2] >> 18) * 64 + (whole[1::2] >> 18)):
        seen = np.bincount(cells, minlength=4096)
        statistic = ((seen - len(cells) / 4096) ** 2 / (len(cells) / 4096)).sum()
        assert 1e-4 < chi2.sf(statistic, 4095) < 1 - 1e-4


def mask(seed: int, step: int, layer: int, p: float = 0.5, shape: tuple[int, int] = (200, 100)) -> np.ndarray:
    return dropout_scale(np.ones(shape), p, (seed,), step, layer) > 0


@pytest.mark.parametrize("p", [0.01, 0.1, 0.5, 0.7, 0.99])
def test_masks_have_their_rate(p: float) -> None:
    """Over 50 masks of 20,000: the mean within 4 standard errors, and the counts spread as binomial counts do."""
    dropped = np.array([(~mask(3, step, 1, p)).sum() for step in range(50)])
    n = 20_000
    assert abs(dropped.mean() - n * p) < 4 * np.sqrt(n * p * (1 - p) / 50)
    assert 1e-4 < chi2.sf(((dropped - n * p) ** 2 / (n * p * (1 - p))).sum(), 50) < 1 - 1e-4


def test_noise_is_normal_to_the_fourth_moment() -> None:
    """Mean, variance and skewness of a million numbers within 4 standard errors; a sum of four has kurtosis 2.7."""
    n = normal(np, streams((3,), 1, 2)[:, None], (1000, 1000)).astype(float).ravel()
    for power, moment, spread in ((1, 0, 1), (2, 1, 1.7), (3, 0, 3.3), (4, 2.7, 6.7)):
        assert abs((n**power).mean() - moment) < 4 * spread / 1000
    one = n.reshape(1000, 1000)
    for shifted in (one[1:] * one[:-1], one[:, 1:] * one[:, :-1]):
        assert abs(shifted.mean() * np.sqrt(shifted.size)) < 4


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_noise_is_the_same_everywhere(dtype: type) -> None:
    """NumPy, torch tensors, the PyTorch twin, and a member of a stack that reads a shared batch."""
    x = np.zeros((13, 7), dtype)
    expected = noise(x, 0.3, (2**40,), 5, 2)
    assert expected.dtype == dtype
    np.testing.assert_array_equal(noise(torch.as_tensor(x), 0.3, (2**40,), 5, 2), expected)
    twin = TorchNoise(0.3, 2)
    twin.seed, twin.step = 2**40, 5
    np.testing.assert_array_equal(twin.train()(torch.as_tensor(x)), expected)
    np.testing.assert_array_equal(twin.eval()(torch.as_tensor(x)), x)
    stack = noise(x[None], np.reshape([0.1, 0.3], (2, 1, 1)), (1, 2**40), 5, 2)
    np.testing.assert_array_equal(stack[1], expected)
    assert not np.array_equal(stack[0] * 3, stack[1])


def test_masks_are_independent_between_layers_steps_and_seeds() -> None:
    """No two of 64 masks correlate more than chance allows, neighbours in every sense among them."""
    keys = [(seed, step, layer) for seed in (0, 1, 2, 2**40) for step in (0, 1, 2, 500) for layer in (1, 2, 3, 4)]
    masks = [mask(*key).ravel().astype(float) for key in keys]
    correlations = np.corrcoef(masks)
    pairs = np.array([correlations[i, j] for i, j in combinations(range(len(keys)), 2)])
    standard = pairs * np.sqrt(masks[0].size)
    assert np.abs(standard).max() < 5
    assert abs(standard.mean()) < 0.1
    assert 0.9 < standard.std() < 1.1


def test_masks_do_not_reappear_shifted() -> None:
    """Counters of different masks overlap nowhere: no row of one mask is a row of another."""
    rows = [
        tuple(row) for seed in range(3) for step in range(20) for layer in (1, 2) for row in mask(seed, step, layer)
    ]
    assert len(set(rows)) == len(rows)


def test_neighbours_within_a_mask_do_not_correlate() -> None:
    one = mask(5, 9, 1, shape=(500, 400)).astype(float) - 0.5
    for shifted in (one[1:] * one[:-1], one[:, 1:] * one[:, :-1], one[1:, 1:] * one[:-1, :-1]):
        assert abs(shifted.mean() * 4 * np.sqrt(shifted.size)) < 4


@given(
    st.integers(0, 2**63 - 1),
    st.integers(0, 10**7),
    st.integers(1, 9),
    st.one_of(st.sampled_from([0.3, 0.5, 0.7, 0.9]), st.floats(0, 0.999)),
    st.sampled_from([np.float32, np.float64]),
)
@settings(**sampling(100))
def test_masks_are_the_same_everywhere(seed: int, step: int, layer: int, p: float, dtype: type) -> None:
    """NumPy, torch tensors, the PyTorch twin, and a member of a stack draw the same bits."""
    x = np.ones((13, 7), dtype)
    expected = dropout_scale(x, p, (seed,), step, layer)
    assert expected.dtype == dtype
    tensors = dropout_scale(torch.as_tensor(x), p, (seed,), step, layer)
    np.testing.assert_array_equal(tensors, expected)
    twin = TorchDropout(p, layer)
    twin.seed, twin.step = seed, step
    np.testing.assert_array_equal(twin.train()(torch.as_tensor(x)), expected)
    np.testing.assert_array_equal(twin.eval()(torch.as_tensor(x)), x)
    hand = Dropout(np.reshape(np.array([0.25, p], dtype), (2, 1, 1)), layer)
    hand.seeds, hand.step = (seed ^ 1, seed), step
    stack = hand.forward(np.ones((2, 13, 7), dtype), True)
    np.testing.assert_array_equal(stack[1] > 0, expected > 0)
    np.testing.assert_allclose(stack[1], expected, rtol=1e-3 if dtype is np.float32 else 1e-15)


@pytest.mark.parametrize("p", [0.7, 0.6, 0.8, 1 - 2**-24])
def test_a_rate_on_the_grid_decides_alike_for_a_member_of_a_stack(p: float) -> None:
    """Rates as float64 arrays and rates as numbers compare with float32 uniforms in the same precision."""
    nearest = np.float32(p)
    seed, found = 0, None
    # every uniform is a multiple of 2⁻²⁴; look for one that is the rate itself, rounded to float32
    while found is None:
        u = uniform(np, streams((seed,), 0, 1)[:, None], (2048, 2048))
        where = np.argwhere(u == nearest)
        if len(where):
            found = where[0]
        seed += 1
        assert seed < 60
    x = np.ones((2048, 2048))
    alone = dropout_scale(x, p, (seed - 1,), 0, 1)
    stack = dropout_scale(x[None], np.full((2, 1, 1), p), (seed - 1,) * 2, 0, 1)
    np.testing.assert_array_equal(stack[0] > 0, alone > 0)


def test_streams_of_a_seed_are_apart() -> None:
    """Initial weights, and the batch order of each epoch, come from different numbers."""
    first = {
        tuple(generator(seed, *key).integers(0, 2**62, 4))
        for seed in range(5)
        for key in ((0,), (ORDER, 0), (ORDER, 1))
    }
    assert len(first) == 15
