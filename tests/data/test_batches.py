"""Batches: each sample once an epoch, in an order that seed and epoch alone decide, on every backend."""

import functools
import operator
import threading

import numpy as np
import pytest
import torch
from PIL import Image
from tests.kit.twins import order, placed

from twinprop.config.schema import Config
from twinprop.data import batches
from twinprop.data.augment import Augment, take
from twinprop.data.batches import epoch_order
from twinprop.data.image_folder import ImageFolder
from twinprop.data.samples import Samples
from twinprop.errors import DataError
from twinprop.models.mlp import MLP


def config(backend="scratch", **train):
    result = Config(model=MLP(backend=backend))
    for key, value in train.items():
        setattr(result.train, key, value)
    return result


def numbered(count):
    return Samples(np.arange(count) % 10, np.arange(count, dtype=np.float32)[:, None])


def seen(batches):
    return [np.asarray(x)[:, 0].astype(int).tolist() for x, _ in batches]


def test_an_epoch_has_each_sample_once_and_a_last_partial_batch():
    found = seen(placed(numbered(103), config()).epoch([0], 0, *order(config(batch_size=10))))
    assert [len(batch) for batch in found] == [10] * 10 + [3]
    assert sorted(functools.reduce(operator.iadd, found, [])) == list(range(103))


def test_drop_last_leaves_out_the_partial_batch():
    found = seen(placed(numbered(103), config()).epoch([0], 0, *order(config(batch_size=10, drop_last=True))))
    assert [len(batch) for batch in found] == [10] * 10


def test_the_order_is_the_same_on_both_backends_and_differs_between_epochs_and_seeds():
    def seen_by(backend, seed, epoch):
        c = config(backend, batch_size=10)
        return seen(placed(numbered(50), c).epoch([seed], epoch, *order(c)))

    assert seen_by("scratch", 3, 5) == seen_by("torch", 3, 5)
    assert seen_by("scratch", 3, 5) != seen_by("scratch", 3, 6)
    assert seen_by("scratch", 3, 5) != seen_by("scratch", 4, 5)


def test_an_epoch_can_be_taken_up_in_its_middle():
    c = config(batch_size=10)
    split = placed(numbered(55), c)
    assert seen(split.epoch([0], 2, *order(c)))[3:] == seen(split.epoch([0], 2, *order(c), skip=3))


def test_members_with_different_seeds_get_their_own_orders():
    orders = epoch_order([4, 9, 4], 1, 20)
    assert orders.shape == (3, 20)
    np.testing.assert_array_equal(orders[1], epoch_order([9], 1, 20))
    np.testing.assert_array_equal(orders[0], orders[2])
    c = config(batch_size=8)
    x, y = next(placed(numbered(20), c).epoch([4, 9, 4], 1, *order(c)))
    assert x.shape == (3, 8, 1)
    np.testing.assert_array_equal(x[..., 0] % 10, y)


def test_a_full_batch_is_the_data_itself():
    c = config(batch_size="full")
    batches = placed(numbered(30), c)
    ((x, y),) = batches.epoch([0], 0, *order(c))
    assert x is batches.x
    assert len(y) == 30


def test_chunks_cover_a_split_in_order(monkeypatch):
    monkeypatch.setattr("twinprop.data.batches.EVALUATION_BATCH", 7)
    assert functools.reduce(operator.iadd, seen(placed(numbered(30), config()).chunks()), []) == list(range(30))


