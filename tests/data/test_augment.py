"""Shifts and mirrors against a slow loop, and that each depends on seed, epoch and sample alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.stats import chi2
from tests.kit.twins import TENSORS, configuration, order, placed, sampling

from twinprop.app.notebook import train
from twinprop.arrays.namespace import to_numpy
from twinprop.config.schema import Config
from twinprop.data.augment import Augment
from twinprop.data.base import Raw
from twinprop.data.batches import Batches, epoch_order
from twinprop.data.digits import Digits
from twinprop.data.image_folder import ImageFolder
from twinprop.data.images import ImageConfig
from twinprop.data.samples import Samples
from twinprop.errors import DataError
from twinprop.run.model_file import MODEL, read_model
from twinprop.run.setup import Setup

KINDS = {"numpy": ("scratch", "cpu"), "tensors": ("scratch", TENSORS), "torch": ("torch", "cpu")}


class Pictures(ImageConfig):
    """Random images of any shape, whose first pixel is zero."""

    count, shape = 12, (4, 5)

    def read(self) -> Raw:
        x = np.random.default_rng(9).random((self.count, *self.shape), np.float32)
        x[..., 0, 0] = 0
        return Raw(Samples(np.arange(self.count) % 3, x), None, self.shape, ["a", "b", "c"])


def pictures(shape: tuple[int, ...] = (4, 5), count: int = 12, **keys: Any) -> Pictures:
    config = Pictures(**{"name": "pictures", "val_fraction": 0.0, "test_fraction": 0.25, **keys})
    config.count, config.shape = count, shape
    return config


def of(kind: str, batch: Any, data: ImageConfig, dtype: str = "float32") -> Config:
    config = configuration(data=Digits(), model={"backend": KINDS[kind][0], "dtype": dtype})
    config.data, config.train.batch_size = data, batch
    return config


def batches(kind: str, data: ImageConfig, batch: Any = 4, dtype: str = "float32") -> Batches:
    dataset = data.load()
    return placed(dataset.train, of(kind, batch, data, dtype), KINDS[kind][1], data.augment(dataset))


def seen(kind: str, data: ImageConfig, seeds: list[int], epoch: int = 0, batch: Any = 4, **more: Any) -> list[Any]:
    """(x, y) of each batch of an epoch, as NumPy arrays."""
    skip = more.pop("skip", 0)
    found = batches(kind, data, batch, **more).epoch(seeds, epoch, *order(of(kind, batch, data)), skip)
    return [(to_numpy(x).copy(), to_numpy(y).copy()) for x, y in found]


def reference_words(seed: int, epoch: int, sample: int) -> int:
    """The documented function of seed, epoch and sample, in whole numbers of any size."""

    def mix(counter: int) -> int:
        z = counter * 0x9E3779B97F4A7C15 % 2**64
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
        return z ^ (z >> 31)

    return mix(mix(mix(mix(seed) + epoch)) + sample)


def moved(image: Any, word: int, shift: int, flip: bool, black: Any) -> Any:
    """One image, pixel by pixel."""
    ways = 2 * shift + 1
    down, right = (word >> 40) * ways >> 24, (word >> 16) % 2**24 * ways >> 24
    result = np.empty_like(image)
    height, width = image.shape[-2:]
    for where in np.ndindex(*image.shape):
        *channel, row, column = where
        if flip and word % 2:
            column = width - 1 - column
        from_row, from_column = row + down - shift, column + right - shift
        inside = 0 <= from_row < height and 0 <= from_column < width
        value = image[(*channel, from_row, from_column)] if inside else black[channel[0] if channel else 0]
        result[where] = value
    return result


@given(
    st.sampled_from([(4, 5), (1, 6, 3), (3, 4, 4), (2, 1, 5), (1, 1)]),
    st.integers(0, 3),
    st.booleans(),
    st.booleans(),
    st.sampled_from([1, 3, 9, "full"]),
    st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=3),
    st.integers(0, 10**6),
    st.sampled_from(sorted(KINDS)),
    st.sampled_from(["float32", "float64"]),
)
@example((3, 4, 5), 2, True, True, 4, [0, 2**63 - 1], 0, "numpy", "float32")
@example((3, 4, 5), 2, True, True, "full", [5, 3, 5], 1, "torch", "float64")
@settings(**sampling(80))
def test_every_pixel_is_where_a_slow_loop_puts_it(
    shape: tuple[int, ...],
    shift: int,
    flip: bool,
    normalize: bool,
    batch: Any,
    seeds: list[int],
    epoch: int,
    kind: str,
    dtype: str,
) -> None:
    shift = min(shift, min(shape[-2:]) - 1)
    data = pictures(shape, shift=shift, flip=flip, normalize=normalize)
    plain = data.load().train
    assert plain.x is not None
    black = np.ravel(plain.x[0][..., 0, 0])
    found = seen(kind, data, seeds, epoch, batch, dtype=dtype)
    order = epoch_order(seeds, epoch, len(plain))
    if batch == "full" and not (shift or flip):
        order = np.arange(len(plain))  # such a batch is the data itself
    start = 0
    for x, y in found:
        where = order[..., start : start + y.shape[-1]]
        start += y.shape[-1]
        np.testing.assert_array_equal(y, plain.y[where])
        assert str(x.dtype) == dtype
        assert x.shape == (*where.shape, *shape)
        for place in np.ndindex(*where.shape):
            word = reference_words(seeds[place[0] if len(place) == 2 else 0], epoch, int(where[place]))
            np.testing.assert_array_equal(x[place], moved(plain.x[where[place]], word, shift, flip, black))
    assert start == len(plain)


def assert_same(first: list[Any], second: list[Any]) -> None:
    for (x, y), (other_x, other_y) in zip(first, second, strict=True):
        np.testing.assert_array_equal(x, other_x)
        np.testing.assert_array_equal(y, other_y)


BOTH = {"shift": 1, "flip": True}


@pytest.mark.parametrize("batch", [4, "full"])
@pytest.mark.parametrize("kind", KINDS)
def test_members_of_a_stack_see_what_they_would_see_alone(kind: str, batch: Any) -> None:
    seeds = [4, 2**63 - 1, 0, 4]
    together = seen(kind, pictures(**BOTH), seeds, 3, batch)
    for member, seed in enumerate(seeds):
        assert_same([(x[member], y[member]) for x, y in together], seen(kind, pictures(**BOTH), [seed], 3, batch))
    shared = seen(kind, pictures(**BOTH), [4, 4, 4], 3, batch)
    assert_same(shared, seen(kind, pictures(**BOTH), [4], 3, batch))


@pytest.mark.parametrize("kind", KINDS)
def test_an_epoch_taken_up_in_its_middle_goes_on_alike(kind: str) -> None:
    assert_same(seen(kind, pictures(**BOTH), [1], 5)[2:], seen(kind, pictures(**BOTH), [1], 5, skip=2))
    assert_same(seen(kind, pictures(**BOTH), [1], 5), seen("numpy", pictures(**BOTH), [1], 5))


def test_a_sample_moves_alike_whatever_the_batch() -> None:
    small, large = (
        np.concatenate([x for x, _ in seen("numpy", pictures(**BOTH), [7], 2, batch)]) for batch in (2, "full")
    )
    np.testing.assert_array_equal(small, large)


def test_evaluation_sees_images_as_they_are() -> None:
    data = Digits(shift=2, flip=True)
    config = of("numpy", 32, data)
    setup = Setup(config)
    for split, plain in zip(setup.splits, Digits().load()[:3], strict=True):
        np.testing.assert_array_equal(np.concatenate([x for x, _ in split.chunks()]), plain.x)
    assert [split.augment is not None for split in setup.splits] == [True, False, False]


@pytest.mark.parametrize("backend", ["scratch", "torch"])
def test_without_augmentation_a_batch_is_what_it_was(backend: str) -> None:
    data = Digits()
    assert data.augment(data.load()) is None
    setup = Setup(of("numpy" if backend == "scratch" else "torch", "full", data))
    ((x, _),) = setup.splits[0].epoch([0], 0, *order(of("numpy", "full", data)))
    assert x is setup.splits[0].x


def test_a_shift_into_a_black_border_keeps_the_pixels() -> None:
    """Images with a border as wide as the shift lose nothing."""
    rng = np.random.default_rng(0)
    x = np.zeros((50, 3, 9, 8), np.float32)
    x[:, :, 2:-2, 2:-2] = rng.random((50, 3, 5, 4))
    for flip in (False, True):
        found = placed(
            Samples(np.arange(50), x),
            of("numpy", 7, pictures()),
            "cpu",
            Augment(2, flip, (3, 9, 8), np.zeros(3, np.float32)),
        )
        unmoved = 0
        for images, y in found.epoch([0], 0, *order(of("numpy", 7, pictures()))):
            for image, label in zip(images, y, strict=True):
                np.testing.assert_array_equal(np.sort(image, axis=None), np.sort(x[label], axis=None))
                unmoved += bool((image == x[label]).all())
        assert unmoved < 15


def test_every_shift_and_mirror_is_as_likely_as_any_other() -> None:
    """Chi-square over 25 shifts and two mirrors of 60,000 samples, and no link between epochs, seeds or neighbours."""
    augment = Augment(2, True, (28, 28), np.zeros(1, np.float32))

    def cells(seed: int, epoch: int) -> Any:
        moves = augment.moves([seed], epoch, np.arange(60_000))
        down, right = moves.corner // 32, moves.corner % 32
        assert down.max() < 5
        assert right.max() < 5
        return (down * 5 + right) * 2 + moves.mirrored

    first = cells(0, 0)
    pairs = [(first[:-1], first[1:])] + [(first, cells(*key)) for key in ((0, 1), (1, 0), (2**40, 0), (0, 500))]
    for values, count in [(first, 50), *((a * 50 + b, 2500) for a, b in pairs)]:
        expected = len(values) / count
        statistic = ((np.bincount(values, minlength=count) - expected) ** 2 / expected).sum()
        assert 1e-4 < chi2.sf(statistic, count - 1) < 1 - 1e-4


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    for part, count in (("train", 7), ("test", 2)):
        for name in ("cat", "dog"):
            (tmp_path / part / name).mkdir(parents=True)
            for number in range(count):
                pixels = rng.integers(0, 256, (6, 5, 3), np.uint8)
                Image.fromarray(pixels).save(tmp_path / part / name / f"{number}.png")
    return tmp_path


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("keys", [{"shift": 2}, {"flip": True}, {"shift": 1, "flip": True}], ids=str)
def test_images_read_one_by_one_move_as_those_in_memory(kind: str, keys: dict[str, Any], folder: Path) -> None:
    for batch in (5, "full"):
        kept, read = (
            seen(kind, ImageFolder(root=str(folder), resident=resident, workers=0, **keys), [3], 2, batch)
            for resident in (True, False)
        )
        assert_same(kept, read)
        assert sum(len(y) for _, y in kept) == 13


def test_a_shift_out_of_sight_is_refused(folder: Path) -> None:
    with pytest.raises(DataError, match=r"data\.shift=8: .* at most 7"):
        Digits(shift=8).load()
    with pytest.raises(DataError, match=r"data\.shift=5: moves images of 5×6 pixels .* at most 4"):
        ImageFolder(root=str(folder), shift=5).load()
    assert Digits(shift=7).load().shape == (8, 8)


@pytest.mark.parametrize("batch", ["30", "full"])
def test_the_twins_train_alike_on_moved_images(batch: str, tmp_path: Path) -> None:
    words = ["data.shift=1", "data.flip=true", "data.limit=300", "model.dtype=float64", "train.epochs=4"]
    words.append(f"train.batch_size={batch}")
    runs = [
        train(*words, f"model.backend={backend}", *more, f"hydra.run.dir={tmp_path / name}")
        for name, backend, more in (
            ("hand", "scratch", []),
            ("torch", "torch", []),
            ("plain", "torch", ["data.shift=0", "data.flip=false"]),
        )
    ]
    hand, twin, plain = (run.metrics["train_loss"].to_numpy() for run in runs)
    np.testing.assert_allclose(hand, twin, rtol=1e-9)
    assert abs(hand - plain).max() > 0.01
    assert read_model(tmp_path / "hand" / MODEL)["config"]["data"]["shift"] == 1


def test_the_twins_train_a_cnn_alike_on_a_moved_folder(folder: Path, tmp_path: Path) -> None:
    words = ["data=image_folder", f"data.root={folder}", "data.shift=1", "data.flip=true", "data.normalize=true"]
    words += ["model=cnn", "model.stages=[[4],[5]]", "model.dtype=float64", "train.batch_size=5", "train.epochs=3"]
    losses = [
        train(*words, f"model.backend={backend}", f"hydra.run.dir={tmp_path / backend}").metrics["train_loss"]
        for backend in ("scratch", "torch")
    ]
    np.testing.assert_allclose(*losses, rtol=1e-9)
