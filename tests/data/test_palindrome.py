"""Palindromes read the same from both ends, and no two splits share one, however few there are."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy.stats import chi2
from tests.kit.twins import configuration, sampling

from twinprop.config.problems import problems
from twinprop.data.palindrome import Palindrome
from twinprop.data.samples import Samples
from twinprop.errors import DataError
from twinprop.models.rnn import RNN


def words(samples: Samples) -> list[str]:
    """Each sample with its class behind it."""
    assert samples.x is not None
    whole = np.concatenate([samples.x[:, :, 0], samples.y[:, None]], axis=1)
    np.testing.assert_array_equal(whole, whole.round())
    return ["".join(map(str, row)) for row in whole.astype(int).tolist()]


def sizes(config: Palindrome) -> tuple[int, int, int]:
    found = config.split_sizes()
    assert found is not None
    return found


CONFIGS: dict[str, Any] = {
    "length": st.integers(3, 9) | st.sampled_from([10, 35, 36, 37, 50]),
    "n_samples": st.integers(2, 3000),
    "val_fraction": st.just(0.0) | st.floats(0, 0.999),
    "test_fraction": st.floats(0.0001, 0.9999),
    "limit": st.none() | st.integers(1, 3000),
    "seed": st.integers(0, 2**32 - 1),
}


@given(**CONFIGS)
@example(length=3, n_samples=3000, val_fraction=0.001, test_fraction=0.2, limit=None, seed=0)
@example(length=3, n_samples=3000, val_fraction=0.5, test_fraction=0.999, limit=None, seed=0)
@example(length=3, n_samples=3000, val_fraction=0.5, test_fraction=0.001, limit=2, seed=0)
@settings(**sampling(300))
def test_splits_hold_palindromes_of_their_own(**keys: Any) -> None:
    config = Palindrome(**keys)
    count = sizes(config)
    assume(count[0] and count[2])
    dataset = config.load()
    train, val, test = own = [words(split) for split in dataset[:3]]
    assert tuple(map(len, own)) == count
    assert dataset.shape == (config.length - 1, 1)
    for split in own:
        assert all(len(word) == config.length and word == word[::-1] for word in split)
        times = np.unique(split, return_counts=True)[1]
        assert not split or times.max() - times.min() <= 1
    assert not set(train) & set(val)
    assert not set(train) & set(test)
    assert not set(val) & set(test)
    if config.n_samples <= 10 ** -(-config.length // 2):
        assert len({*train, *val, *test}) == sum(count), "a palindrome repeats although there are enough"
    for split, again in zip(dataset[:3], Palindrome(**keys).load()[:3], strict=True):
        np.testing.assert_array_equal(split.x, again.x)
        np.testing.assert_array_equal(split.y, again.y)


@given(**CONFIGS)
@settings(**sampling(50))
def test_a_limit_leaves_the_test_split_as_it_is(**keys: Any) -> None:
    limited, whole = Palindrome(**keys), Palindrome(**{**keys, "limit": None})
    assume(all(sizes(each)[0] and sizes(each)[2] for each in (limited, whole)))
    limited_data, whole_data = limited.load(), whole.load()
    assert words(limited_data.test) == words(whole_data.test)
    rest = [{*words(data.train), *words(data.val)} for data in (limited_data, whole_data)]
    assert rest[0] <= rest[1]


def test_where_there_are_few_all_are_used() -> None:
    for length, distinct in ((3, 100), (4, 100), (5, 1000), (6, 1000)):
        dataset = Palindrome(length=length).load()
        splits = [set(words(split)) for split in dataset[:3]]
        assert sum(map(len, splits)) == len(set.union(*splits)) == distinct
        assert [len(split) for split in splits] == [distinct * share // 100 for share in (72, 8, 20)]


def test_an_epoch_is_100_batches_of_128() -> None:
    assert sizes(Palindrome(val_fraction=0.0)) == (12_800, 0, 3_200)
    assert sizes(Palindrome()) == (11_520, 1_280, 3_200)


def test_seeds_give_other_palindromes() -> None:
    first, second = (words(Palindrome(seed=seed).load().train) for seed in (0, 1))
    assert first != second
    assert set(first) != set(second)


@pytest.mark.parametrize("length", [3, 5, 10, 50])
def test_classes_and_digits_are_balanced(length: int) -> None:
    """Chi-square of the classes, and of the digits at each step, over the whole data set."""
    dataset = Palindrome(length=length, seed=4).load()
    x = np.concatenate([split.x for split in dataset[:3] if split.x is not None])
    columns = [np.concatenate([split.y for split in dataset[:3]]), *x[:, :, 0].T.astype(int)]
    for column in columns:
        seen = np.bincount(column, minlength=10)
        assert chi2.sf(((seen - 1600) ** 2 / 1600).sum(), 9) > 1e-4


def test_samples_fit_a_recurrent_network() -> None:
    dataset = Palindrome(length=6).load()
    assert dataset.train.x is not None
    assert dataset.train.x.dtype == np.float32
    assert dataset.train.x.shape == (11_520, 5, 1)
    assert dataset.classes == list("0123456789")
    (first, *_) = RNN().layers(dataset.shape, 10)
    assert first.arguments == {"input_size": 1, "hidden_size": 128}


def test_too_few_for_a_split_is_told() -> None:
    config = configuration(data=Palindrome())
    config.data = Palindrome(n_samples=2)
    assert [problem.partition("=")[0] for problem in problems(config)] == ["data.test_fraction"]
    with pytest.raises(DataError, match="test split is empty"):
        config.data.load()
    short = dataclasses.replace(config, data=Palindrome(length=2))
    assert [problem.partition("=")[0] for problem in problems(short)] == ["data.length"]
