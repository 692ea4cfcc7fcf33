"""The pictures say what they should, and are of the width that TensorBoard shows without distortion."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from twinprop.run import pictures
from twinprop.run.pictures import BLUE, RED, WIDTH

DIGITS = [str(digit) for digit in range(10)]


def has(picture: Any, colour: tuple[int, int, int]) -> bool:
    return bool((picture == np.array(colour)).all(axis=-1).any())


def is_picture(picture: Any, width: int = WIDTH) -> bool:
    return picture.dtype == np.uint8 and picture.ndim == 3 and picture.shape[1:] == (width, 3)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """Texts and their colours, in the order in which they are drawn."""
    texts: list[tuple[str, Any]] = []
    draw = pictures.ImageDraw.ImageDraw.text

    def text(self: Any, place: Any, words: str, fill: Any = None, *others: Any, **keys: Any) -> None:
        texts.append((words, fill))
        draw(self, place, words, fill, *others, **keys)

    monkeypatch.setattr(pictures.ImageDraw.ImageDraw, "text", text)
    return texts


def test_the_width_is_that_of_the_images_tab() -> None:
    """350 pixels is what TensorBoard 2.21 gives an image, enlarged or shrunk without smoothing."""
    labels = np.arange(10)
    assert pictures.confusion(labels, labels, DIGITS).shape[1] == 350
    assert pictures.samples(np.zeros((1, 8, 8)), labels[:1], labels[:1], DIGITS).shape[1] == 350
    assert pictures.points(np.eye(2), labels[:2], labels[:2]).shape[1] == 350


def test_confusion_counts(written: list[tuple[str, Any]]) -> None:
    labels = np.array([0] * 21 + [1] * 33 + [2] * 4)
    predicted = np.array([0] * 21 + [1] * 20 + [2] * 13 + [0] * 4)
    picture = pictures.confusion(labels, predicted, ["ant", "bee", "cat"])
    assert is_picture(picture)
    assert [text for text, _ in written if text.isdigit()] == ["21", "20", "13", "4"]


def test_confusion_rows_are_true_classes() -> None:
    """One sample of class 0 taken for class 1: red at the upper right, and blue below for class 1."""
    picture = pictures.confusion(np.array([0, 1]), np.array([1, 1]), ["a", "b"]).astype(int)
    red, blue = ((abs(picture - np.array(colour)).sum(axis=-1) == 0).nonzero() for colour in (RED, BLUE))
    assert red[0].max() < blue[0].min()
    assert abs(red[1].mean() - blue[1].mean()) < 5


def test_a_perfect_confusion_has_no_red() -> None:
    labels = np.arange(10).repeat(3)
    picture = pictures.confusion(labels, labels, DIGITS)
    assert has(picture, BLUE)
    assert not has(picture, RED)


def test_confusion_of_long_names_and_many_classes() -> None:
    labels = np.arange(50)
    names = [f"a class with the long name {index}" for index in range(50)]
    picture = pictures.confusion(labels, labels, names)
    assert picture.shape[1] > WIDTH
    assert is_picture(pictures.confusion(np.zeros(1, int), np.zeros(1, int), ["only"]))


@pytest.mark.parametrize("shape", [(8, 8), (28, 28), (1, 28, 28), (3, 32, 32), (3, 300, 200), (40, 7)])
def test_samples_of_any_shape(shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).random((7, *shape), np.float32)
    assert is_picture(pictures.samples(x, np.zeros(7, int), np.zeros(7, int), DIGITS))


def test_mistakes_are_red(written: list[tuple[str, Any]]) -> None:
    x = np.random.default_rng(0).random((3, 8, 8))
    labels, predicted = np.array([1, 2, 3]), np.array([1, 7, 3])
    assert not has(pictures.samples(x, labels, labels, DIGITS), RED)
    written.clear()
    picture = pictures.samples(x, labels, predicted, DIGITS)
    assert [text for text, colour in written if colour == RED] == ["7"]
    assert [text for text, colour in written if colour != RED] == ["1", "is 2", "3"]
    thirds = np.array_split(picture[:, : 3 * WIDTH // 5], 3, axis=1)
    assert [has(third, RED) for third in thirds] == [False, True, False]


def test_constant_images_are_drawn() -> None:
    with np.errstate(all="raise"):
        picture = pictures.samples(np.ones((2, 8, 8)), np.zeros(2, int), np.ones(2, int), DIGITS)
    assert is_picture(picture)


def test_captions_stay_within_their_column(written: list[tuple[str, Any]]) -> None:
    names = ["an extraordinarily long name", "another long name"]
    pictures.samples(np.zeros((1, 8, 8)), np.array([0]), np.array([1]), names)
    widths = [pictures.font_of(12).getlength(text) for text, _ in written]
    assert max(widths) <= WIDTH / 5
    assert all(text.endswith("…") for text, _ in written)


def test_points(written: list[tuple[str, Any]]) -> None:
    x = np.random.default_rng(0).normal(size=(40, 2))
    labels = (x[:, 0] > 0).astype(int)
    assert not has(pictures.points(x, labels, labels), RED)
    predicted = labels.copy()
    predicted[:3] = 1 - predicted[:3]
    picture = pictures.points(x, labels, predicted)
    assert is_picture(picture)
    assert has(picture, RED)
    assert "(3 of 40)" in written[-1][0]


def test_points_keep_their_proportions_and_may_coincide() -> None:
    x = np.array([[0.0, 0.0], [4.0, 1.0]])
    assert pictures.points(x, np.array([0, 1]), np.array([0, 1])).shape[0] < WIDTH / 2
    assert is_picture(pictures.points(np.ones((3, 2)), np.zeros(3, int), np.zeros(3, int)))


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_png_is_read_back_by_pillow(height: int, width: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    with Image.open(io.BytesIO(pictures.png(pixels))) as image:
        image.verify()
    with Image.open(io.BytesIO(pictures.png(pixels))) as image:
        np.testing.assert_array_equal(np.asarray(image), pixels)


def test_names_that_the_font_lacks_are_numbers_and_that_is_told(
    written: list[tuple[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    labels, names = np.array([0, 1, 2]), ["café", "深度", "a\nb\x1b[0m"]
    pictures.confusion(labels, labels, names)
    pictures.samples(np.zeros((3, 8, 8)), labels, labels, names)
    drawn = {text for text, _ in written}
    assert {"café", "class 1", r"a\nb\x1b[0m"} <= drawn
    assert [record.message for record in caplog.records] == [
        "pictures: the font lacks 深 度; classes with such letters are shown by their numbers"
    ]
