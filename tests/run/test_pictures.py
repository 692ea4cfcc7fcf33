"""The pictures say what they should, and are of the width that TensorBoard shows without distortion."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from twinprop.run import pictures
from twinprop.run.pictures import BLUE, GREYS, RED, WIDTH

DIGITS = [str(digit) for digit in range(10)]


def pixels_of(picture: Image.Image) -> Any:
    return np.asarray(picture.convert("RGB"))


def has(picture: Image.Image, colour: tuple[int, int, int]) -> bool:
    return bool((pixels_of(picture) == np.array(colour)).all(axis=-1).any())


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
    assert pictures.confusion(labels, labels, DIGITS).width == 350
    assert pictures.samples(np.zeros((1, 8, 8)), labels[:1], labels[:1], DIGITS).width == 350
    assert pictures.points(np.eye(2), labels[:2], labels[:2]).width == 350


def test_confusion_counts(written: list[tuple[str, Any]]) -> None:
    labels = np.array([0] * 21 + [1] * 33 + [2] * 4)
    predicted = np.array([0] * 21 + [1] * 20 + [2] * 13 + [0] * 4)
    picture = pictures.confusion(labels, predicted, ["ant", "bee", "cat"])
    assert picture.width == WIDTH
    assert [text for text, _ in written if text.isdigit()] == ["21", "20", "13", "4"]


def test_confusion_rows_are_true_classes() -> None:
    """One sample of class 0 taken for class 1: red at the upper right, and blue below for class 1."""
    picture = pixels_of(pictures.confusion(np.array([0, 1]), np.array([1, 1]), ["a", "b"])).astype(int)
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
    assert picture.width > WIDTH
    assert pictures.confusion(np.zeros(1, int), np.zeros(1, int), ["only"]).width == WIDTH


@pytest.mark.parametrize("shape", [(8, 8), (28, 28), (1, 28, 28), (3, 32, 32), (3, 300, 200), (40, 7)])
def test_samples_of_any_shape(shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).random((7, *shape), np.float32)
    assert pictures.samples(x, np.zeros(7, int), np.zeros(7, int), DIGITS).width == WIDTH


def test_mistakes_are_red(written: list[tuple[str, Any]]) -> None:
    x = np.random.default_rng(0).random((3, 8, 8))
    labels, predicted = np.array([1, 2, 3]), np.array([1, 7, 3])
    assert not has(pictures.samples(x, labels, labels, DIGITS), RED)
    written.clear()
    picture = pictures.samples(x, labels, predicted, DIGITS)
    assert [text for text, colour in written if colour == GREYS] == ["7"]
    assert [text for text, colour in written if colour != GREYS] == ["1", "is 2", "3"]
    columns = [picture.crop((left, 0, left + WIDTH // 5, picture.height)) for left in (0, WIDTH // 5, 2 * WIDTH // 5)]
    assert [has(column, RED) for column in columns] == [False, True, False]


def test_constant_images_are_drawn() -> None:
    with np.errstate(all="raise"):
        picture = pictures.samples(np.ones((2, 8, 8)), np.zeros(2, int), np.ones(2, int), DIGITS)
    assert picture.width == WIDTH


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
    assert picture.width == WIDTH
    assert has(picture, RED)
    assert "(3 of 40)" in written[-1][0]


def test_points_keep_their_proportions_and_may_coincide() -> None:
    x = np.array([[0.0, 0.0], [4.0, 1.0]])
    assert pictures.points(x, np.array([0, 1]), np.array([0, 1])).height < WIDTH / 2
    assert pictures.points(np.ones((3, 2)), np.zeros(3, int), np.zeros(3, int)).width == WIDTH


def test_a_letters_edge_is_between_its_ink_and_its_ground() -> None:
    """Every colour of a picture that is drawn in ramps is a mixture of two that are meant."""
    x, labels = np.zeros((4, 8, 8)), np.array([1, 2, 3, 4])
    grey_or_red = pixels_of(pictures.samples(x, labels, labels[::-1], DIGITS)).astype(int)
    red, green, blue = grey_or_red[(np.ptp(grey_or_red, axis=-1) > 1)].T
    share = (255 - red) / (255 - RED[0])
    np.testing.assert_allclose(green, 255 - share * (255 - RED[1]), atol=4)
    np.testing.assert_allclose(blue, green, atol=1)


@pytest.mark.parametrize("shape", [(8, 8), (3, 32, 32)])
def test_a_file_is_small_and_read_back_by_pillow(shape: tuple[int, ...]) -> None:
    x, labels = np.random.default_rng(0).random((4, *shape)), np.array([1, 2, 3, 4])
    for picture in (pictures.samples(x, labels, labels[::-1], DIGITS), pictures.confusion(labels, labels, DIGITS)):
        file = pictures.png(picture)
        with Image.open(io.BytesIO(file)) as image:
            np.testing.assert_array_equal(pixels_of(image), pixels_of(picture))
        assert len(file) < 4500 or picture.mode == "RGB"


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