@pytest.mark.parametrize(("backend", "kind"), [("scratch", np.ndarray), ("torch", torch.Tensor)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_samples_lie_where_they_are_trained_on(backend, kind, dtype):
    c = config(backend)
    c.model.dtype = dtype
    x, y = next(placed(numbered(5), c).epoch([0], 0, *order(c)))
    assert isinstance(x, kind)
    assert str(x.dtype).endswith(dtype)
    assert str(y.dtype).endswith("int64")


@pytest.fixture
def folder(tmp_path):
    """Six images in each of two classes; the brightness of an image is its number."""
    for label, name in enumerate(["cat", "dog"]):
        for part, count in (("train", 6), ("test", 2)):
            (tmp_path / part / name).mkdir(parents=True)
            for number in range(count):
                shade = 100 * label + 10 * number
                Image.new("RGB", (4, 3), (shade,) * 3).save(tmp_path / part / name / f"{number}.png")
    return tmp_path


def test_an_image_folder_streams_what_it_would_keep_in_memory(folder):
    kept = ImageFolder(root=str(folder), resident=True).load()
    read = ImageFolder(root=str(folder), resident=False, workers=0).load()
    assert kept.shape == (3, 3, 4)
    assert kept.classes == ["cat", "dog"]
    assert read.train.x is None
    for backend in ("scratch", "torch"):
        c = config(backend, batch_size=5)
        for epoch in (0, 1):
            pairs = zip(
                placed(kept.train, c).epoch([0], epoch, *order(c)),
                placed(read.train, c).epoch([0], epoch, *order(c)),
                strict=True,
            )
            for (x, y), (streamed_x, streamed_y) in pairs:
                np.testing.assert_array_equal(np.asarray(x), np.asarray(streamed_x))
                np.testing.assert_array_equal(np.asarray(y), np.asarray(streamed_y))
        test = list(placed(read.test, c).chunks())
        assert np.asarray(test[0][1]).tolist() == [0, 0, 1, 1]


def test_workers_decode_in_the_same_order(folder):
    c = config(batch_size=4)
    orders = []
    for workers in (0, 2):
        data = ImageFolder(root=str(folder), resident=False, workers=workers, val_fraction=0.0)
        c.data = data
        orders.append([x.tolist() for x, _ in placed(data.load().train, c).epoch([0], 0, *order(c))])
    assert orders[0] == orders[1]


def test_images_of_different_sizes_need_image_size(folder):
    Image.new("RGB", (9, 9)).save(folder / "train" / "cat" / "odd.png")
    with pytest.raises(DataError, match=r"data\.image_size"):
        ImageFolder(root=str(folder)).load()
    assert ImageFolder(root=str(folder), image_size=8, grayscale=True).load().shape == (1, 8, 8)


def test_pixels_are_scaled_to_one(folder):
    x = ImageFolder(root=str(folder), val_fraction=0.0).load().train.x
    assert x.dtype == np.float32
    assert set(np.round(x * 255).astype(int).ravel()) == {0, 10, 20, 30, 40, 50, 100, 110, 120, 130, 140, 150}


def test_a_limit_keeps_images_of_every_class(folder):
    train = ImageFolder(root=str(folder), limit=6, val_fraction=0.0, seed=1).load().train
    assert len(train) == 6
    assert set(train.y) == {0, 1}
    whole = ImageFolder(root=str(folder), val_fraction=0.0, seed=1)
    np.testing.assert_array_equal(train.x, whole.load().train.x[:6])
    whole.limit = 6
    assert len(whole.read().train) == 6, "no more are read than needed"


def images(count: int) -> Samples:
    """Of 4×4 numbers in float32: 64 bytes each."""
    return Samples(np.arange(count) % 10, np.random.default_rng(0).random((count, 4, 4), np.float32))


@pytest.mark.parametrize("backend", ["scratch", "torch"])
@pytest.mark.parametrize("augment", [None, Augment(1, True, (4, 4), np.zeros(1, np.float32))])
@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("skip", [0, 3])
def test_what_is_gathered_ahead_is_the_same(backend, augment, drop_last, skip, monkeypatch):
    monkeypatch.setattr(batches, "AHEAD", 3 * 7 * 64)  # three batches at a time
    threads = []
    c = config(backend, batch_size=7, drop_last=drop_last)
    plain, ahead = (placed(images(80), c, augment=augment) for _ in range(2))
    ahead.ahead = True
    monkeypatch.setattr(batches, "take", lambda *given: threads.append(threading.current_thread()) or take(*given))
    for epoch in range(2):
        found = [list(each.epoch([1], epoch, *order(c), skip=skip)) for each in (plain, ahead)]
        assert len(found[0]) == len(found[1]) == (11 if drop_last else 12) - skip
        for mine, theirs in zip(*found, strict=True):
            for own, its in zip(mine, theirs, strict=True):
                np.testing.assert_array_equal(np.asarray(own), np.asarray(its))
    assert {thread is threading.main_thread() for thread in threads} == {False, True}


def test_an_epoch_that_is_left_leaves_no_thread_behind():
    c = config(batch_size=4)
    ahead = placed(images(80), c)
    ahead.ahead = True
    before = threading.active_count()
    epoch = ahead.epoch([0], 0, *order(c))
    next(epoch)
    epoch.close()
    assert threading.active_count() == before
