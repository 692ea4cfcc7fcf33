"""Pictures of digits, as people have them, become what a network was trained on; what is unlike it is told."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PIL.ExifTags import Base
from tests.kit.drawn import as_mnist, digit, digits, page

from twinprop.data.image_files import read_image
from twinprop.data.prepare import Prepared, prepare
from twinprop.data.traits import Traits, traits_of

LIGHT, DARK = traits_of(digits()), traits_of(1 - digits())
TURNED, MOVED, STRONGER = "light and dark turned", "the figure brought to where theirs are", "brought to their contrast"


def grey(values: Any) -> Image.Image:
    return Image.fromarray(np.asarray(values).clip(0, 255).round().astype(np.uint8))


def small(number: int) -> NDArray[np.float32]:
    return as_mnist(digit(number)) * np.float32(255)


def transparent(number: int) -> Image.Image:
    ink = np.zeros((28, 28, 4), np.uint8)
    ink[..., 3] = small(number)
    return Image.fromarray(ink)


def noisy(number: int, uneven: float) -> Image.Image:
    rng = np.random.default_rng(number)
    paper = page(number, 60, 190)
    return grey(paper + rng.normal(0, 4, paper.shape) - uneven * np.linspace(0, 1, paper.shape[1]))


PICTURES: dict[str, tuple[Callable[[int], Image.Image], list[str]]] = {
    "as it is": (lambda n: grey(small(n)), []),
    "sixteen bits": (lambda n: Image.fromarray((small(n) * 257).astype(np.uint16)), []),
    "large": (lambda n: grey(small(n)).resize((280, 280), Image.Resampling.BICUBIC), []),
    "colour": (lambda n: grey(small(n)).convert("RGB"), []),
    "ink on paper": (lambda n: grey(255 - small(n)), [TURNED]),
    "ink on nothing": (transparent, [TURNED]),
    "wide": (lambda n: grey(np.pad(small(n), ((0, 0), (28, 28)))), [MOVED]),
    "high": (lambda n: grey(255 - np.pad(small(n), ((40, 9), (0, 0)))), [TURNED, MOVED]),
    "in a corner": (lambda n: grey(np.roll(small(n), (-3, -4), (0, 1))), [MOVED]),
    "on a page": (lambda n: grey(page(n, 0, 255)), [TURNED, MOVED]),
    "on a large page": (lambda n: grey(page(n, 0, 255, (1000, 700), (800, 500))), [TURNED, MOVED]),
    "on a board": (lambda n: grey(page(n, 255, 0)), [MOVED]),
    "on grey paper": (lambda n: noisy(n, 0), [TURNED, MOVED, STRONGER]),
    "in bad light": (lambda n: noisy(n, 25), [TURNED, MOVED, STRONGER]),
}


def prepared(image: Image.Image, folder: Path, traits: Traits | None = LIGHT, **more: Any) -> Prepared:
    image.save(folder / "image.png")
    channels = len(traits.ground) if traits else 1
    return prepare(str(folder / "image.png"), channels, (28, 28), traits, **more)


def alike(one: NDArray[Any], other: NDArray[Any]) -> float:
    """The correlation of two images, which may be a pixel apart."""
    moved = (np.roll(one.squeeze(), by, (0, 1)) for by in product((-1, 0, 1), repeat=2))
    return max(float(np.corrcoef(each.ravel(), other.ravel())[0, 1]) for each in moved)


@pytest.mark.parametrize("name", PICTURES)
def test_a_digit_becomes_one_of_those_that_were_trained_on(name: str, tmp_path: Path) -> None:
    make, changes = PICTURES[name]
    ideal = [as_mnist(digit(number)) for number in range(10)]
    for number in range(10):
        found = prepared(make(number), tmp_path)
        assert found.pixels.shape == (1, 28, 28)
        assert (found.pixels.dtype, found.pixels.min(), found.pixels.max() > 0.9) == (np.float32, 0, True)
        likeness = [alike(found.pixels, each) for each in ideal]
        assert np.argmax(likeness) == number, (name, number)
        assert likeness[number] > 0.88, (name, number)
        assert [change for change in found.changes if change != STRONGER] == [c for c in changes if c != STRONGER]
        assert STRONGER not in changes or STRONGER in found.changes
        assert found.doubts == [], (name, number)


def test_what_is_like_the_training_images_is_read_as_they_were(tmp_path: Path) -> None:
    for number, image in enumerate(digits()):
        found = prepared(grey(image[0] * 255), tmp_path)
        assert found.changes == []
        np.testing.assert_allclose(found.pixels, image, atol=1 / 255, err_msg=str(number))


def test_a_turned_photograph_is_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    grey(page(7, 0, 255)).rotate(90, expand=True).save(tmp_path / "turned.jpg", exif=exif)
    found = prepare(str(tmp_path / "turned.jpg"), 1, (28, 28), LIGHT)
    assert alike(found.pixels, as_mnist(digit(7))) > 0.93


def test_a_network_that_knows_ink_on_paper_is_shown_ink_on_paper(tmp_path: Path) -> None:
    for values in (page(3, 0, 255), page(3, 255, 0)):
        found = prepared(grey(values), tmp_path, DARK)
        assert (TURNED in found.changes) == (values[0, 0] == 0)
        assert alike(found.pixels, 1 - as_mnist(digit(3))) > 0.93
        assert found.doubts == []


def test_whoever_says_so_decides_about_light_and_dark(tmp_path: Path) -> None:
    light = grey(small(3))
    assert TURNED not in prepared(light, tmp_path, turn=False).changes
    assert TURNED in prepared(light, tmp_path, turn=True).changes
    assert prepared(grey(255 - small(3)), tmp_path, turn=False).changes == [STRONGER]
    for turn in (None, False, True):
        found = prepared(light, tmp_path, None, turn=turn)
        np.testing.assert_allclose(found.pixels, np.abs(bool(turn) - small(3)[None] / 255), atol=1 / 255)


ODD = {
    "nothing stands out": Image.new("L", (28, 28), 0),
    "nothing stands out from": Image.new("RGB", (300, 200), "white"),
    "has only 5×5 pixels": grey(small(3)).resize((5, 5)),
    "brightness": Image.fromarray(np.random.default_rng(0).integers(0, 255, (28, 28), np.uint8)),
    "ground is not plain": Image.fromarray(np.random.default_rng(0).integers(0, 255, (90, 50), np.uint8) // 128 * 255),
}


@pytest.mark.parametrize("text", ODD)
def test_what_is_unlike_the_training_images_is_told(text: str, tmp_path: Path) -> None:
    assert text in "; ".join(prepared(ODD[text], tmp_path).doubts)


def photographs(count: int, seed: int = 0) -> NDArray[np.float32]:
    """Pictures in colour without any ground, smooth as photographs are."""
    coarse = np.random.default_rng(seed).random((count, 3, 4, 4)).astype(np.float32)
    layers = [[Image.fromarray(layer).resize((28, 28), Image.Resampling.BICUBIC) for layer in each] for each in coarse]
    return np.stack([np.stack([np.asarray(layer) for layer in each]) for each in layers]).clip(0, 1)


def test_photographs_are_neither_turned_nor_moved(tmp_path: Path) -> None:
    traits = traits_of(photographs(60))
    for image in photographs(5, seed=1):
        found = prepared(grey(image.transpose(1, 2, 0) * 255), tmp_path, traits)
        assert (found.changes, found.doubts) == ([], [])
        np.testing.assert_allclose(found.pixels, image, atol=1 / 255)


def test_only_files_of_the_proportions_that_were_stretched_are_stretched(tmp_path: Path) -> None:
    rows = np.broadcast_to(photographs(1)[0].transpose(1, 2, 0)[:, :1] * 255, (28, 28, 3))
    wide = np.concatenate([np.zeros((28, 28, 3)), rows, np.zeros((28, 28, 3))], axis=1)
    square = prepared(grey(wide), tmp_path, traits_of(photographs(60)))
    assert square.changes == ["cut to its middle"]
    np.testing.assert_allclose(square.pixels, rows.transpose(2, 0, 1) / 255, atol=1 / 255)
    stretched = prepared(grey(wide), tmp_path, traits_of(photographs(60), aspect=(0.5, 3.0)))
    assert stretched.changes == []
    expected = read_image(str(tmp_path / "image.png"), False, (28, 28))
    np.testing.assert_array_equal(stretched.pixels, expected)
