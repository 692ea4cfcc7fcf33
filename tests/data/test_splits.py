"""Splits depend on data.seed alone, cover every sample once, and are normalised by the training split."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from twinprop.arrays.random import generator
from twinprop.data.base import DataConfig, Raw
from twinprop.data.digits import Digits
from twinprop.data.palindrome import Palindrome
from twinprop.data.samples import Samples
from twinprop.data.toy import Blobs, Circles, Moons
from twinprop.errors import DataError


class Numbered(DataConfig):
    """Sample i is the number i, so that a split shows where each sample went."""

    count, test_count = 100, None

    def size(self):
        return self.count, self.test_count

    def read(self):
        def samples(first, count):
            numbers = np.arange(first, first + count)
            return Samples(numbers % 3, numbers[:, None].astype(np.float32))

        test = None if self.test_count is None else samples(10_000, self.test_count)
        return Raw(samples(0, self.count), test, (1,), ["a", "b", "c"])


def members(samples):
    return samples.x[:, 0].astype(int).tolist()


@settings(deadline=None, max_examples=60)
@given(
    count=st.integers(10, 300),
    val=st.floats(0, 0.5),
    test=st.floats(0.1, 0.5),
    own_test=st.booleans(),
    limit=st.none() | st.integers(5, 400),
    seed=st.integers(0, 2**32 - 1),
)
def test_every_sample_is_in_exactly_one_split_of_the_announced_size(count, val, test, own_test, limit, seed):
    config = Numbered(name="numbered", val_fraction=val, test_fraction=test, limit=limit, seed=seed)
    config.count, config.test_count = count, 7 if own_test else None
    dataset = config.load()
    train, valid, tested = map(members, dataset[:3])
    assert (len(train), len(valid), len(tested)) == config.split_sizes()
    everyone = train + valid + tested
    assert len(set(everyone)) == len(everyone)
    if limit is None:
        expected = set(range(count)) | (set(range(10_000, 10_007)) if own_test else set())
        assert set(everyone) == expected
    if own_test:
        assert set(train + valid) == set(range(min(count, limit or count)))
    assert all(label == number % 3 for label, number in zip(dataset.train.y, train, strict=True))


@given(st.integers(10, 200), st.booleans(), st.none() | st.integers(5, 100), st.integers(0, 2**32 - 1))
def test_the_split_is_two_permutations_of_the_seed(count, own_test, limit, seed):
    """The very samples, in the very order, that every run so far was trained on."""
    config = Numbered(name="numbered", limit=limit, seed=seed)
    config.count, config.test_count = count, 7 if own_test else None
    order = np.arange(count) if own_test else generator(seed, 2).permutation(count)
    tested = 0 if own_test else round(0.2 * count)
    pool = order[tested:][:limit]
    again = generator(seed, 3).permutation(len(pool))
    held_out = round(0.1 * len(pool))
    train, val, test = map(members, config.load()[:3])
    assert train == pool[np.sort(again[held_out:])].tolist()
    assert val == pool[np.sort(again[:held_out])].tolist()
    assert test == (list(range(10_000, 10_007)) if own_test else order[:tested].tolist())


def test_counts_are_by_split_and_class():
    config = Numbered(test_fraction=0.5, val_fraction=0.0)
    config.count = 4
    dataset = config.load()
    for split in ("train", "test"):
        labels = getattr(dataset, split).y.tolist()
        assert dataset.counts()[split] == {name: labels.count(label) for label, name in enumerate("abc")}
    assert dataset.counts()["val"] == {"a": 0, "b": 0, "c": 0}


def test_the_split_follows_the_seed():
    first, again, other = (members(Numbered(seed=seed).load().test) for seed in (0, 0, 1))
    assert first == again
    assert first != other


def test_no_validation_leaves_the_order_as_it_is():
    config = Numbered(val_fraction=0.0)
    config.test_count = 5
    assert members(config.load().train) == list(range(100))


def test_an_empty_split_is_an_error():
    with pytest.raises(DataError, match=r"test split is empty; use a larger data\.test_fraction"):
        Numbered(test_fraction=0.001).load()
    with pytest.raises(DataError, match="training split is empty; use smaller fractions"):
        Numbered(test_fraction=0.999).load()


def test_normalising_uses_the_training_split_only():
    plain, normalised = Digits(normalize=False).load(), Digits(normalize=True).load()
    mean, std = plain.train.x.mean(dtype=np.float64), plain.train.x.std(dtype=np.float64)
    np.testing.assert_allclose(normalised.mean, [mean])
    np.testing.assert_allclose(normalised.test.x, (plain.test.x - mean) / std, atol=1e-6)
    assert plain.mean is None


@pytest.mark.parametrize("config", [Digits, Moons, Palindrome])
def test_two_numbers_are_subtracted_and_divided_by_as_torchvision_does(config):
    plain, scaled = config(normalize=False).load(), config(normalize=[0.5, 0.25]).load()
    for split in ("train", "val", "test"):
        expected = torch.as_tensor(getattr(plain, split).x, dtype=torch.float32).sub(0.5).div(0.25)
        np.testing.assert_allclose(getattr(scaled, split).x, expected, atol=1e-6)
    assert scaled.preparation()["mean"] == [0.5] * (2 if config is Moons else 1)
    again = config(normalize=False).load_as(scaled.preparation())
    np.testing.assert_array_equal(again.test.x, scaled.test.x)


def test_points_are_normalised_by_feature():
    dataset = Moons(normalize=True, val_fraction=0.0).load()
    np.testing.assert_allclose(dataset.train.x.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(dataset.train.x.std(axis=0), 1, atol=1e-6)


def test_digits_are_scikit_learns():
    from sklearn.datasets import load_digits

    dataset = Digits(normalize=False, val_fraction=0.0).load()
    assert dataset.shape == (8, 8)
    everyone = np.concatenate([dataset.train.x, dataset.test.x])
    assert len(everyone) == 1797
    assert sorted(everyone.sum(axis=(1, 2))) == sorted(load_digits().images.sum(axis=(1, 2)) / 16)


@pytest.mark.parametrize(
    ("config", "maker", "arguments"),
    [
        (Moons(seed=1), "make_moons", {"noise": 0.08, "random_state": 1}),
        (Circles(seed=1), "make_circles", {"noise": 0.08, "factor": 0.5, "random_state": 1}),
        (Blobs(seed=2), "make_blobs", {"n_features": 2, "centers": 2, "random_state": 2}),
    ],
)
def test_toy_data_is_scikit_learns(config, maker, arguments):
    from sklearn import datasets

    x, y = getattr(datasets, maker)(n_samples=1000, **arguments)
    raw = config.read()
    np.testing.assert_allclose(raw.train.x, x, rtol=1e-6)
    np.testing.assert_array_equal(raw.train.y, y)
    dataset = config.load()
    assert (len(dataset.train), len(dataset.val), len(dataset.test)) == (720, 80, 200)
